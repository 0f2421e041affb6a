// SPDX-License-Identifier: Apache-2.0
// What the analyzer put into the page. Times in nanoseconds, memory in bytes.

export interface Process {
	pid: number; parent_pid: number; forked: boolean; ended: string; ended_cleanly: boolean;
	command: string; host: string; kernel: string; machine: string; processors: number;
	start_ns: number; begin_ns: number; wall_ns: number; user_ns: number; system_ns: number;
	max_resident_bytes: number; heap_recorded: boolean; heap_live_bytes: number;
	heap_peak_bytes: number; heap_peak_ns: number;
	heap_points_ns: number[]; heap_points_bytes: number[];
}

export interface Kernel {
	kernel: string; operation: string; abi: string; implementation: string; symbol: string;
	mechanism: string; calls: number; inclusive_ns: number; exclusive_ns: number;
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
}

// Columns by node, callers before callees; node 0 is the root. Names are numbers of `names`.
export interface TreeData {
	nodes: number;
	parent: number[]; name: number[]; module: number[]; file: number[]; line: number[];
	kernel: number[];
	[value: string]: number[] | number;
}

// Columns by piece: spans of one depth that were too short to be shown one by one are one.
export interface Thread {
	pid: number; tid: number;
	after: number[]; length: number[]; busy: number[]; count: number[];
	kernel: number[]; depth: number[];
}

export interface Data {
	schema: string; version: string; recording: string;
	wall_ns: number; events: number; heap_estimated: boolean; heap: Heap;
	cpu: { cpu_samples: number; cpu_sampled_ns: number };
	process_count: number; user_ns: number; system_ns: number; max_resident_bytes: number;
	heap_peak_bytes: number | null;
	processes: Process[]; kernels: Kernel[]; functions: FunctionRow[];
	allocation_sites: Site[];
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

export function label(kernel: Kernel): string {
	const by = kernel.implementation === "original" ? "" : ` by ${kernel.implementation}`;
	return `<${kernel.kernel}>${by}`;
}
