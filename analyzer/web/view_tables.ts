// SPDX-License-Identifier: Apache-2.0
// The views that are tables: kernels, functions.
import { Fill } from "./colours";
import { FunctionRow, Kernel, base, label } from "./data";
import { h, replace } from "./dom";
import * as format from "./format";
import { Column, Table } from "./table";
import { Page, View } from "./view";

class TableView<Row> implements View {
	readonly element: HTMLElement;

	constructor(readonly id: string, readonly title: string, private table: Table<Row>, about: string,
		    empty: string | null) {
		this.element = h("div", { class: "view" }, h("p", { class: "lead" }, about), table.element);
		if (empty)
			replace(this.element, h("p", { class: "empty" }, empty));
	}

	search(query: string): void {
		this.table.search(query);
	}
}

// A name with where it stands below it.
export function named(swatch: Fill, name: string, place: string): HTMLElement {
	return h("div", { class: "named" },
		 h("span", { class: "swatch", style: `background:${swatch.vivid}` }),
		 h("span", { class: "name" }, name), h("span", { class: "quiet place" }, place));
}

export function kernels(page: Page): View {
	const rows = page.data.kernels.filter((kernel) => kernel.calls);
	const perCall = (total: number, calls: number) => calls ? total / calls : null;
	const summed: Column<Kernel>[] = rows.some((kernel) => kernel.summed_calls)
		? [{ title: "Summed up", about: "Of the calls, those of which no more than sums was written",
		     value: (k) => k.summed_calls, text: format.count }]
		: [];
	const table = new Table<Kernel>("Kernels", rows, [
		{ title: "Kernel", value: (k) => label(k),
		  cell: (k) => named(page.colours.operation(k.operation, label(k)), k.kernel, k.operation) },
		{ title: "Served by", value: (k) => k.implementation },
		{ title: "Calls", value: (k) => k.calls, text: format.count },
		{ title: "Time", about: "Wall time, calls within calls counted once",
		  value: (k) => k.inclusive_ns, text: format.time, bar: true },
		{ title: "Self", about: "Without the kernels that it called", value: (k) => k.exclusive_ns,
		  text: format.time },
		{ title: "CPU", about: "CPU time of the calls that were long enough to read that clock; * if not all were",
		  value: (k) => k.cpu_calls ? k.cpu_ns : null,
		  text: (v, k) => format.time(v) + (k.cpu_calls < k.calls ? "*" : "") },
		{ title: "N a call", about: "Problem size", value: (k) => perCall(k.size_total, k.size_calls),
		  text: format.short },
		{ title: "N/s", about: "Problem size a second", text: format.short,
		  value: (k) => k.size_ns ? 1e9 * k.size_total / k.size_ns : null },
		{ title: "Allocations", value: (k) => k.allocations, text: format.count },
		{ title: "Bytes", value: (k) => k.bytes, text: format.bytes },
		{ title: "Peak", about: "Highest of all calls", value: (k) => k.peak_bytes, text: format.bytes },
		...summed,
	], 3, (k) => `${label(k)} ${k.operation}`, (k) => page.findInFlame(label(k), "time"));
	return new TableView("kernels", "Kernels", table,
		"Every call of a kernel was timed. A row opens the flame graph.",
		rows.length ? null : "No kernel was called. Catalogues say which functions are kernels.");
}

export function functions(page: Page): View {
	const { data } = page;
	const whole = data.cpu.cpu_sampled_ns;
	const table = new Table<FunctionRow>("Functions", data.functions, [
		{ title: "Function", value: (f) => f.function,
		  cell: (f) => named(page.colours.frame(f.function, f.module), f.function, base(f.module)) },
		{ title: "Self", about: "In the function itself", value: (f) => f.self_ns, text: format.time,
		  bar: true },
		{ title: "Share", about: "Self, of all CPU time", value: (f) => f.self_ns,
		  text: (v) => format.share(v, whole) },
		{ title: "Total", about: "With all that it called", value: (f) => f.total_ns,
		  text: format.time, bar: true },
		{ title: "Share", about: "Total, of all CPU time", value: (f) => f.total_ns,
		  text: (v) => format.share(v, whole) },
		{ title: "Samples", about: "In the function itself", value: (f) => f.self_samples,
		  text: format.count },
	], 1, (f) => `${f.function} ${base(f.module)}`, (f) => page.focusFunction(f.function, "cpu"));
	return new TableView("functions", "Functions", table,
		`CPU time, estimated from ${format.plural(data.cpu.cpu_samples, "sample")}. A row opens the call tree.`,
		data.functions.length ? null : "There are no CPU samples in this recording.");
}
