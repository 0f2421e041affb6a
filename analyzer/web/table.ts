// SPDX-License-Identifier: Apache-2.0
// A table that is sorted by its heads and filtered by what is looked for.
import { figure, h, replace } from "./dom";
import { matcher } from "./tree";
import * as format from "./format";

export interface Column<Row> {
	title: string;
	about?: string;
	value: (row: Row) => number | string | null;
	text?: (value: number, row: Row) => string; // Of numbers.
	cell?: (row: Row) => Node;                   // Instead of the text, a number or not.
	bar?: boolean;                               // Draw the number's share of the largest.
}

export class Table<Row> {
	readonly element: HTMLElement;
	private body = h("tbody");
	private count = h("p", { class: "quiet", role: "status" });
	private heads: HTMLTableCellElement[] = [];
	private query = "";

	// Sorted by column `by` at first, the largest first.
	constructor(title: string, private rows: Row[], private columns: Column<Row>[],
		    private by: number, private searched: (row: Row) => string,
		    private onRow?: (row: Row) => void, private descending = true) {
		this.heads = columns.map((column, i) => this.head(column, i));
		const table = h("table", { "aria-label": title },
				h("thead", {}, h("tr", {}, ...this.heads)), this.body);
		this.element = h("div", { class: "table" },
				 h("div", { class: "scroll", tabindex: 0, role: "region",
					    "aria-label": title }, table), this.count);
		this.fill();
	}

	search(query: string): void {
		this.query = query;
		this.fill();
	}

	private head(column: Column<Row>, index: number): HTMLTableCellElement {
		return h("th", { scope: "col", class: this.isNumber(column) ? "number" : "" },
			 h("button", { type: "button", title: column.about,
				       onclick: () => this.sort(index) }, column.title));
	}

	private isNumber(column: Column<Row>): boolean {
		return !!column.text;
	}

	private sort(index: number): void {
		this.descending = this.by === index ? !this.descending
						    : this.isNumber(this.columns[index]);
		this.by = index;
		this.fill();
	}

	private sorted(): Row[] {
		const matches = matcher(this.query);
		const value = this.columns[this.by].value;
		const sign = this.descending ? -1 : 1;
		const shown = matches ? this.rows.filter((row) => matches(this.searched(row)))
				      : [...this.rows];
		return shown.sort((left, right) => {
			const a = value(left), b = value(right);
			if (a === null || b === null)
				return a === b ? 0 : a === null ? 1 : -1;
			return sign * (a < b ? -1 : a > b ? 1 : 0);
		});
	}

	private fill(): void {
		const rows = this.sorted();
		const most = this.columns.map((column) => column.bar
			? Math.max(...this.rows.map((row) => Number(column.value(row)))) : 0);
		this.heads.forEach((head, i) => head.setAttribute("aria-sort",
			i !== this.by ? "none" : this.descending ? "descending" : "ascending"));
		replace(this.body, ...rows.map((row) => this.row(row, most)));
		this.count.textContent = rows.length < this.rows.length
			? `${format.count(rows.length)} of ${format.count(this.rows.length)} rows`
			: format.plural(rows.length, "row");
	}

	private row(row: Row, most: number[]): HTMLElement {
		const open = this.onRow;
		const cells = this.columns.map((column, i) => this.cell(column, row, most[i]));
		if (!open)
			return h("tr", {}, ...cells);
		return h("tr", { class: "open", tabindex: 0, onclick: () => open(row),
				 onkeydown: (event: KeyboardEvent) => {
					 if (event.key === "Enter")
						 open(row);
				 } }, ...cells);
	}

	private cell(column: Column<Row>, row: Row, most: number): HTMLElement {
		const value = column.value(row);
		if (column.cell)
			return h("td", { class: column.text ? "number" : "" }, column.cell(row));
		if (!column.text)
			return h("td", {}, String(value ?? "–"));
		if (value === null)
			return h("td", { class: "number quiet" }, "–");
		const text = figure(column.text(Number(value), row), Number(value));
		if (!column.bar)
			return h("td", { class: "number" }, text);
		const width = most > 0 ? Math.max(0, Number(value) / most) : 0;
		return h("td", { class: "number bar", style: `--share:${width.toFixed(4)}` }, text);
	}
}
