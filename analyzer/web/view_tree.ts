// SPDX-License-Identifier: Apache-2.0
// The call tree as rows that open: callees below functions, or callers.
import { CallRows, Direction, Row } from "./callers";
import { Choice, figure, h, replace } from "./dom";
import * as format from "./format";
import { Moments } from "./moments";
import { Metric, Tree, atMoment, matcher } from "./tree";
import { Page, View, metricOf } from "./view";

const SHOWN = 60; // Of the rows below one.
const HOT = 0.5;  // Share of all from which rows are opened at once.

interface Line { element: HTMLElement; row: Row; level: number; below: Line[] | null }

export class TreeView implements View {
	readonly id = "tree";
	readonly title = "Call tree";
	readonly element: HTMLElement;
	private metric: Choice<Metric> | null = null;
	private direction: Choice<Direction>;
	private focusChip = h("span", { class: "chip", hidden: true });
	private body = h("tbody");
	private rows: CallRows | null = null;
	private focus: string | null = null;
	private matches: ((text: string) => boolean) | null = null;
	private lines = new Map<HTMLElement, Line>();
	private moments: Moments;

	constructor(private page: Page) {
		this.moments = new Moments(page, () => this.show());
		const first = metricOf(page.trees, "time");
		if (first)
			this.metric = new Choice("Metric", page.trees.metrics.map((metric) =>
				[metric, metric.title]), first, () => this.show());
		this.direction = new Choice<Direction>("Direction",
			[["callees", "Callees"], ["callers", "Callers"]], "callees", () => this.show());
		const heads = ["Total", "Share", "Self", "Function"].map((title, i) =>
			h("th", { scope: "col", class: i < 3 ? "number" : "" }, title));
		this.element = h("div", { class: "view" },
				 h("div", { class: "tools" }, this.metric?.element, this.direction.element,
				   this.focusChip), this.moments.element,
				 h("div", { class: "scroll tree" },
				   h("table", { role: "treegrid", "aria-label": "Call tree" },
				     h("thead", {}, h("tr", {}, ...heads)), this.body)));
		this.body.addEventListener("keydown", (event) => this.move(event));
		if (first)
			this.show();
		else
			replace(this.element, h("p", { class: "empty" }, "Nothing was recorded that has call paths."));
	}

	focusOn(name: string, metric: string): void {
		const wanted = metricOf(this.page.trees, metric);
		this.focus = name;
		if (wanted)
			this.metric?.set(wanted);
		this.show();
	}

	// The moment may have been changed elsewhere.
	shown(): void {
		if (this.metric?.get() === atMoment)
			this.show();
	}

	search(query: string): void {
		this.matches = matcher(query);
		for (const [element, line] of this.lines)
			element.classList.toggle("hit", !!this.matches?.(line.row.name));
	}

	key(event: KeyboardEvent): boolean {
		if (event.key === "c")
			this.direction.set(this.direction.get() === "callees" ? "callers" : "callees");
		else if (event.key === "Escape" && this.focus !== null)
			this.unfocus();
		else
			return false;
		return true;
	}

	private get tree(): Tree {
		return this.page.trees.get(this.metric!.get());
	}

	private unfocus(): void {
		this.focus = null;
		this.show();
	}

	private show(): void {
		this.rows = new CallRows(this.tree, this.direction.get(), this.focus);
		this.lines.clear();
		this.moments.show(this.tree.metric === atMoment);
		this.focusChip.hidden = this.focus === null;
		replace(this.focusChip, this.focus ?? "",
			h("button", { type: "button", "aria-label": "Show all functions",
				      onclick: () => this.unfocus() }, "×"));
		const lines = this.add(this.rows.top(), 0, null);
		lines[0]?.element.setAttribute("tabindex", "0");
		// Down to where it no longer goes one way.
		const most = HOT * this.tree.value[0];
		for (let line: Line | undefined = lines[0]; line && line.row.total >= most; line = line.below?.[0])
			this.open(line);
	}

