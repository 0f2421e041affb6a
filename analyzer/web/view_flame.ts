// SPDX-License-Identifier: Apache-2.0
// The view with the flame graph: what it shows, where one is, what was found.
import { paint } from "./colours";
import { Choice, figure, h, replace } from "./dom";
import { Flame } from "./flame";
import * as format from "./format";
import * as theme from "./theme";
import { Moments } from "./moments";
import { Metric, Tree, atMoment, matcher } from "./tree";
import { Page, View, metricOf } from "./view";

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
	private moments: Moments;

	constructor(private page: Page) {
		this.flame = new Flame({
			colour: (tree, node) => !node ? theme.colour("root") : paint(page.colours.frame(tree.name(node), tree.module(node))),
			onZoom: (node) => this.zoomed(node),
			onSelect: (node) => this.selected(node),
		});
		this.moments = new Moments(page, () => this.show(this.flame.zoomedTo));
		const first = metricOf(page.trees, "time");
		if (first)
			this.metric = new Choice("Metric", page.trees.metrics.map((metric) =>
				[metric, metric.title]), first, () => this.show());
		this.turn = new Choice<boolean>("Direction", [[true, "Icicle"], [false, "Flame"]], true,
						(icicle) => this.flame.turn(icicle));
		this.element = h("div", { class: "view tall" },
				 h("div", { class: "tools" }, this.metric?.element, this.turn.element, this.found),
				 this.moments.element, this.crumbs, this.status, this.flame.element);
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
		const wanted = metricOf(this.page.trees, metric);
		if (wanted)
			this.metric?.set(wanted);
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
		const sum = tree.sum(nodes);
		replace(this.found, figure(format.share(sum, tree.value[0]), sum),
			` matched, ${tree.metric.text(sum)} in ${format.plural(nodes.length, "frame")}`);
	}

	key(event: KeyboardEvent): boolean {
		if (event.key === "i") {
			this.turn.set(!this.turn.get());
			return true;
		}
		return this.flame.key(event);
	}

	private show(node = 0): void {
		this.tree = this.page.trees.get(this.metric!.get());
		this.flame.show(this.tree, node);
		this.moments.show(this.tree.metric === atMoment);
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
		const { text, about } = tree.metric;
		const name = node ? tree.name(node) : about;
		replace(this.status, h("strong", {}, name),
			figure(text(tree.value[node]), tree.value[node]),
			h("span", {}, `${format.share(tree.value[node], tree.value[0])} of all`),
			h("span", {}, `self ${text(tree.self[node])}`),
			h("span", { class: "quiet" }, node ? tree.placeOf(node) : ""));
	}
}
