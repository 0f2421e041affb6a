// SPDX-License-Identifier: Apache-2.0
// The table of a comparison: the program, operations and kernels by one metric.
import { Comparison, ComparisonRow, MetricInfo, betweenText, isKnown, metrics, pText, ratioText, tone,
	 verdict } from "./compare_data";
import { Choice, figure, h, replace } from "./dom";
import { chip, intervalBar, reach } from "./interval";
import { Column, Table } from "./table";
import { View } from "./view";

type Kinds = "all" | "operation" | "kernel";

// A row of one of the comparisons.
interface Line { row: ComparisonRow; of: Comparison; order: number; reference: boolean }

function placeOf({ kind, operation, presence, before_served_by, after_served_by }: ComparisonRow): string {
	const served = kind === "kernel" && presence === "both" && before_served_by !== after_served_by
		? `served by ${before_served_by}, then by ${after_served_by}` : "";
	return [kind === "kernel" ? operation : kind === "operation" ? "operation" : "whole run", served]
		.filter((part) => part).join("  ·  ");
}

function named(line: Line): HTMLElement {
	return h("div", { class: "path" }, h("span", { class: "name" }, line.row.name),
		 h("span", { class: "quiet place" }, placeOf(line.row)));
}

export class ComparedView implements View {
	readonly id = "table";
	readonly title = "Table";
	readonly element: HTMLElement;
	private lines: Line[];
	private place = h("div");
	private note = h("p", { class: "quiet" });
	private metric: Choice<MetricInfo>;
	private kinds: Choice<Kinds>;
	private changed: Choice<boolean>;
	private table: Table<Line> | null = null;
	private query = "";

	constructor(private comparisons: Comparison[]) {
		this.lines = comparisons.flatMap((of, i) => of.rows.map((row) =>
			({ row, of, order: 0, reference: !!of.name && !i })))
			.filter(({ row, of }) => !of.name || row.presence !== "vanished");
		const names = [...new Set(this.lines.map(({ row }) => `${row.kind} ${row.name}`))];
		for (const line of this.lines)
			line.order = names.indexOf(`${line.row.kind} ${line.row.name}`);
		const known = metrics.filter(({ id }) => this.lines.some(({ row }) => isKnown(row[id])));
		this.metric = new Choice("Metric", known.map((metric) => [metric, metric.title]),
					 known[0] ?? metrics[0], () => this.show());
		this.kinds = new Choice<Kinds>("Rows", [["all", "All"], ["operation", "Operations"],
							["kernel", "Kernels"]], "all", () => this.show());
		this.changed = new Choice<boolean>("Verdicts", [[false, "Any verdict"], [true, "Changed"]], false,
						   () => this.show());
		this.element = h("div", { class: "view" },
				 h("div", { class: "tools" }, this.metric.element, this.kinds.element,
				   this.changed.element, this.note), this.place);
		this.show();
	}

	search(query: string): void {
		this.query = query;
		this.table?.search(query);
	}

	private word(line: Line): string {
		const word = verdict(line.row, this.metric.get().id);
		return line.reference ? "the first" : line.of.name && word === "appeared" ? "not in the first" : word;
	}

	private isShown(line: Line): boolean {
		const kinds = this.kinds.get();
		return isKnown(line.row[this.metric.get().id]) &&
		       (kinds === "all" || kinds === line.row.kind) &&
		       (!this.changed.get() || tone(this.word(line)) !== "quiet");
	}

	private show(): void {
		const { id } = this.metric.get();
		const lines = this.lines.filter((line) => this.isShown(line));
		const factor = reach(lines.map(({ row }) => row[id]));
		this.table = new Table<Line>("Comparison", lines, this.columns(factor), 0,
			(line) => `${line.row.name} ${placeOf(line.row)} ${line.of.name ?? ""} ${this.word(line)}`,
			undefined, false);
		this.table.search(this.query);
		const end = factor < 10 ? factor.toFixed(1) : factor.toFixed(0);
		this.note.textContent = `Bars: from 1 to the ratio, ÷${end} to ×${end}, logarithmic; whiskers: 95% interval`;
		replace(this.place, this.table.element);
	}

	private columns(factor: number): Column<Line>[] {
		const { id, text } = this.metric.get();
		const of = (line: Line) => line.row[id];
		const several = this.comparisons.length > 1;
		const values: Column<Line>[] = several
			? [{ title: "Median", value: (line) => of(line).after, text }]
			: [{ title: "Before", about: "Median", value: (line) => of(line).before, text },
			   { title: "After", about: "Median", value: (line) => of(line).after, text }];
		const sets: Column<Line>[] = several ? [{ title: "Set", value: (line) => line.of.name ?? "" }] : [];
		return [
			{ title: "Name", about: "The program, then operations and kernels by time",
			  value: (line) => line.order, cell: named },
			...sets,
			...values,
			{ title: several ? "By the first" : "After / before", value: (line) => of(line).ratio, text: ratioText },
			{ title: "Ratio with its 95% interval", about: "Sorted by ratio", value: (line) => of(line).ratio,
			  cell: (line) => h("span", { class: "between" }, intervalBar(of(line), this.word(line), factor),
					    h("span", { class: "quiet" }, betweenText(of(line)))) },
			{ title: "Verdict", value: (line) => this.word(line), cell: (line) => chip(this.word(line)) },
			{ title: "p", about: "Rank sum test of Mann and Whitney", value: (line) => of(line).p, text: pText },
			{ title: "Samples", about: "Before and after", value: (line) => of(line).after_samples,
			  cell: (line) => samples(line.row, of(line), id === "time") },
		];
	}
}

function samples(row: ComparisonRow, { before_samples, after_samples }: ComparisonRow["time"], time: boolean): HTMLElement {
	return h("span", { class: "quiet" }, figure(String(before_samples), before_samples), " + ",
		 figure(String(after_samples), after_samples), time && row.unit === "call" ? " calls" : " runs");
}
