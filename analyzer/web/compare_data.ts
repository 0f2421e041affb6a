// SPDX-License-Identifier: Apache-2.0
// What the analyzer put into the page of a comparison: objects of recoat-compare(1), and trees.
import * as format from "./format";

// null: not recorded, or nothing to divide by.
export interface Contrast {
	before: number | null; after: number | null;
	before_samples: number; after_samples: number;
	ratio: number | null; ratio_low: number | null; ratio_high: number | null;
	p: number | null; verdict: string;
}

export type MetricName = "time" | "cpu" | "peak" | "allocations" | "bytes";

export interface ComparisonRow extends Record<MetricName, Contrast> {
	kind: "program" | "operation" | "kernel"; name: string; operation: string | null;
	presence: "both" | "appeared" | "vanished"; unit: "run" | "call";
	before_served_by: string | null; after_served_by: string | null;
	before_calls: number | null; after_calls: number | null;
}

export interface Comparison {
	name?: string; // Of a set; it is compared with the first.
	before: string[]; after: string[];
	statistic: string; resamples: number; rows: ComparisonRow[];
}

// Columns by node, callers before callees; node 0 is the root. Values include callees.
export interface DifferenceTree {
	nodes: number; parent: number[]; name: number[]; before: number[]; after: number[];
}

export interface CompareData {
	schema: string; version: string;
	comparisons: Comparison[]; // One, or one a set.
	trees?: { time: DifferenceTree; cpu: DifferenceTree; memory: DifferenceTree };
	names: string[]; left_out: string[];
}

export interface MetricInfo {
	id: MetricName; title: string; text: (value: number) => string;
}

export const metrics: MetricInfo[] = [
	{ id: "time", title: "Time", text: format.time },
	{ id: "cpu", title: "CPU time", text: format.time },
	{ id: "peak", title: "Peak heap", text: format.bytes },
	{ id: "allocations", title: "Allocations", text: format.count },
	{ id: "bytes", title: "Allocated", text: format.bytes },
];

// Is there a figure on a side?
export const isKnown = (contrast: Contrast) => !!contrast.before || !!contrast.after;

export const ratioText = (ratio: number) => `×${ratio.toFixed(ratio < 99.95 ? 3 : 0)}`;

export function betweenText({ ratio_low, ratio_high }: Contrast): string {
	return ratio_low === null || ratio_high === null ? ""
		: `${ratioText(ratio_low).slice(1)} to ${ratioText(ratio_high).slice(1)}`;
}

export const pText = (p: number) => p < 0.0001 ? "<0.0001" : p.toFixed(4);

// What a row's verdict is called: whether it was there at all comes first.
export function verdict(row: ComparisonRow, metric: MetricName): string {
	return row.presence === "both" ? row[metric].verdict : row.presence;
}

// Less and more have a colour each; what was not shown has none.
export function tone(word: string): "less" | "more" | "quiet" {
	return ["faster", "smaller", "fewer", "vanished"].includes(word) ? "less"
		: ["slower", "larger", "more", "appeared"].includes(word) ? "more" : "quiet";
}
