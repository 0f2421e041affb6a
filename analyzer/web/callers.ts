// SPDX-License-Identifier: Apache-2.0
// Call trees as rows that open: from functions to their callees, or to their callers.
import { Tree } from "./tree";

// Where a row stands, and whose value counts there.
interface Member { at: number; from: number }

export interface Row {
	name: string;
	node: number; // One of those merged.
	members: Member[];
	total: number;
	self: number;
}

export type Direction = "callees" | "callers";

export class CallRows {
	private weight: Float64Array;

	// With `focus`, of that function alone; else of all.
	constructor(private tree: Tree, private direction: Direction, private focus: string | null) {
		this.weight = direction === "callers" && focus === null ? tree.self : tree.value;
	}

	top(): Row[] {
		const tree = this.tree, focus = this.focus;
		if (focus !== null) {
			const nodes = tree.outermost((node) => tree.name(node) === focus);
			return this.group(nodes.map((node) => ({ at: node, from: node })));
		}
		if (this.direction === "callees")
			return this.group(tree.children[0].map((node) => ({ at: node, from: node })));
		const all: Member[] = [];
		for (let node = 1; node < tree.count; node++)
			if (tree.self[node] > 0)
				all.push({ at: node, from: node });
		return this.group(all);
	}

	below(row: Row): Row[] {
		const tree = this.tree;
		if (this.direction === "callees")
			return this.group(row.members.flatMap(({ at }) =>
				tree.children[at].map((node) => ({ at: node, from: node }))));
		return this.group(row.members.map(({ at, from }) => ({ at: tree.data.parent[at], from }))
			.filter(({ at }) => at));
	}

	// One row a name, the largest first.
	private group(members: Member[]): Row[] {
		const tree = this.tree;
		const rows = new Map<string, Row>();
		for (const member of members) {
			const name = tree.name(member.at);
			let row = rows.get(name);
			if (!row) {
				row = { name, node: member.at, members: [], total: 0, self: 0 };
				rows.set(name, row);
			}
			row.members.push(member);
			row.total += this.weight[member.from];
			row.self += tree.self[member.at];
		}
		return [...rows.values()].sort((a, b) => b.total - a.total);
	}
}
