// SPDX-License-Identifier: Apache-2.0
// The view over time.
import { h, replace } from "./dom";
import * as format from "./format";
import { Lanes } from "./lanes";
import { matcher } from "./tree";
import { Page, View } from "./view";

export class TimeView implements View {
	readonly id = "time";
	readonly title = "Timeline";
	readonly element: HTMLElement;
	private lanes: Lanes;
	private range = h("output", { class: "found", "aria-live": "polite" });

	constructor(page: Page) {
		this.lanes = new Lanes(page.data, page.colours, (from, to) => this.show(from, to));
		const button = (text: string, title: string, action: () => void) =>
			h("button", { type: "button", class: "plain", "aria-label": title, title, onclick: action }, text);
		this.element = h("div", { class: "view tall" },
			h("div", { class: "tools" },
			  h("div", { class: "choice", role: "group", "aria-label": "Zoom" },
			    button("−", "Zoom out", () => this.lanes.zoom(2)),
			    button("+", "Zoom in", () => this.lanes.zoom(0.5)),
			    button("All", "Show the whole run", () => this.lanes.all())),
			  legend(page), this.range),
			h("div", { class: "status quiet" }, h("span", {}, note(page))), this.lanes.element);
		this.show(0, page.data.wall_ns);
	}

	shown(): void {
		this.lanes.redraw();
	}

	search(query: string): void {
		this.lanes.search(matcher(query));
	}

	key(event: KeyboardEvent): boolean {
		return this.lanes.key(event);
	}

	private show(from: number, to: number): void {
		replace(this.range, `${format.time(to - from)} from ${format.time(from)}`);
	}
}

function legend(page: Page): HTMLElement {
	const used = new Set(page.data.kernels.filter((kernel) => kernel.calls).map((k) => k.operation));
	const colours = [...used].map((name) => [name, page.colours.operation(name).vivid]);
	if (page.data.span_quantum_ns)
		colours.push(["several", "var(--several)"]);
	return h("ul", { class: "legend", "aria-label": "Colours" }, ...colours.map(([name, colour]) =>
		h("li", {}, h("span", { class: "swatch", style: `background:${colour}` }), name)));
}

function note({ data }: Page): string {
	const drag = "Drag to move; wheel over the memory curve, or Ctrl and wheel, to zoom.";
	if (!data.threads.length)
		return `No kernels ran, so there are no lanes. ${drag}`;
	if (!data.span_quantum_ns)
		return `Every call of a kernel is drawn. ${drag}`;
	return `Neighbouring calls within ${format.time(data.span_quantum_ns)} are drawn as one. ${drag}`;
}
