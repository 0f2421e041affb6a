// SPDX-License-Identifier: Apache-2.0
// A note beside the pointer.
import { h, replace } from "./dom";

const element = h("div", { class: "tip", hidden: true, "aria-hidden": "true" });

// At a pointer, or anything else with a place in the window.
export function show(event: { clientX: number; clientY: number }, title: string, lines: string[]): void {
	replace(element, h("strong", {}, title), ...lines.map((line) => h("span", {}, line)));
	element.hidden = false;
	if (!element.isConnected)
		document.body.append(element);
	const { width, height } = element.getBoundingClientRect();
	const right = event.clientX + 16 + width > innerWidth;
	const below = event.clientY + 20 + height > innerHeight;
	element.style.left = `${Math.max(4, right ? event.clientX - 12 - width : event.clientX + 16)}px`;
	element.style.top = `${Math.max(4, below ? event.clientY - 12 - height : event.clientY + 20)}px`;
}

export function hide(): void {
	element.hidden = true;
}
