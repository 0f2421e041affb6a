// SPDX-License-Identifier: Apache-2.0
// What the analyzer put into the page. Times in nanoseconds, memory in bytes.

export interface Process {
	pid: number; forked: boolean; ended: string; ended_cleanly: boolean;
	command: string; host: string; kernel: string; machine: string; processors: number;
	start_ns: number; begin_ns: number; wall_ns: number; user_ns: number; system_ns: number;
	max_resident_bytes: number; heap_recorded: boolean;
	heap_peak_bytes: number; heap_peak_ns: number; mapped_peak_bytes: number;
	heap_points_ns: number[]; heap_points_bytes: number[];
}

export interface Kernel {
	kernel: string; operation: string; abi: string; implementation: string; symbol: string;
	mechanism: string; calls: number; summed_calls: number; inclusive_ns: number; exclusive_ns: number;
	shortest_ns: number; longest_ns: number; cpu_calls: number; cpu_ns: number;
	size_calls: number; size_total: number; size_ns: number; unwound: number;
	allocations: number; bytes: number; peak_bytes: number;
	cpu_samples: number; cpu_sampled_ns: number;
}

export interface FunctionRow {
	function: string; module: string; self_samples: number; self_ns: number; total_ns: number;
}

export interface Heap {
	allocations: number; bytes: number; frees: number; freed_bytes: number;
	live_bytes: number; temporary: number; at_peak_bytes: number;
}

export interface Site extends Heap {
	function: string; file: string | null; line: number | null; module: string | null;
	callers: string;
	// With a heap trace, counts by class: class n is below 2^n bytes or milliseconds, class 0 is 0.
	sizes?: number[]; lifetimes_ms?: number[];
}

export interface Mapping {
	kind: string; function: string; file: string | null; line: number | null;
	module: string | null; callers: string;
	mappings: number; bytes: number; unmapped_bytes: number; live_bytes: number; peak_bytes: number;
}

interface PluginText { text: string; count: number }

export interface Mismatch {
	kernel: string; abi: string; calls: number; values: number; differing: number;
	max_absolute: number | null; max_relative: number | null; // null: infinite.
	first_size: number; first: string;
}

export interface Plugin {
	plugin: string; version: string | null; options: string; calls: number;
	counters: { [name: string]: number }; mismatches: Mismatch[];
	refused: PluginText[]; unswapped: PluginText[]; log: PluginText[];
}

// What was live at one moment of a process: nodes of the memory tree, without those below them.
export interface Snapshot {
	process: number; ns: number; live_bytes: number; live_blocks: number;
	node: number[]; bytes: number[];
}

// Columns by node, callers before callees; node 0 is the root. Names are numbers of `names`.
export interface TreeData {
	nodes: number;
	parent: number[]; name: number[]; module: number[]; file: number[]; line: number[];
	[value: string]: number[] | number;
}

// Calls of a kernel on a thread that were summed up as they ended, from the first to the last.
export interface Sum {
	begin_ns: number; length_ns: number; calls: number; time_ns: number; contexts: number;
	kernel: number; outer: number | null; depth: number; handed_on: boolean;
}

// Columns by piece: spans of one depth that were too short to be shown one by one are one. Those
// that were sampled are counted in `sums`, too.
export interface Thread {
	process: number; pid: number; tid: number;
	after: number[]; length: number[]; busy: number[]; count: number[];
	sampled: number[]; sampled_busy: number[];
	kernel: number[]; depth: number[]; sums: Sum[];
}

export interface Data {
	schema: string; version: string; recording: string;
	wall_ns: number; events: number; heap_estimated: boolean; heap: Heap;
	cpu: { cpu_samples: number; cpu_sampled_ns: number };
	process_count: number; user_ns: number; system_ns: number; max_resident_bytes: number;
	heap_peak_bytes: number | null;
	processes: Process[]; kernels: Kernel[]; functions: FunctionRow[];
	allocation_sites: Site[]; mappings: Mapping[]; plugins: Plugin[]; snapshots: Snapshot[];
	trees: { time: TreeData; cpu: TreeData; memory: TreeData };
	span_quantum_ns: number; threads: Thread[];
	names: string[];
	notes: { name: string; text: string }[];
	left_out: string[];
}

export function read(): { schema: string } {
	return JSON.parse(document.getElementById("data")!.textContent!);
}

export function base(path: string): string {
	return path.slice(path.lastIndexOf("/") + 1);
}

// "4711 python3 pipeline.py": what tells a process from others in a line.
export function brief(process: Process): string {
	const [program, ...rest] = process.command.split(" ");
	return [process.pid, base(program), ...rest].join(" ");
}

export function label(kernel: Kernel): string {
	const by = kernel.implementation === "original" ? "" : ` by ${kernel.implementation}`;
	return `<${kernel.kernel}>${by}`;
}
