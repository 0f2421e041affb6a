// SPDX-License-Identifier: Apache-2.0
// The page of `recoat bench --html`.
import { Bench, BenchData, Cell, Crossing, Scaling, advantageText } from "./bench_data";
import { ratioText } from "./compare_data";
import { h } from "./dom";
import * as format from "./format";
import { chip } from "./interval";
import { Keys } from "./keys";
import { Shell } from "./shell";
import { Table } from "./table";
import { View } from "./view";
import { ChartsView } from "./view_charts";
import { facts, leftOut } from "./view_notes";

const KEYS: Keys = [
	["1 – 4", "go to a view"],
	["/", "search; Escape leaves and clears it"],
	["Tab", "go to a chart's points"],
	["← →", "move along a series"],
	["↑ ↓", "move between series"],
	["t", "light or dark"],
	["?", "this list"],
];

const name = (text: string) => h("span", { class: "name" }, text);
const number = (value: number) => value.toFixed(2);

function time(cell: Cell): Node {
	const value = cell.median_ns ?? cell.estimate_ns;
	return value === null ? h("span", { class: "quiet" }, "–")
		: h("data", { value, title: String(value), class: cell.state },
		    (cell.median_ns === null ? "~" : "") + format.time(value));
}

function state(cell: Cell): Node {
	const against = cell.against_first;
	const unserved = cell.plugins !== "none" && cell.served_by === "original" ? "served by the original alone" : null;
	const words = [{ measured: null, missing: "not run", estimated: "estimated" }[cell.state], cell.note, unserved];
	return h("span", {}, against && chip(against.verdict), h("span", { class: "quiet place" },
		words.filter((word) => word).join("  ·  ")));
}

function cells({ cells: rows }: Bench): View {
	const table = new Table<[number, Cell]>("Cells", rows.map((cell, i) => [i, cell]), [
		{ title: "Kernel", about: "In order of kernel, size and chain", value: ([order]) => order,
		  cell: ([, c]) => name(c.kernel) },
		{ title: "Size", value: ([, c]) => c.size, text: format.short },
		{ title: "N", about: "Problem size as recorded", value: ([, c]) => c.problem_size, text: format.short },
		{ title: "Chain", value: ([, c]) => c.chain, cell: ([, c]) => name(c.chain) },
		{ title: "Runs", value: ([, c]) => c.runs, text: format.count },
		{ title: "Median", about: "~ is estimated", value: ([, c]) => c.median_ns ?? c.estimate_ns, text: format.time,
		  cell: ([, c]) => time(c) },
		{ title: "Mean", value: ([, c]) => c.mean_ns, text: format.time },
		{ title: "Std", about: "Standard deviation", value: ([, c]) => c.std_ns, text: format.time },
		{ title: "Min", value: ([, c]) => c.min_ns, text: format.time },
		{ title: "Max", value: ([, c]) => c.max_ns, text: format.time },
		{ title: "N/s", about: "By the median", value: ([, c]) => c.n_per_s, text: format.short },
		{ title: "Peak", about: "Of the heap, highest of all runs", value: ([, c]) => c.highest_peak_bytes,
		  text: format.bytes },
		{ title: "By the first", about: "Ratio of medians to the first chain", text: ratioText,
		  value: ([, c]) => c.against_first?.ratio ?? null },
		{ title: "Verdict", value: ([, c]) => c.against_first?.verdict ?? c.state, cell: ([, c]) => state(c) },
	], 0, ([, c]) => `${c.kernel} ${c.chain} ${c.state} ${c.against_first?.verdict ?? ""}`, undefined, false);
	return { id: "table", title: "Cells", search: (query) => table.search(query),
		 element: h("div", { class: "view dense" }, h("p", { class: "lead" },
			"A sample is a run. ~ is estimated from smaller sizes by the exponent, not measured."), table.element) };
}

function scaling({ scaling: fits, crossings }: Bench): View {
	const table = new Table<Scaling>("Scaling", fits, [
		{ title: "Kernel", value: (f) => f.kernel, cell: (f) => name(f.kernel) },
		{ title: "Chain", value: (f) => f.chain, cell: (f) => name(f.chain) },
		{ title: "Sizes", about: "That were measured", value: (f) => f.sizes, text: format.count },
		{ title: "Exponent", value: (f) => f.exponent, text: number },
		{ title: "95% from", about: "It takes three sizes", value: (f) => f.exponent_low, text: number },
		{ title: "to", value: (f) => f.exponent_high, text: number },
		{ title: "c, ns", value: (f) => f.coefficient_ns, text: (v) => v.toPrecision(4) },
	], 0, (f) => `${f.kernel} ${f.chain}`, undefined, false);
	const pays = new Table<Crossing>("Which chain pays where", crossings, [
		{ title: "Kernel", value: (c) => c.kernel, cell: (c) => name(c.kernel) },
		{ title: "Chain", value: (c) => c.chain, cell: (c) => name(c.chain) },
		{ title: "Against", value: (c) => c.against, cell: (c) => name(c.against) },
		{ title: "Size", about: "Where the curves of the medians meet", value: (c) => c.size, text: format.count },
		{ title: "In words", value: advantageText },
	], 0, (c) => `${c.kernel} ${c.chain} ${advantageText(c)}`, undefined, false);
	const search = (query: string) => [table, pays].forEach((one) => one.search(query));
	return { id: "scaling", title: "Scaling", search, element: h("div", { class: "view prose" },
		h("h2", {}, "Scaling"), h("p", { class: "lead" }, "time = c · size^exponent, by least squares through the medians in logarithms."),
		table.element, h("h2", {}, "Which chain pays where"), pays.element) };
}

function about({ bench, version, left_out }: BenchData): View {
	const { config } = bench;
	const list = (values: (string | number)[]) => values.join(", ");
	const element = h("div", { class: "view prose" },
		h("h2", {}, "Configuration"), facts([
			["Kernels", list(config.kernels)], ["Command", config.command ?? "amqadf, on points that it makes up"],
			["Sizes", config.sizes.map(format.count).join("  ")], ["Chains", list(config.plugins)],
			["Threads", list(config.threads)],
			["Runs a cell", `${format.count(config.iterations)}, and ${format.count(config.warm_up)} before that are not counted`],
			["Time budget", config.time_budget_s ? `${config.time_budget_s} s a cell` : "none"],
			["Grid", config.grid], ["Heap", config.heap],
		]),
		h("h2", {}, "Where and when"), facts([["Host", bench.host], ["Date", bench.date],
			["Run by", `recoat ${bench.recoat_version}`], ["Page by", `recoat ${version}`]]),
		h("h2", {}, "What the figures rest on"), facts([
			["Turns", "at each size the chains take turns, A B A B, so that what drifts with time meets all of them"],
			["Verdict", "p below 0.05 by the rank sum test of Mann and Whitney, and a 95% interval on one side of 1; " +
				    "it takes 4 runs"],
			["Estimated", "from smaller sizes by the fitted line; caches that overflow, or memory that runs out, " +
				      "are not in it"],
		]),
		...leftOut(left_out, "recoat bench --load FILE --json has every single run, if the results were saved."));
	return { id: "notes", title: "Configuration", element };
}

export function bench(data: BenchData): void {
	const { config, host } = data.bench;
	const what = config.kernels.join(", ") || config.command || "";
	new Shell(KEYS).begin(what, `${what}  ·  ${host}`,
			      [new ChartsView(data), cells(data.bench), scaling(data.bench), about(data)]);
}
