// SPDX-License-Identifier: Apache-2.0
// What was recorded, and what the figures rest on.
import { Process } from "./data";
import { h } from "./dom";
import * as format from "./format";
import { Table } from "./table";
import { Page, View } from "./view";

export function facts(rows: [string, string][]): HTMLElement {
	return h("dl", { class: "facts" }, ...rows.filter(([, text]) => text).map(([name, text]) =>
		h("div", {}, h("dt", {}, name), h("dd", {}, text))));
}

// What is not on the page, and who has it.
export function leftOut(sentences: string[], elsewhere: string): HTMLElement[] {
	return [h("h2", {}, "Not on this page"),
		sentences.length ? h("ul", {}, ...sentences.map((text) => h("li", {}, text)))
				 : h("p", { class: "quiet" }, "Nothing was left out for size."),
		h("p", { class: "quiet" }, elsewhere)];
}

function about({ data }: Page): HTMLElement {
	const first = data.processes[0];
	return facts([
		["Recording", data.recording],
		["Command", first.command],
		["Host", `${first.host}, ${first.kernel}, ${first.machine}, ${
			format.plural(first.processors, "processor")}`],
		["Started", new Date(first.start_ns / 1e6).toLocaleString("en-GB", { dateStyle: "long",
										   timeStyle: "medium" })],
		["Page by", `recoat ${data.version}`],
	]);
}

function processes({ data }: Page): HTMLElement {
	const table = new Table<Process>("Processes", data.processes, [
		{ title: "Command", value: (p) => p.command,
		  cell: (p) => h("span", { class: "name" }, (p.forked ? "(forked) " : "") + p.command) },
		{ title: "pid", value: (p) => p.pid, text: String },
		{ title: "Begin", value: (p) => p.begin_ns, text: format.time },
		{ title: "Wall", value: (p) => p.wall_ns, text: format.time, bar: true },
		{ title: "CPU", value: (p) => p.ended_cleanly ? p.user_ns + p.system_ns : null, text: format.time },
		{ title: "Heap peak", value: (p) => p.heap_recorded ? p.heap_peak_bytes : null,
		  text: format.bytes, bar: true },
		{ title: "Ended", value: (p) => p.ended },
	], 2, (p) => p.command, undefined, false);
	return table.element;
}

export function notes(page: Page): View {
	const { data } = page;
	const element = h("div", { class: "view prose" },
		h("h2", {}, "Recording"), about(page),
		h("h2", {}, data.process_count === 1 ? "Process" : "Processes"), processes(page),
		h("h2", {}, "What the figures rest on"),
		facts(data.notes.map((note) => [note.name, note.text])),
		...leftOut(data.left_out, "recoat report --json has everything."));
	return { id: "notes", title: "Recording", element };
}