	// Put rows below a line, or at the end.
	private add(rows: Row[], level: number, after: Line | null): Line[] {
		const lines = rows.slice(0, SHOWN).map((row) => this.line(row, level));
		const elements: HTMLElement[] = lines.map((line) => line.element);
		if (rows.length > SHOWN) {
			const rest = rows.slice(SHOWN).reduce((sum, row) => sum + row.total, 0);
			elements.push(this.more(rows.length - SHOWN, rest, level));
		}
		if (after)
			after.element.after(...elements);
		else
			replace(this.body, ...elements);
		return lines;
	}

	private more(count: number, total: number, level: number): HTMLElement {
		return h("tr", { class: "more", "data-level": level },
			 h("td", { class: "number" }, this.tree.metric.text(total)),
			 h("td", { class: "number" }, format.share(total, this.tree.value[0])), h("td"),
			 h("td", { style: `--level:${level}` }, `${format.count(count)} smaller ones`));
	}

	private line(row: Row, level: number): Line {
		const tree = this.tree, { text } = tree.metric;
		const width = tree.value[0] ? row.total / tree.value[0] : 0;
		const opens = this.rows!.below(row).length > 0;
		const element = h("tr", { "aria-level": level + 1, tabindex: -1, "data-level": level,
					  "aria-expanded": opens ? "false" : undefined,
					  class: this.matches?.(row.name) ? "hit" : "" },
			h("td", { class: "number" }, figure(text(row.total), row.total)),
			h("td", { class: "number bar", style: `--share:${Math.min(1, width).toFixed(4)}` },
			  format.share(row.total, tree.value[0])),
			h("td", { class: "number" }, row.self ? figure(text(row.self), row.self) : ""),
			h("td", { style: `--level:${level}` }, h("span", { class: "twist", "aria-hidden": "true" }),
			  h("span", { class: "swatch", style: `background:${this.page.colours.frame(row.name, tree.module(row.node)).vivid}` }),
			  h("span", { class: "name" }, row.name),
			  h("span", { class: "quiet place" }, tree.placeOf(row.node))));
		const line = { element, row, level, below: null };
		element.addEventListener("click", () => {
			element.focus();
			this.toggle(line);
		});
		this.lines.set(element, line);
		return line;
	}

	private toggle(line: Line): void {
		if (line.below)
			this.close(line);
		else
			this.open(line);
	}

	private open(line: Line): void {
		if (line.below || !line.element.hasAttribute("aria-expanded"))
			return;
		line.below = this.add(this.rows!.below(line.row), line.level + 1, line);
		line.element.setAttribute("aria-expanded", "true");
	}

	private close(line: Line): void {
		let next = line.element.nextElementSibling as HTMLElement | null;
		while (next && Number(next.dataset.level) > line.level) {
			const gone = next;
			next = next.nextElementSibling as HTMLElement | null;
			this.lines.delete(gone);
			gone.remove();
		}
		line.below = null;
		line.element.setAttribute("aria-expanded", "false");
	}

	private move(event: KeyboardEvent): void {
		const line = this.lines.get(event.target as HTMLElement);
		if (!line)
			return;
		const sideways = event.key === "ArrowRight" || event.key === "ArrowLeft";
		if (event.key === "Enter")
			this.toggle(line);
		else if (event.key === "ArrowRight" && !line.below)
			this.open(line);
		else if (event.key === "ArrowLeft" && line.below)
			this.close(line);
		else if (event.key === "ArrowDown" || event.key === "ArrowUp" || sideways)
			this.step(line, event.key);
		else
			return;
		event.preventDefault();
		event.stopPropagation();
	}

	private step(line: Line, key: string): void {
		const down = key === "ArrowDown" || key === "ArrowRight";
		let next = line.element as Element | null;
		do
			next = down ? next!.nextElementSibling : next!.previousElementSibling;
		while (next && (!this.lines.has(next as HTMLElement) ||
				(key === "ArrowLeft" && this.lines.get(next as HTMLElement)!.level >= line.level)));
		if (!next)
			return;
		line.element.setAttribute("tabindex", "-1");
		next.setAttribute("tabindex", "0");
		(next as HTMLElement).focus();
	}
}
