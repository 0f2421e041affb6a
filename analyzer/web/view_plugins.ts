// SPDX-License-Identifier: Apache-2.0
// What plugins served, counted, found and said.
import { Mismatch, Plugin } from "./data";
import { figure, h } from "./dom";
import * as format from "./format";
import { Table } from "./table";
import { Page, View } from "./view";

const isBytes = (name: string) => name.startsWith("memory");

function fact(name: string, value: number, text: string): HTMLElement {
	return h("div", {}, h("dt", {}, name), h("dd", {}, figure(text, value)));
}

// Counters as the plugin named them; what came to it is first.
function counters(plugin: Plugin): HTMLElement {
	return h("dl", { class: "counters" },
		 fact("calls", plugin.calls, format.count(plugin.calls)),
		 ...Object.entries(plugin.counters).map(([name, value]) =>
			fact(name.replace(/_/g, " "), value, isBytes(name) ? format.bytes(value) : format.count(value))));
}

const error = (value: number | null) => value === null ? "infinite" : value.toPrecision(3);

function mismatches(plugin: Plugin): HTMLElement {
	return new Table<Mismatch>(`Mismatches found by ${plugin.plugin}`, plugin.mismatches, [
		{ title: "Kernel", value: (m) => m.kernel, cell: (m) => h("span", { class: "name" }, m.kernel) },
		{ title: "ABI", value: (m) => m.abi },
		{ title: "Calls", about: "Whose results were not as they should be", value: (m) => m.calls, text: format.count },
		{ title: "Differing", about: "Values out of tolerance", value: (m) => m.differing, text: format.count },
		{ title: "Of", about: "Values compared in these calls", value: (m) => m.values, text: format.count },
		{ title: "Absolute", about: "Largest absolute error", value: (m) => m.max_absolute ?? Infinity,
		  cell: (m) => h("span", {}, error(m.max_absolute)) },
		{ title: "Relative", about: "Largest relative error", value: (m) => m.max_relative ?? Infinity,
		  cell: (m) => h("span", {}, error(m.max_relative)) },
		{ title: "First", value: (m) => m.first,
		  cell: (m) => h("span", {}, `N ${format.count(m.first_size)}, ${m.first}`) },
	], 2, (m) => m.kernel).element;
}

function remarks(plugin: Plugin): HTMLElement | null {
	const lines: [string, Plugin["log"]][] = [["did not serve", plugin.refused],
		["is not before this entry point, another of the kernel has it", plugin.unswapped],
		["says", plugin.log]];
	const items = lines.flatMap(([what, texts]) => texts.map(({ text, count }) =>
		h("li", {}, h("span", { class: "quiet" }, `${what}: `), text,
		  count > 1 && h("span", { class: "quiet" }, ` (${format.count(count)} times)`))));
	return items.length ? h("ul", { class: "remarks" }, ...items) : null;
}

function panel(plugin: Plugin): HTMLElement {
	const wrong = plugin.mismatches.length > 0;
	return h("section", { class: "panel plugin" },
		h("header", {},
		  h("h2", {}, plugin.plugin, plugin.version && h("span", { class: "quiet" }, ` ${plugin.version}`)),
		  wrong && h("strong", { class: "wrong" }, `${format.plural(plugin.mismatches.length, "kernel")} with mismatches`)),
		plugin.options && h("p", { class: "options" }, plugin.options),
		counters(plugin), wrong && mismatches(plugin), remarks(plugin));
}

// Nothing where no plugin was asked for.
export function plugins({ data }: Page): View[] {
	if (!data.plugins.length)
		return [];
	const element = h("div", { class: "view" },
		h("p", { class: "lead" }, "Calls: of kernels, that came to the plugin. The other figures are its own counters, summed over all processes."),
		...data.plugins.map(panel));
	return [{ id: "plugins", title: "Plugins", element }];
}
