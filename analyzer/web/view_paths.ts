// SPDX-License-Identifier: Apache-2.0
// The call paths that changed most, as a table.
import { Choice, figure, h, replace } from "./dom";
import { Metric } from "./tree";
import { Table } from "./table";
import { View } from "./view";
import { Differences, PathRow } from "./view_difference";
import { ratioText } from "./compare_data";

const MOST = 300;

export class PathsView implements View {
	readonly id = "paths";
	readonly title = "Call paths";
	readonly element: HTMLElement;
	private place = h("div");
	private table: Table<PathRow> | null = null;
	private query = "";

	constructor(private differences: Differences) {
		const { metrics } = differences;
		const choice = metrics.length ? new Choice<Metric>("Metric", metrics.map((metric) =>
			[metric, metric.title]), metrics[0], (metric) => this.show(metric)) : null;
		this.element = h("div", { class: "view" }, h("div", { class: "tools" }, choice?.element,
			h("p", { class: "quiet" }, "What changed most by itself, without callees; means of the recordings.")),
			this.place);
		if (choice)
			this.show(choice.get());
		else
			replace(this.place, h("p", { class: "empty" }, "Nothing was recorded that has call paths."));
	}

	search(query: string): void {
		this.query = query;
		this.table?.search(query);
	}

	private show(metric: Metric): void {
		const change = (row: PathRow) => row.after - row.before;
		const changed = (row: PathRow) => figure(`${change(row) < 0 ? "−" : "+"}${
			metric.text(Math.abs(change(row)))}`, change(row));
		this.table = new Table<PathRow>("Call paths", this.differences.paths(metric, MOST), [
			{ title: "Change", about: "Sorted by size, whatever its sign",
			  value: (row) => Math.abs(change(row)), text: metric.text,
			  cell: (row) => h("span", { class: change(row) < 0 ? "less" : "more" }, changed(row)) },
			{ title: "Before", value: (row) => row.before, text: metric.text },
			{ title: "After", value: (row) => row.after, text: metric.text },
			{ title: "Ratio", value: (row) => row.before ? row.after / row.before : null,
			  text: (value) => value ? ratioText(value) : "gone" },
			{ title: "Call path", value: (row) => row.name,
			  cell: (row) => h("div", { class: "path" }, h("span", { class: "name" }, row.name),
					   h("span", { class: "quiet place" }, row.callers)) },
		], 0, (row) => `${row.name} ${row.callers}`);
		this.table.search(this.query);
		replace(this.place, this.table.element);
	}
}
