// SPDX-License-Identifier: Apache-2.0
// The first look: what ran, what it cost, where it went.
import { Fill } from "./colours";
import { FunctionRow, base, label } from "./data";
import { figure, h } from "./dom";
import * as format from "./format";
import { Lanes } from "./lanes";
import { Page, View } from "./view";

const ROWS = 8;

function tile(name: string, value: number | null, text: (value: number) => string, more: string): HTMLElement {
	return h("div", { class: "tile" },
		 h("dt", {}, name),
		 h("dd", { class: "big" }, value === null ? "–" : figure(text(value), value)),
		 h("dd", { class: "quiet" }, more));
}

function tiles({ data }: Page): HTMLElement {
	const cpu = data.user_ns + data.system_ns;
	const about = data.heap_estimated ? ", estimated" : "";
	const ended = data.processes.some((process) => process.ended_cleanly);
	const calls = data.kernels.reduce((sum, kernel) => sum + kernel.calls, 0);
	const called = data.kernels.filter((kernel) => kernel.calls).length;
	return h("dl", { class: "tiles" },
		tile("Wall time", data.wall_ns, format.time,
		     data.process_count === 1 ? "one process" : `${format.count(data.process_count)} processes`),
		tile("CPU time", ended ? cpu : null, format.time,
		     ended ? `${format.time(data.system_ns)} in the system` : "the run was cut off"),
		tile("In kernels", (data.trees.time.time as number[])[0], format.time,
		     calls ? `${format.plural(calls, "call")} of ${format.plural(called, "kernel")}` : "none was called"),
		tile("Peak heap", data.heap_peak_bytes, format.bytes,
		     data.max_resident_bytes ? `${format.bytes(data.max_resident_bytes)} resident at most` : about.slice(2)),
		tile("Allocated", data.heap.bytes, format.bytes,
		     `in ${format.plural(data.heap.allocations, "allocation")}${about}`),
		tile("Live at the end", data.heap.live_bytes, format.bytes,
		     `${format.share(data.heap.temporary, data.heap.allocations)} were temporary`));
}

interface Bar { name: string; place: string; value: number; text: string; colour: Fill; open: () => void }

// The largest few, as bars that can be opened.
function ranking(title: string, whole: number, rows: Bar[], all: () => void, empty: string): HTMLElement {
	const most = Math.max(...rows.map((row) => row.value), 1);
	const list = h("ol", { class: "ranking" }, ...rows.slice(0, ROWS).map((row) =>
		h("li", {}, h("button", { type: "button", onclick: row.open, title: `${row.name}  ${row.place}` },
			h("span", { class: "name" }, row.name), h("span", { class: "number" }, row.text),
			h("span", { class: "number quiet" }, format.share(row.value, whole)),
			h("span", { class: "track", "aria-hidden": "true" },
			  h("span", { style: `width:${(100 * row.value / most).toFixed(2)}%;background:${row.colour.vivid}` }))))));
	return h("section", { class: "panel" },
		 h("header", {}, h("h2", {}, title),
		   rows.length > 0 && h("button", { type: "button", class: "link", onclick: all }, "all")),
		 rows.length ? list : h("p", { class: "empty" }, empty));
}

function hotKernels(page: Page): HTMLElement {
	const rows = page.data.kernels.filter((k) => k.calls)
		.sort((a, b) => b.inclusive_ns - a.inclusive_ns)
		.map((k) => ({ name: label(k).replace(/[<>]/g, ""), place: k.operation, value: k.inclusive_ns,
			       text: format.time(k.inclusive_ns), colour: page.colours.operation(k.operation, label(k)),
			       open: () => page.findInFlame(label(k), "time") }));
	return ranking("Kernels by time", page.data.wall_ns, rows, () => page.go("kernels"), "No kernel was called.");
}

function hotFunctions(page: Page, by: "self" | "total"): HTMLElement {
	const value = (f: FunctionRow) => by === "self" ? f.self_ns : f.total_ns;
	const rows = page.data.functions.filter(value).sort((a, b) => value(b) - value(a))
		.map((f) => ({ name: f.function, place: base(f.module), value: value(f), text: format.time(value(f)),
			       colour: page.colours.frame(f.function, f.module),
			       open: () => page.focusFunction(f.function, "cpu") }));
	return ranking(`Functions by ${by} CPU time`, page.data.cpu.cpu_sampled_ns, rows,
		       () => page.go("functions"), "There are no CPU samples.");
}

function hotSites(page: Page): HTMLElement {
	const rows = [...page.data.allocation_sites].sort((a, b) => b.bytes - a.bytes)
		.map((s) => ({ name: s.function, place: `${base(s.file ?? "")}:${s.line}`, value: s.bytes,
			       text: format.bytes(s.bytes), colour: page.colours.frame(s.function, s.module ?? ""),
			       open: () => page.focusFunction(s.function, "bytes") }));
	return ranking("Allocation sites by bytes", page.data.heap.bytes, rows, () => page.go("sites"),
		       "Nothing was allocated, or the heap was not recorded.");
}

function peakSites(page: Page): HTMLElement {
	const whole = page.data.allocation_sites.reduce((sum, site) => sum + Math.max(0, site.at_peak_bytes), 0);
	const rows = page.data.allocation_sites.filter((s) => s.at_peak_bytes > 0)
		.sort((a, b) => b.at_peak_bytes - a.at_peak_bytes)
		.map((s) => ({ name: s.function, place: `${base(s.file ?? "")}:${s.line}`, value: s.at_peak_bytes,
			       text: format.bytes(s.at_peak_bytes),
			       colour: page.colours.frame(s.function, s.module ?? ""),
			       open: () => page.focusFunction(s.function, "peak") }));
	return ranking("Live at the heap's peak", whole, rows, () => page.go("sites"),
		       "Nothing was live, or the heap was not recorded.");
}

export function overview(page: Page): View {
	const called = page.data.kernels.some((kernel) => kernel.calls);
	const strip = new Lanes(page.data, page.colours,
				{ onSnapshot: (snapshot) => page.showMoment(snapshot) });
	strip.element.classList.add("strip");
	const element = h("div", { class: "view" }, tiles(page),
		h("section", { class: "panel" },
		  h("header", {}, h("h2", {}, "Live memory and kernels over time"),
		    h("button", { type: "button", class: "link", onclick: () => page.go("time") }, "timeline")),
		  strip.element),
		h("div", { class: "columns" }, called ? hotKernels(page) : hotFunctions(page, "total"),
		  hotFunctions(page, "self"), hotSites(page), peakSites(page)));
	return { id: "overview", title: "Overview", element, shown: () => strip.redraw() };
}
