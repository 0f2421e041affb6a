// SPDX-License-Identifier: Apache-2.0
// The view over time.
import { brief } from "./data";
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

	constructor(private page: Page) {
		this.lanes = new Lanes(page.data, page.colours, {
			onRange: (from, to) => this.show(from, to),
			onSnapshot: (snapshot) => page.showMoment(snapshot),
		});
		const button = (text: string, title: string, action: () => void) =>
			h("button", { type: "button", class: "plain", "aria-label": title, title, onclick: action }, text);
		this.element = h("div", { class: "view tall" },
			h("div", { class: "tools" },
			  h("div", { class: "choice", role: "group", "aria-label": "Zoom" },
			    button("−", "Zoom out", () => this.lanes.zoom(2)),
			    button("+", "Zoom in", () => this.lanes.zoom(0.5)),
			    button("All", "Show the whole run", () => this.lanes.all())),
			  this.chooser(), legend(page), this.range),
			h("p", { class: "hint" }, note(page)), this.lanes.element);
		this.show(0, page.data.wall_ns);
	}

	// One process or all, where there are several.
	private chooser(): HTMLElement | null {
		const { processes } = this.page.data;
		if (processes.length < 2)
			return null;
		const select: HTMLSelectElement = h("select", { "aria-label": "Process", onchange: () =>
				this.lanes.only(select.value ? Number(select.value) : null) },
			h("option", { value: "" }, `All ${format.count(processes.length)} processes`),
			...processes.map((process, i) => h("option", { value: i }, brief(process))));
		return select;
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
	if (page.data.threads.some((thread) => thread.sums.length))
		colours.push(["summed up", "repeating-linear-gradient(135deg, var(--several) 0 2px, transparent 2px 4px)"]);
	return h("ul", { class: "legend", "aria-label": "Colours" }, ...colours.map(([name, colour]) =>
		h("li", {}, h("span", { class: "swatch", style: `background:${colour}` }), name)));
}

// What of the kernels' calls is drawn, and how.
function calls({ data }: Page): string[] {
	const all = data.kernels.reduce((sum, kernel) => sum + kernel.calls, 0);
	const summed = data.kernels.reduce((sum, kernel) => sum + kernel.summed_calls, 0);
	const drawn = data.threads.reduce((sum, thread) =>
		thread.sums.reduce((part, { calls }) => part + calls, sum), 0);
	const sampled = data.threads.some((thread) => thread.sampled.some((count) => count > 0));
	if (!all)
		return ["No kernels ran, so there are no lanes."];
	const parts = [];
	if (data.span_quantum_ns)
		parts.push(`Neighbouring calls within ${format.time(data.span_quantum_ns)} are drawn as one.`);
	else if (!summed)
		parts.push("Every call of a kernel is drawn.");
	if (drawn)
		parts.push(`${format.plural(drawn, "call")} of ${format.count(all)} were summed up: hatched, from the first to the last${
			sampled ? ", and some of them singly, as a sample" : ""}.`);
	if (summed > drawn)
		parts.push(`${format.plural(summed - drawn, "call")} of ${format.count(all)} were summed up, and it is not known when they ran${
			sampled ? "; a sample of them is drawn" : ""}.`);
	return parts;
}

function note(page: Page): string {
	const parts = calls(page);
	if (page.data.snapshots.length)
		parts.push("Click the memory curve to see who held it.");
	return [...parts, "Drag to move; wheel over the memory curve, or Ctrl and wheel, to zoom."].join(" ");
}
