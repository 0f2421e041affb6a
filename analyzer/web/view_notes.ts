// SPDX-License-Identifier: Apache-2.0
// What was recorded, and what the figures rest on.
import { Data, Process, Thread } from "./data";
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
		{ title: "Mapped", about: "Most at a time by mmap and its kin; not part of the heap",
		  value: (p) => p.mapped_peak_bytes || null, text: format.bytes, bar: true },
		{ title: "Ended", value: (p) => p.ended },
	], 2, (p) => p.command, undefined, false);
	return table.element;
}

// What a thread did in kernels; a sample of what was summed up counts once.
interface ThreadRow { thread: Thread; calls: number; time: number; first: number; last: number }

function row(thread: Thread): ThreadRow {
	let at = 0;
	const row = { thread, calls: 0, time: 0, first: Infinity, last: 0 };
	const see = (begin: number, length: number, calls: number, time: number) => {
		row.calls += calls;
		row.time += time;
		row.first = Math.min(row.first, begin);
		row.last = Math.max(row.last, begin + length);
	};
	thread.after.forEach((after, i) => {
		at += after;
		see(at, thread.length[i], thread.count[i] - thread.sampled[i],
		    thread.depth[i] ? 0 : thread.busy[i] - thread.sampled_busy[i]);
	});
	thread.sums.forEach((sum) => see(sum.begin_ns, sum.length_ns, sum.calls, sum.depth ? 0 : sum.time_ns));
	return row;
}

function threads(data: Data): HTMLElement {
	const table = new Table<ThreadRow>("Threads", data.threads.map(row), [
		{ title: "Thread", value: (t) => t.thread.tid, text: String },
		{ title: "pid", value: (t) => t.thread.pid, text: String },
		{ title: "Calls", about: "Of kernels", value: (t) => t.calls, text: format.count },
		{ title: "In kernels", about: "Wall time, calls within calls counted once", value: (t) => t.time,
		  text: format.time, bar: true },
		{ title: "First", about: "Begin of the first call", value: (t) => t.first, text: format.time },
		{ title: "Last", about: "End of the last call", value: (t) => t.last, text: format.time },
	], 3, (t) => String(t.thread.tid));
	return table.element;
}

export function notes(page: Page): View {
	const { data } = page;
	const element = h("div", { class: "view prose" },
		h("h2", {}, "Recording"), about(page),
		h("h2", {}, data.process_count === 1 ? "Process" : "Processes"), processes(page),
		...data.threads.length ? [h("h2", {}, "Threads that called kernels"), threads(data)] : [],
		h("h2", {}, "What the figures rest on"),
		facts(data.notes.map((note) => [note.name, note.text])),
		...leftOut(data.left_out, "recoat report --json has everything."));
	return { id: "notes", title: "Recording", element };
}
