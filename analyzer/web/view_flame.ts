// SPDX-License-Identifier: Apache-2.0
// The view with the flame graph: what it shows, where one is, what was found.
import { paint } from "./colours";
import { Child, Choice, figure, h, replace } from "./dom";
import { Flame } from "./flame";
import * as format from "./format";
import * as theme from "./theme";
import { Moments } from "./moments";
import { Metric, Tree, atMoment, matcher } from "./tree";
import { Page, View, metricOf } from "./view";

// What a flame graph is of.
export interface FlameSource {
	metrics: Metric[];
	first?: Metric; // That is shown first, if not the first one.
	moments?: (onChange: () => void) => Moments; // To choose the one that atMoment is of.
	tree: (metric: Metric) => Tree;
	colour: (tree: Tree, node: number) => string;
	describe?: (tree: Tree, node: number) => string[]; // Beside the pointer.
	facts: (tree: Tree, node: number) => Child[];      // Of the frame that is selected.
	found: (tree: Tree, nodes: number[]) => Child[];   // Of the frames that are.
	tools?: HTMLElement[];
	key?: HTMLElement; // To the colours.
}

// That of a recording.
export function recorded(page: Page): FlameSource {
	return {
		metrics: page.trees.metrics,
		first: metricOf(page.trees, "time"),
		moments: (onChange) => new Moments(page, onChange),
		tree: (metric) => page.trees.get(metric),
		colour: (tree, node) => !node ? theme.colour("root")
					      : paint(page.colours.frame(tree.name(node), tree.module(node))),
		facts: (tree, node) => [
			figure(tree.metric.text(tree.value[node]), tree.value[node]),
			h("span", {}, `${format.share(tree.value[node], tree.value[0])} of all`),
			h("span", {}, `self ${tree.metric.text(tree.self[node])}`),
			h("span", { class: "quiet" }, node ? tree.placeOf(node) : "")],
		found: (tree, nodes) => {
			const sum = tree.sum(nodes);
			return [figure(format.share(sum, tree.value[0]), sum),
				` matched, ${tree.metric.text(sum)} in ${format.plural(nodes.length, "frame")}`];
		},
	};
}

export class FlameView implements View {
	readonly id = "flame";
	readonly title = "Flame graph";
	readonly element: HTMLElement;
	private flame: Flame;
	private metric: Choice<Metric> | null = null;
	private turn: Choice<boolean>;
	private crumbs = h("nav", { class: "crumbs", "aria-label": "Zoom" });
	private found = h("output", { class: "found", "aria-live": "polite" });
	private status = h("div", { class: "status", role: "status" });
	private tree: Tree | null = null;
	private query = "";
	private moments?: Moments;

	constructor(private source: FlameSource) {
		this.flame = new Flame({
			colour: source.colour,
			describe: source.describe,
			onZoom: (node) => this.zoomed(node),
			onSelect: (node) => this.selected(node),
		});
		this.moments = source.moments?.(() => this.show(this.flame.zoomedTo));
		const first = source.first ?? source.metrics[0];
		if (first)
			this.metric = new Choice("Metric", source.metrics.map((metric) =>
				[metric, metric.title]), first, () => this.show());
		this.turn = new Choice<boolean>("Direction", [[true, "Icicle"], [false, "Flame"]], true,
						(icicle) => this.flame.turn(icicle));
		this.element = h("div", { class: "view tall" },
				 h("div", { class: "tools" }, this.metric?.element, this.turn.element,
				   ...(source.tools ?? []), this.found),
				 this.moments?.element, this.crumbs, this.status, this.flame.element, source.key);
		if (first)
			this.show();
		else
			replace(this.element, h("p", { class: "empty" }, "Nothing was recorded that has call paths."));
	}

	// The moment may have been changed elsewhere.
	shown(): void {
		if (this.metric?.get() === atMoment)
			this.show(this.flame.zoomedTo);
		this.flame.redraw();
	}

	set(metric: string): void {
		const { metrics } = this.source;
		if (this.metric)
			this.metric.set(metrics.find(({ id }) => id === metric) ?? metrics[0]);
	}

	// Show the same frame after the source has changed.
	refresh(): void {
		const at = this.flame.zoomedTo;
		if (this.metric)
			this.show();
		if (at && this.tree?.value[at])
			this.flame.zoom(at);
	}

	search(query: string): void {
		this.query = query;
		const matches = matcher(query);
		this.flame.search(matches);
		const tree = this.tree;
		if (!matches || !tree) {
			replace(this.found);
			return;
		}
		const nodes = tree.outermost((node) => matches(tree.name(node)));
		replace(this.found, ...this.source.found(tree, nodes));
	}

	key(event: KeyboardEvent): boolean {
		if (event.key === "i") {
			this.turn.set(!this.turn.get());
			return true;
		}
		return this.flame.key(event);
	}

	private show(node = 0): void {
		this.tree = this.source.tree(this.metric!.get());
		this.flame.show(this.tree, node);
		this.moments?.show(this.tree.metric === atMoment);
		this.zoomed(this.flame.zoomedTo);
		this.selected(this.flame.zoomedTo);
		this.search(this.query);
	}

	private zoomed(node: number): void {
		const tree = this.tree!;
		const path = [0, ...tree.path(node)];
		replace(this.crumbs, ...path.map((at, i) => i < path.length - 1
			? h("button", { type: "button", onclick: () => this.flame.zoom(at) }, tree.name(at))
			: h("span", { "aria-current": "location" }, tree.name(at))));
		this.crumbs.scrollLeft = this.crumbs.scrollWidth;
	}

	private selected(node: number): void {
		const tree = this.tree!;
		replace(this.status, h("strong", {}, node ? tree.name(node) : tree.metric.about),
			...this.source.facts(tree, node));
	}
}
