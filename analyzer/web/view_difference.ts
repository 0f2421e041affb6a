// SPDX-License-Identifier: Apache-2.0
// Two call trees as one flame graph: red frames took more, blue ones less.
import { Fill, paint } from "./colours";
import { CompareData, DifferenceTree, ratioText } from "./compare_data";
import { Choice, figure, h } from "./dom";
import * as format from "./format";
import { Metric, Tree } from "./tree";
import { FlameView } from "./view_flame";

type Width = "both" | "before" | "after";

const STRONGEST = 4; // Powers of two from which a colour gets no stronger.

const METRICS: Metric[] = [
	{ id: "time", title: "Time", tree: "time", column: "both", text: format.time,
	  about: "wall time in kernels, the mean of the recordings" },
	{ id: "cpu", title: "CPU", tree: "cpu", column: "both", text: format.time,
	  about: "CPU time by samples, the mean of the recordings" },
	{ id: "bytes", title: "Allocated", tree: "memory", column: "both", text: format.bytes,
	  about: "bytes allocated, the mean of the recordings" },
];

// From -1, all gone, to 1, all new.
function change(before: number, after: number): number {
	if (!before || !after)
		return before === after ? 0 : before ? -1 : 1;
	return Math.max(-1, Math.min(1, Math.log2(after / before) / STRONGEST));
}

function shade(by: number): Fill {
	const hue = by > 0 ? 27 : 250, strength = Math.sqrt(Math.abs(by));
	const tone = (lightness: number, chroma: number) => `oklch(${lightness.toFixed(1)}% ${chroma.toFixed(3)} ${hue})`;
	const light = tone(92 - 20 * strength, 0.005 + 0.125 * strength);
	const dark = tone(34 + 15 * strength, 0.005 + 0.115 * strength);
	return { light, dark, vivid: `light-dark(${light}, ${dark})` };
}

const signed = (value: number, text: (value: number) => string) =>
	`${value < 0 ? "−" : "+"}${text(Math.abs(value))}`;

function inWords(before: number, after: number): string {
	return !before && !after ? "on neither side" : !before ? "only after" : !after ? "only before"
		: ratioText(after / before);
}

// A path's own values, without callees.
export interface PathRow { name: string; callers: string; before: number; after: number }

export class Differences {
	private made = new Map<string, Tree>();
	readonly metrics: Metric[];

	constructor(private data: CompareData) {
		this.metrics = METRICS.filter(({ tree }) => {
			const of = data.trees?.[tree];
			return of && of.nodes > 0 && of.before[0] + of.after[0] > 0;
		});
	}

	tree(metric: Metric, width: Width): Tree {
		const key = `${metric.id} ${width}`;
		let tree = this.made.get(key);
		if (!tree) {
			const of = this.data.trees![metric.tree];
			const columns = { ...of, both: of.before.map((value, i) => value + of.after[i]),
					  module: [], file: [], line: [], kernel: [] };
			tree = new Tree(columns, this.data.names, { ...metric, column: width });
			this.made.set(key, tree);
		}
		return tree;
	}

	// Call paths whose own values changed most.
	paths(metric: Metric, most: number): PathRow[] {
		const of = this.data.trees![metric.tree], tree = this.tree(metric, "both");
		const own = (column: number[]) => {
			const self = [...column];
			for (let node = 1; node < of.nodes; node++)
				self[of.parent[node]] -= column[node];
			return self.map((value) => Math.max(0, value));
		};
		const before = own(of.before), after = own(of.after);
		const size = (node: number) => Math.abs(after[node] - before[node]);
		return Array.from(before.keys()).filter((node) => size(node) > 0)
			.sort((a, b) => size(b) - size(a)).slice(0, most)
			.map((node) => ({ name: node ? tree.name(node) : "(not on any call path)",
					  callers: tree.path(node).slice(0, -1).reverse()
						.map((caller) => `← ${tree.name(caller)}`).join(" "),
					  before: before[node], after: after[node] }));
	}
}

function sides(tree: Tree, nodes: number[]): [number, number] {
	const of = tree.data as unknown as DifferenceTree;
	return [of.before, of.after].map((column) =>
		nodes.reduce((sum, node) => sum + column[node], 0)) as [number, number];
}

function colourKey(): HTMLElement {
	const stops = Array.from({ length: 17 }, (_, i) => shade((i - 8) / 8).vivid);
	return h("p", { class: "scale" }, h("span", {}, `less: ÷${2 ** STRONGEST}`),
		 h("span", { class: "ramp", style: `background:linear-gradient(to right, ${stops.join(", ")})` }),
		 h("span", {}, `more: ×${2 ** STRONGEST}`), h("span", { class: "quiet" }, "grey: no change; full blue: gone; full red: new"));
}

export function differenceView(differences: Differences): FlameView {
	let view: FlameView | null = null;
	const width = new Choice<Width>("Width of frames",
		[["both", "Both"], ["before", "Before"], ["after", "After"]], "both", () => view?.refresh());
	view = new FlameView({
		metrics: differences.metrics,
		tree: (metric) => differences.tree(metric, width.get()),
		colour: (tree, node) => paint(shade(change(...sides(tree, [node])))),
		describe: (tree, node) => {
			const [before, after] = sides(tree, [node]), { text } = tree.metric;
			return [`Before: ${text(before)}`, `After: ${text(after)}`,
				`${signed(after - before, text)}, ${inWords(before, after)}`];
		},
		facts: (tree, node) => {
			const [before, after] = sides(tree, [node]), { text } = tree.metric;
			return [h("span", {}, figure(text(before), before), " → ", figure(text(after), after)),
				h("span", {}, inWords(before, after)), h("span", {}, signed(after - before, text))];
		},
		found: (tree, nodes) => {
			const [before, after] = sides(tree, nodes), { text } = tree.metric;
			return [figure(text(before), before), " → ", figure(text(after), after),
				` in ${format.plural(nodes.length, "frame")}`];
		},
		tools: [h("span", { class: "labelled" }, h("span", { class: "quiet" }, "Width"), width.element)],
		key: colourKey(),
	});
	return view;
}
