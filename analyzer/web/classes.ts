// SPDX-License-Identifier: Apache-2.0
// Counts by powers of two, as small bars and by what part of all is below.
import { h } from "./dom";
import * as format from "./format";

export const sum = (counts: number[]) => counts.reduce((all, count) => all + count, 0);

// The class in which this share of all ends.
export function quantile(counts: number[], share: number): number {
	const wanted = share * sum(counts);
	let below = 0;
	const found = counts.findIndex((count) => (below += count) >= wanted);
	return Math.max(0, found);
}

// The first class that any row counts something in, and the last.
export function extent(rows: number[][]): [number, number] {
	const firsts = rows.map((counts) => counts.findIndex((count) => count > 0)).filter((first) => first >= 0);
	return [Math.min(...firsts), Math.max(...rows.map((counts) => counts.length - 1))];
}

// One bar a class from the first to the last, which are the same for all rows.
export function histogram(counts: number[], [first, last]: [number, number], text: (n: number) => string): HTMLElement {
	const most = Math.max(1, ...counts);
	const told = counts.map((count, n) => count ? `${format.count(count)} up to ${text(n)}` : "").filter((line) => line);
	const heights = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => counts[first + i] ?? 0)
		.map((count) => count ? Math.max(8, 100 * count / most) : 0);
	return h("div", { class: "histogram", role: "img", "aria-label": told.join(", ") || "none", title: told.join("\n") },
		 ...heights.map((height) => h("i", { style: `height:${height.toFixed(0)}%` })));
}
