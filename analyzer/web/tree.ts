// SPDX-License-Identifier: Apache-2.0
// A call tree with the figures that it can be looked at by.
import { Data, Snapshot, TreeData } from "./data";
import * as format from "./format";

export interface Metric {
	id: string;
	title: string;
	tree: "time" | "cpu" | "memory";
	column: string;
	text: (value: number) => string;
	about: string;
}

export const metrics: Metric[] = [
	{ id: "time", title: "Time", tree: "time", column: "time", text: format.time,
	  about: "wall time in kernels, by the functions that called them" },
	{ id: "cpu", title: "CPU", tree: "cpu", column: "cpu", text: format.time,
	  about: "CPU time, estimated from samples" },
	{ id: "bytes", title: "Allocated", tree: "memory", column: "bytes", text: format.bytes,
	  about: "bytes allocated" },
	{ id: "count", title: "Allocations", tree: "memory", column: "count", text: format.count,
	  about: "number of allocations" },
	{ id: "peak", title: "At peak", tree: "memory", column: "peak", text: format.bytes,
	  about: "bytes live when the heap was at its peak" },
	{ id: "leaked", title: "Leaked", tree: "memory", column: "leaked", text: format.bytes,
	  about: "bytes live at the end" },
	{ id: "temporary", title: "Temporary", tree: "memory", column: "temporary",
	  text: format.count,
	  about: "allocations that were freed before the next one of the same thread" },
];

// Of a snapshot, for which Trees makes the column.
export const atMoment: Metric = { id: "live", title: "At a moment", tree: "memory", column: "live",
				  text: format.bytes, about: "bytes live at that moment; self: in call paths too small to be told" };

// One tree by one metric. Values include those of callees; none is negative.
export class Tree {
	readonly count: number;
	readonly value: Float64Array;
	readonly self: Float64Array;
	readonly start: Float64Array; // Where its share of the whole begins, siblings by size.
	readonly depth: Int32Array;
	readonly children: number[][];

	constructor(readonly data: TreeData, private names: string[], readonly metric: Metric) {
		this.count = data.nodes;
		this.value = Float64Array.from(data[metric.column] as number[], (v) => Math.max(0, v));
		this.self = this.value.slice();
		this.start = new Float64Array(this.count);
		this.depth = new Int32Array(this.count);
		this.children = Array.from({ length: this.count }, () => []);
		for (let i = 1; i < this.count; i++) {
			const parent = data.parent[i];
			this.depth[i] = this.depth[parent] + 1;
			this.self[parent] -= this.value[i];
			if (this.value[i] > 0)
				this.children[parent].push(i);
		}
		this.self.forEach((self, i) => this.self[i] = Math.max(0, self));
		this.place();
	}

	private place(): void {
		for (let i = 0; i < this.count; i++) {
			let at = this.start[i];
			this.children[i].sort((a, b) => this.value[b] - this.value[a]);
			for (const child of this.children[i]) {
				this.start[child] = at;
				at += this.value[child];
			}
		}
	}

	name(node: number): string {
		return node ? this.names[this.data.name[node]] : "all";
	}

	module(node: number): string {
		return this.names[this.data.module[node]] ?? "";
	}

	// "grid.c:110", or "" where that is not known.
	placeOf(node: number): string {
		const file = this.names[this.data.file[node]];
		return file ? `${file.slice(file.lastIndexOf("/") + 1)}:${this.data.line[node]}` : "";
	}

	// From below the root down to the node.
	path(node: number): number[] {
		const path = [];
		for (; node; node = this.data.parent[node])
			path.unshift(node);
		return path;
	}

	// Nodes for which `matches` is true and of no caller is.
	outermost(matches: (node: number) => boolean): number[] {
		const inside = new Uint8Array(this.count);
		const found: number[] = [];
		for (let i = 1; i < this.count; i++) {
			inside[i] = inside[this.data.parent[i]];
			if (!inside[i] && matches(i)) {
				inside[i] = 1;
				found.push(i);
			}
		}
		return found;
	}

	sum(nodes: number[]): number {
		return nodes.reduce((sum, node) => sum + this.value[node], 0);
	}
}

// What each node held with those below it; the whole has also what the page leaves out.
function liveThen(tree: TreeData, snapshot: Snapshot): number[] {
	const live = new Array<number>(tree.nodes).fill(0);
	snapshot.node.forEach((node, i) => live[node] = snapshot.bytes[i]);
	for (let i = tree.nodes - 1; i > 0; i--)
		live[tree.parent[i]] += live[i];
	live[0] = snapshot.live_bytes;
	return live;
}

// The snapshot with most, of one process or of all; -1 if there is none.
export function largest(snapshots: Snapshot[], process: number | null): number {
	return snapshots.reduce((best, snapshot, i) => (process === null || snapshot.process === process) &&
		(best < 0 || snapshot.live_bytes > snapshots[best].live_bytes) ? i : best, -1);
}

// All trees of a page, each made when it is first asked for.
export class Trees {
	private made = new Map<string, Tree>();
	readonly metrics: Metric[];
	moment: number; // The snapshot that is looked at, the largest at first; -1 if there are none.
	private then: { moment: number; tree: Tree } | null = null;

	constructor(private data: Data) {
		this.metrics = metrics.filter((metric) => {
			const column = data.trees[metric.tree][metric.column] as number[];
			return column.length && column[0] > 0;
		});
		this.moment = largest(data.snapshots, null);
		if (this.moment >= 0)
			this.metrics.push(atMoment);
	}

	get(metric: Metric): Tree {
		if (metric === atMoment)
			return this.atMoment();
		let tree = this.made.get(metric.id);
		if (!tree) {
			tree = new Tree(this.data.trees[metric.tree], this.data.names, metric);
			this.made.set(metric.id, tree);
		}
		return tree;
	}

	private atMoment(): Tree {
		if (this.then?.moment !== this.moment) {
			const live = liveThen(this.data.trees.memory, this.data.snapshots[this.moment]);
			const tree = new Tree({ ...this.data.trees.memory, live }, this.data.names, atMoment);
			this.then = { moment: this.moment, tree };
		}
		return this.then.tree;
	}
}

// What is looked for: a part of a name, whatever its case.
export function matcher(query: string): ((text: string) => boolean) | null {
	const wanted = query.trim().toLowerCase();
	return wanted ? (text) => text.toLowerCase().includes(wanted) : null;
}
