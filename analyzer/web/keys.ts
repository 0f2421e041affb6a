// SPDX-License-Identifier: Apache-2.0
// What the keyboard does, and the list of it.
import { h } from "./dom";

export type Keys = [string, string][];

const KEYS: Keys = [
	["1 – 9", "go to a view"],
	["/", "search; Escape leaves and clears it"],
	["← ↑ → ↓", "move in graphs, trees and timelines"],
	["Enter", "zoom into a frame, open a row"],
	["Escape", "zoom out"],
	["+  −  0", "zoom a timeline in, out, or show all of it"],
	["c", "callers or callees, in the call tree"],
	["i", "flame graph or icicle"],
	["t", "light or dark"],
	["?", "this list"],
];

export function help(list = KEYS): HTMLDialogElement {
	const close = h("button", { type: "button", class: "plain" }, "Close");
	const dialog = h("dialog", { "aria-label": "Keyboard" },
			 h("h2", {}, "Keyboard"),
			 h("dl", {}, ...list.map(([keys, what]) =>
				h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, what)))),
			 close);
	close.addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", (event) => {
		if (event.target === dialog)
			dialog.close();
	});
	return dialog;
}

export function isTyping(event: KeyboardEvent): boolean {
	const { target } = event;
	return target instanceof HTMLInputElement && target.type !== "range" || event.target instanceof HTMLSelectElement;
}
