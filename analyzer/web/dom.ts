// SPDX-License-Identifier: Apache-2.0
// Elements in one expression.

export type Child = Node | string | null | undefined | false;
type Listener = (event: any) => void;
export type Attributes = { [name: string]: string | number | boolean | Listener | undefined };

function fill(element: Element, attributes: Attributes, children: Child[]): void {
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function")
			element.addEventListener(name.slice(2), value);
		else if (value === true)
			element.setAttribute(name, "");
		else if (value !== undefined && value !== false)
			element.setAttribute(name, String(value));
	}
	element.append(...children.filter((child): child is Node | string => !!child));
}

// h("button", { class: "x", onclick: f, hidden: true }, "text", element)
export function h<K extends keyof HTMLElementTagNameMap>(
	tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
	const element = document.createElement(tag);
	fill(element, attributes, children);
	return element;
}

// The same for drawings.
export function s<K extends keyof SVGElementTagNameMap>(
	tag: K, attributes: Attributes = {}, ...children: Child[]): SVGElementTagNameMap[K] {
	const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
	fill(element, attributes, children);
	return element;
}

export function replace(element: Element, ...children: Child[]): void {
	element.replaceChildren(...children.filter((child): child is Node | string => !!child));
}

// A figure whose exact value can be read by programs and, pointed at, by people.
export function figure(text: string, value: number, unit = ""): HTMLElement {
	return h("data", { value, title: `${value.toLocaleString("en")} ${unit}`.trim() }, text);
}

// A row of buttons of which one is on.
export class Choice<T> {
	readonly element: HTMLElement;
	private buttons = new Map<T, HTMLButtonElement>();

	constructor(title: string, options: [T, string][], private value: T,
		    private onChange: (value: T) => void) {
		this.element = h("div", { class: "choice", role: "group", "aria-label": title });
		for (const [option, name] of options) {
			const button = h("button", { type: "button", onclick: () => this.set(option) }, name);
			this.buttons.set(option, button);
			this.element.append(button);
		}
		this.mark();
	}

	get(): T {
		return this.value;
	}

	set(value: T): void {
		if (value === this.value)
			return;
		this.value = value;
		this.mark();
		this.onChange(value);
	}

	private mark(): void {
		for (const [option, button] of this.buttons)
			button.setAttribute("aria-pressed", String(option === this.value));
	}
}
