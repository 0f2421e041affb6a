// SPDX-License-Identifier: Apache-2.0
// What is around the views of a page: tabs, one search for all of them, the keyboard.
import { h, replace } from "./dom";
import * as keys from "./keys";
import * as theme from "./theme";
import * as tip from "./tip";
import { View } from "./view";

export class Shell {
	private views: View[] = [];
	private tabs: HTMLElement[] = [];
	private current = 0;
	private main = h("main", { id: "main", role: "tabpanel", tabindex: -1 });
	private box = h("input", { type: "search", placeholder: "Search", "aria-label": "Search",
				   spellcheck: "false", autocomplete: "off" });
	private help: HTMLDialogElement;

	constructor(list?: keys.Keys) {
		this.help = keys.help(list);
	}

	// Show views; the first is called "overview". `about` says what the page is of.
	begin(title: string, about: string, views: View[]): void {
		document.title = `${title} – recoat`;
		theme.begin();
		this.views = views;
		this.box.addEventListener("input", () => this.search());
		this.tabs = this.views.map((view, i) => this.tab(view, i));
		replace(document.getElementById("app")!, this.header(about),
			h("nav", { class: "tabs" }, h("div", { role: "tablist", "aria-label": "Views" }, ...this.tabs)),
			this.main, this.help);
		document.addEventListener("keydown", (event) => this.key(event));
		addEventListener("hashchange", () => this.fromAddress());
		this.fromAddress();
	}

	go(id: string): void {
		const found = this.views.findIndex((view) => view.id === id);
		this.open(found < 0 ? 0 : found);
	}

	// Go to a view and look for a text there.
	find(text: string, id: string): void {
		this.box.value = text;
		this.go(id);
	}

	private header(about: string): HTMLElement {
		const button = (text: string, title: string, action: () => void) =>
			h("button", { type: "button", class: "plain", title, "aria-label": title, onclick: action }, text);
		theme.onChange(() => this.views[this.current].shown?.());
		return h("header", { class: "top" },
			 h("a", { href: "#overview", class: "mark" }, "recoat"),
			 h("code", { class: "command", title: about }, about),
			 h("label", { class: "search" }, this.box, h("kbd", { "aria-hidden": "true" }, "/")),
			 button("◐", "Light or dark", theme.toggle),
			 button("?", "Keyboard", () => this.help.showModal()));
	}

	private tab(view: View, index: number): HTMLElement {
		return h("button", { type: "button", role: "tab", id: `tab-${view.id}`, "aria-controls": "main",
				     onclick: () => this.open(index),
				     onkeydown: (event: KeyboardEvent) => this.walk(event, index) },
			 h("kbd", { "aria-hidden": "true" }, String(index + 1)),
			 h("span", { class: "tab", "data-title": view.title }, view.title));
	}

	private walk(event: KeyboardEvent, index: number): void {
		const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
		if (!by)
			return;
		const next = (index + by + this.tabs.length) % this.tabs.length;
		this.open(next);
		this.tabs[next].focus();
		event.preventDefault();
		event.stopPropagation();
	}

	private fromAddress(): void {
		this.go(location.hash.slice(1));
	}

	private open(index: number): void {
		const view = this.views[index];
		this.current = index;
		tip.hide();
		this.tabs.forEach((tab, i) => {
			tab.setAttribute("aria-selected", String(i === index));
			tab.setAttribute("tabindex", i === index ? "0" : "-1");
		});
		this.main.setAttribute("aria-labelledby", `tab-${view.id}`);
		this.main.className = `at-${view.id}`;
		replace(this.main, view.element);
		if (location.hash.slice(1) !== view.id)
			history.replaceState(null, "", `#${view.id}`);
		view.shown?.();
		this.search();
	}

	private search(): void {
		this.views[this.current].search?.(this.box.value);
	}

	private key(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey || this.help.open)
			return;
		if (keys.isTyping(event)) {
			if (event.key === "Escape")
				this.leaveSearch();
			else if (event.key === "Enter")
				this.box.blur();
			return;
		}
		if (this.views[this.current].key?.(event) || this.command(event.key))
			event.preventDefault();
	}

	private leaveSearch(): void {
		this.box.value = "";
		this.box.blur();
		this.search();
	}

	private command(key: string): boolean {
		const number = Number(key);
		if (number >= 1 && number <= this.views.length)
			this.open(number - 1);
		else if (key === "/")
			this.box.focus();
		else if (key === "t")
			theme.toggle();
		else if (key === "?")
			this.help.showModal();
		else if (key === "Escape" && this.box.value)
			this.leaveSearch();
		else
			return false;
		return true;
	}
}
