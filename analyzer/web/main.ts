// SPDX-License-Identifier: Apache-2.0
// The page: views behind tabs, one search for all of them, the keyboard.
import { Colours } from "./colours";
import { base, read } from "./data";
import { h, replace } from "./dom";
import * as keys from "./keys";
import * as theme from "./theme";
import * as tip from "./tip";
import { Trees, atMoment } from "./tree";
import { Page, View } from "./view";
import { allocations } from "./view_allocations";
import { FlameView } from "./view_flame";
import { notes } from "./view_notes";
import { overview } from "./view_overview";
import { plugins } from "./view_plugins";
import { functions, kernels } from "./view_tables";
import { TimeView } from "./view_time";
import { TreeView } from "./view_tree";

class App implements Page {
	readonly data = read();
	readonly trees = new Trees(this.data);
	readonly colours = new Colours(this.data);
	private views: View[] = [];
	private tabs: HTMLElement[] = [];
	private current = 0;
	private flame!: FlameView;
	private tree!: TreeView;
	private main = h("main", { id: "main", role: "tabpanel", tabindex: -1 });
	private box = h("input", { type: "search", placeholder: "Search", "aria-label": "Search",
				   spellcheck: "false", autocomplete: "off" });
	private help = keys.help();

	begin(): void {
		const command = this.data.processes[0].command;
		document.title = `${base(command.split(" ")[0])} – recoat`;
		theme.begin();
		this.makeViews();
		this.box.addEventListener("input", () => this.search());
		this.tabs = this.views.map((view, i) => this.tab(view, i));
		replace(document.getElementById("app")!, this.header(command),
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

	focusFunction(name: string, metric: string): void {
		this.tree.focusOn(name, metric);
		this.go("tree");
	}

	findInFlame(text: string, metric: string): void {
		this.flame.set(metric);
		this.box.value = text;
		this.go("flame");
	}

	showMoment(snapshot: number): void {
		this.trees.moment = snapshot;
		this.flame.set(atMoment.id);
		this.go("flame");
	}

	private makeViews(): void {
		this.flame = new FlameView(this);
		this.tree = new TreeView(this);
		this.views = [overview(this), this.flame, this.tree, new TimeView(this), kernels(this),
			      functions(this), allocations(this), ...plugins(this), notes(this)];
	}

	private header(command: string): HTMLElement {
		const button = (text: string, title: string, action: () => void) =>
			h("button", { type: "button", class: "plain", title, "aria-label": title, onclick: action }, text);
		theme.onChange(() => this.views[this.current].shown?.());
		return h("header", { class: "top" },
			 h("a", { href: "#overview", class: "mark" }, "recoat"),
			 h("code", { class: "command", title: command }, command),
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

new App().begin();
