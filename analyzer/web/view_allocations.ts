// SPDX-License-Identifier: Apache-2.0
// Who allocated: sites of the heap, how long their blocks lived, and mappings.
import { Data, Mapping, Site, base } from "./data";
import { Choice, h, replace } from "./dom";
import * as format from "./format";
import * as classes from "./classes";
import { Table } from "./table";
import { Page, View } from "./view";
import { named } from "./view_tables";

const SIZE_CLASSES = 48; // The last one has no upper bound.

interface Part { title: string; about: string; table: Table<Site> | Table<Mapping> }

class AllocationsView implements View {
	readonly id = "sites";
	readonly title = "Allocations";
	readonly element: HTMLElement;
	private lead = h("p", { class: "lead" });
	private body = h("div");

	constructor(private parts: Part[]) {
		const choice = new Choice<Part>("What", parts.map((part) => [part, part.title]), parts[0],
						(part) => this.show(part));
		this.element = h("div", { class: "view" }, parts.length > 1 && h("div", { class: "tools" }, choice.element),
				 this.lead, this.body);
		if (parts.length)
			this.show(parts[0]);
		else
			replace(this.element, h("p", { class: "empty" }, "The heap was not recorded, or nothing was allocated."));
	}

	search(query: string): void {
		this.parts.forEach((part) => part.table.search(query));
	}

	private show(part: Part): void {
		replace(this.lead, part.about);
		replace(this.body, part.table.element);
	}
}

const place = (s: Site | Mapping) =>
	[s.file && s.line ? `${base(s.file)}:${s.line}` : "", base(s.module ?? ""),
	 s.callers.replace(/<- /g, "← ")].filter((part) => part).join("  ·  ");

const site = ({ colours }: Page, s: Site | Mapping) =>
	named(colours.frame(s.function, s.module ?? ""), s.function, place(s));

function heap(page: Page): Part {
	const { data } = page;
	const table = new Table<Site>("Allocation sites", data.allocation_sites, [
		{ title: "Function", value: (s) => s.function, cell: (s) => site(page, s) },
		{ title: "Bytes", value: (s) => s.bytes, text: format.bytes, bar: true },
		{ title: "Allocations", value: (s) => s.allocations, text: format.count },
		{ title: "At peak", about: "Live when the heap was at its peak", value: (s) => s.at_peak_bytes,
		  text: format.bytes, bar: true },
		{ title: "Leaked", about: "Live at the end", value: (s) => s.live_bytes, text: format.bytes,
		  bar: true },
		{ title: "Temporary", about: "Freed before the next allocation of the thread",
		  value: (s) => s.allocations ? s.temporary / s.allocations : 0,
		  text: (v) => format.share(v, 1) },
	], 1, (s) => `${s.function} ${place(s)}`, (s) => page.focusFunction(s.function, "bytes"));
	return { title: "Heap", table, about:
		`${format.bytes(data.heap.bytes)} in ${format.plural(data.heap.allocations, "allocation")}${
			data.heap_estimated ? ", estimated from samples" : ""}. A row opens the call tree.` };
}

// What the sizes and lifetimes of a class are at most, as the text report has it.
const sizeText = (n: number) =>
	n >= SIZE_CLASSES - 1 ? "more" : format.bytes(2 ** n > 1024 ? 2 ** n : 2 ** n - 1);
const ageText = (n: number) => format.time(1e6 * 2 ** n);

function lifetimes(page: Page): Part {
	const rows = page.data.allocation_sites.filter((s) => s.sizes && s.lifetimes_ms);
	const sizes = classes.extent(rows.map((s) => s.sizes!));
	const ages = classes.extent(rows.map((s) => s.lifetimes_ms!));
	const size = (s: Site, share: number) => classes.quantile(s.sizes!, share);
	const age = (s: Site, share: number) => classes.sum(s.lifetimes_ms!) ? classes.quantile(s.lifetimes_ms!, share) : null;
	const table = new Table<Site>("Lifetimes", rows, [
		{ title: "Function", value: (s) => s.function, cell: (s) => site(page, s) },
		{ title: "Allocations", value: (s) => s.allocations, text: format.count, bar: true },
		{ title: "Sizes", value: (s) => size(s, 0.5), cell: (s) => classes.histogram(s.sizes!, sizes, sizeText) },
		{ title: "Half at most", about: "Half of the blocks are no larger, in powers of two", value: (s) => size(s, 0.5),
		  text: sizeText },
		{ title: "90 % at most", value: (s) => size(s, 0.9), text: sizeText },
		{ title: "Freed", value: (s) => s.allocations ? classes.sum(s.lifetimes_ms!) / s.allocations : 0,
		  text: (v) => format.share(v, 1) },
		{ title: "Lifetimes", value: (s) => age(s, 0.5), cell: (s) => classes.histogram(s.lifetimes_ms!, ages, ageText) },
		{ title: "Half at most", about: "Half of the blocks that were freed lived no longer, in powers of two",
		  value: (s) => age(s, 0.5), text: ageText },
		{ title: "90 % at most", value: (s) => age(s, 0.9), text: ageText },
		{ title: "Longest", value: (s) => age(s, 1), text: ageText },
	], 1, (s) => `${s.function} ${place(s)}`, (s) => page.focusFunction(s.function, "count"));
	return { title: "Lifetimes", table, about:
		"Sizes of all blocks and lifetimes of those that were freed, in powers of two; from left to right they double. A row opens the call tree." };
}

function mapped({ processes }: Data): string {
	const peak = processes.reduce((most, process) => Math.max(most, process.mapped_peak_bytes), 0);
	return `at most ${format.bytes(peak)} at a time${processes.length > 1 ? " in one process" : ""}`;
}

function mappings(page: Page): Part {
	const { data } = page;
	const table = new Table<Mapping>("Mappings", data.mappings, [
		{ title: "Function", value: (m) => m.function, cell: (m) => site(page, m) },
		{ title: "Kind", value: (m) => m.kind },
		{ title: "Bytes", value: (m) => m.bytes, text: format.bytes, bar: true },
		{ title: "Calls", value: (m) => m.mappings, text: format.count },
		{ title: "Peak", about: "The most that one call path had mapped at a time", value: (m) => m.peak_bytes,
		  text: format.bytes, bar: true },
		{ title: "Mapped", about: "At the end", value: (m) => m.live_bytes, text: format.bytes, bar: true },
	], 2, (m) => `${m.function} ${m.kind} ${place(m)}`);
	return { title: "Mappings", table, about:
		`Mapped by mmap, mremap, brk and sbrk, ${mapped(data)}; not part of the heap.` };
}

export function allocations(page: Page): View {
	const { data } = page;
	return new AllocationsView([
		...data.allocation_sites.length ? [heap(page)] : [],
		...data.allocation_sites.some((s) => s.sizes) ? [lifetimes(page)] : [],
		...data.mappings.length ? [mappings(page)] : [],
	]);
}
