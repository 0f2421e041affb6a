// SPDX-License-Identifier: Apache-2.0
// Choosing a moment of which it is known who held the heap: a slider over its size at each.
import { Snapshot, brief } from "./data";
import { figure, h, replace } from "./dom";
import * as format from "./format";
import { largest } from "./tree";
import { Page } from "./view";

export class Moments {
	readonly element = h("div", { class: "moments", hidden: true });
	private slider: HTMLInputElement = h("input", { type: "range", min: 0, "aria-label": "Moment",
				      oninput: () => this.choose(this.shown[Number(this.slider.value)]) });
	private bars = h("div", { class: "bars", "aria-hidden": "true" });
	private text = h("output", { class: "at", "aria-live": "polite" });
	private process: HTMLSelectElement | null = null;
	private shown: number[] = []; // Snapshots of the process.

	constructor(private page: Page, private onChange: () => void) {
		const having = [...new Set(page.data.snapshots.map((snapshot) => snapshot.process))];
		if (having.length > 1)
			this.process = h("select", { "aria-label": "Process", onchange: () => this.enter(Number(this.process!.value)) },
				...having.map((at) => h("option", { value: at }, brief(page.data.processes[at]))));
		const step = (text: string, title: string, by: number) =>
			h("button", { type: "button", class: "plain", title, "aria-label": title, onclick: () => this.step(by) }, text);
		replace(this.element, this.process, step("‹", "Earlier", -1),
			h("div", { class: "slide" }, this.bars, this.slider), step("›", "Later", 1), this.text);
	}

	// Show where the page's moment is, if `visible`.
	show(visible: boolean): void {
		const { trees, data } = this.page;
		const snapshot = data.snapshots[trees.moment];
		this.element.hidden = !visible || !snapshot;
		if (!snapshot)
			return;
		this.shown = data.snapshots.flatMap(({ process }, i) => process === snapshot.process ? [i] : []);
		const at = this.shown.indexOf(trees.moment);
		this.slider.max = String(this.shown.length - 1);
		this.slider.value = String(at);
		this.slider.setAttribute("aria-valuetext", format.time(snapshot.ns));
		if (this.process)
			this.process.value = String(snapshot.process);
		this.drawBars(at);
		this.tell(snapshot, at);
	}

	private drawBars(at: number): void {
		const { snapshots } = this.page.data;
		const most = this.shown.reduce((high, i) => Math.max(high, snapshots[i].live_bytes), 1);
		replace(this.bars, ...this.shown.map((snapshot, i) =>
			h("i", { class: i === at ? "on" : "",
				 style: `height:${(100 * snapshots[snapshot].live_bytes / most).toFixed(1)}%` })));
	}

	private tell(snapshot: Snapshot, at: number): void {
		replace(this.text, figure(format.bytes(snapshot.live_bytes), snapshot.live_bytes),
			` in ${format.plural(snapshot.live_blocks, "block")} at ${format.time(snapshot.ns)}, snapshot ${
				at + 1} of ${this.shown.length}`);
	}

	private step(by: number): void {
		const next = this.shown[this.shown.indexOf(this.page.trees.moment) + by];
		if (next !== undefined)
			this.choose(next);
	}

	// The largest of a process.
	private enter(process: number): void {
		this.choose(largest(this.page.data.snapshots, process));
	}

	private choose(snapshot: number): void {
		this.page.trees.moment = snapshot;
		this.onChange();
	}
}
