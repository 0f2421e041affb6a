// SPDX-License-Identifier: Apache-2.0
// The first look at a comparison: what became of the program, and what changed most.
import { CompareData, Comparison, ComparisonRow, Contrast, MetricInfo, betweenText, isKnown, metrics, ratioText,
	 tone, verdict } from "./compare_data";
import { figure, h } from "./dom";
import * as format from "./format";
import { chip, intervalBar, reach } from "./interval";
import { Shell } from "./shell";
import { View } from "./view";

const ROWS = 10;
const WORDS = ["faster", "slower", "no difference", "too few samples", "appeared", "vanished"];

// "12.0× faster", "+29.0 %".
function headline({ ratio, verdict: word }: Contrast): string {
	if (ratio === null)
		return "–";
	const times = (factor: number) => `${factor.toFixed(factor < 9.95 ? 2 : factor < 99.5 ? 1 : 0)}×`;
	if (word === "faster" && ratio > 0)
		return `${times(1 / ratio)} faster`;
	if (word === "slower")
		return `${times(ratio)} slower`;
	const percent = 100 * (ratio - 1);
	return ratio > 10 ? `×${ratio.toFixed(0)}` : `${percent < 0 ? "−" : "+"}${Math.abs(percent).toFixed(1)} %`;
}

function tile(row: ComparisonRow, metric: MetricInfo): HTMLElement {
	const contrast = row[metric.id], { before, after, ratio } = contrast;
	const side = (value: number | null) => value === null ? "–" : figure(metric.text(value), value);
	const between = betweenText(contrast);
	return h("div", { class: "tile" },
		 h("dt", {}, metric.title),
		 h("dd", { class: `big ${tone(contrast.verdict)}` },
		   ratio === null ? "–" : h("data", { value: ratio, title: ratioText(ratio) }, headline(contrast))),
		 h("dd", {}, side(before), " → ", side(after)),
		 h("dd", { class: "quiet" }, contrast.verdict, between ? `, ×${between}` : ""));
}

function tiles(comparison: Comparison): HTMLElement | null {
	const program = comparison.rows.find(({ kind }) => kind === "program");
	if (!program)
		return null;
	return h("dl", { class: "tiles five" }, ...metrics.map((metric) => tile(program, metric)));
}

// How many kernels had which verdict; each leads to those rows.
function counts(rows: ComparisonRow[], shell: Shell): HTMLElement {
	const of = (word: string) => rows.filter((row) => verdict(row, "time") === word).length;
	const found = WORDS.filter(of);
	return h("section", { class: "panel" },
		 h("header", {}, h("h2", {}, `Time of ${format.plural(rows.length, "kernel")}`)),
		 rows.length ? h("div", { class: "shares", "aria-hidden": "true" }, ...found.map((word) =>
			h("span", { class: `share ${tone(word)}`, style: `flex-grow:${of(word)}` }))) : null,
		 rows.length ? h("ul", { class: "legend" }, ...found.map((word) =>
			h("li", {}, h("button", { type: "button", class: "count", onclick: () => shell.find(word, "table") },
				figure(String(of(word)), of(word)), chip(word)))))
			     : h("p", { class: "empty" }, "No kernel was called on either side."));
}

interface Bar { name: string; values: (Node | string)[]; contrast: Contrast; word: string; open?: () => void }

// Ratios as bars from a line at 1.
export function bars(title: string, rows: Bar[], empty: string): HTMLElement {
	const factor = reach(rows.map(({ contrast }) => contrast));
	return h("section", { class: "panel" }, h("header", {}, h("h2", {}, title)),
		 rows.length ? h("ol", { class: "bars" }, ...rows.map((row) => h("li", {},
			row.open ? h("button", { type: "button", class: "name", title: row.name, onclick: row.open }, row.name)
				 : h("span", { class: "name", title: row.name }, row.name),
			h("span", { class: "number" }, ...row.values),
			intervalBar(row.contrast, row.word, factor), chip(row.word))))
			     : h("p", { class: "empty" }, empty));
}

function changes(title: string, rows: ComparisonRow[], shell: Shell): HTMLElement {
	const whole = (row: ComparisonRow, side: "before" | "after") =>
		(row.time[side] ?? 0) * (row.unit === "call" ? row[`${side}_calls`] ?? 0 : 1);
	const size = (row: ComparisonRow) => Math.abs(whole(row, "after") - whole(row, "before"));
	const largest = rows.filter((row) => isKnown(row.time)).sort((a, b) => size(b) - size(a)).slice(0, ROWS);
	const text = (value: number | null) => value === null ? "–" : figure(format.time(value), value);
	return bars(title, largest.map((row) => ({
		name: row.name, contrast: row.time, word: verdict(row, "time"),
		values: [text(row.time.before), " → ", text(row.time.after)],
		open: () => shell.find(row.name, "table"),
	})), "There are none.");
}

export function verdicts(comparison: Comparison, shell: Shell): View {
	const kernels = comparison.rows.filter(({ kind }) => kind === "kernel");
	const operations = comparison.rows.filter(({ kind }) => kind === "operation");
	const byCall = comparison.rows.some(({ unit }) => unit === "call");
	const element = h("div", { class: "view" }, tiles(comparison), counts(kernels, shell),
		h("div", { class: "columns" }, changes("Operations, by change of time", operations, shell),
		  changes("Kernels, by change of time", kernels, shell)),
		byCall && h("p", { class: "quiet lead" }, "One recording a side: kernels are compared by single calls, which ",
			"within one run are not independent. p is too small and the interval too narrow; several ",
			"recordings a side are better."));
	return { id: "overview", title: "Overview", element };
}

// Of several sets: the program and operations, with all sets of each.
export function methods(data: CompareData): View {
	const [first, ...others] = data.comparisons;
	const panels = metrics.flatMap((metric) => first.rows.filter((row) => row.kind !== "kernel" && isKnown(row[metric.id]))
		.slice(0, metric.id === "time" ? ROWS : 1).map((row) => panel(data.comparisons, row, metric)));
	const element = h("div", { class: "view" },
		h("p", { class: "lead" }, `${others.map(({ name }) => name).join(", ")} by ${first.name}: medians of the runs, `,
		  "bars from the line at 1 to the ratio, whiskers for its 95% interval."),
		h("div", { class: "columns" }, ...panels));
	return { id: "overview", title: "Methods", element };
}

function panel(comparisons: Comparison[], like: ComparisonRow, metric: MetricInfo): HTMLElement {
	const rows = comparisons.flatMap((of, i) => of.rows
		.filter((row) => row.kind === like.kind && row.name === like.name && row.presence !== "vanished")
		.map((row) => {
			const { after } = row[metric.id];
			return { name: of.name ?? "", word: i ? verdict(row, metric.id) : "the first",
				 contrast: i ? row[metric.id] : { ...row[metric.id], ratio_low: null, ratio_high: null },
				 values: [after === null ? "–" : figure(metric.text(after), after)] };
		}));
	return bars(`${metric.title} of ${like.kind === "program" ? "the program" : like.name}`, rows, "");
}
