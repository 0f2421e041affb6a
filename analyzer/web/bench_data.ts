// SPDX-License-Identifier: Apache-2.0
// What the analyzer put into the page of a benchmark: the object of recoat-bench(1).
import * as format from "./format";

export interface Cell {
	kernel: string; chain: string; plugins: string; threads: number | null;
	size: number | null; problem_size: number | null;
	state: "missing" | "measured" | "estimated"; runs: number;
	mean_ns: number | null; std_ns: number | null; min_ns: number | null;
	median_ns: number | null; max_ns: number | null; estimate_ns: number | null;
	n_per_s: number | null; highest_peak_bytes: number | null;
	against_first: { ratio: number | null; ratio_low: number | null; ratio_high: number | null;
			 p: number | null; verdict: string } | null;
	speedup: number | null; efficiency: number | null;
	served_by: string | null; note: string | null;
}

export interface Scaling {
	kernel: string; chain: string; sizes: number;
	exponent: number; exponent_low: number | null; exponent_high: number | null;
	coefficient_ns: number;
}

export interface Crossing {
	kernel: string; chain: string; against: string;
	advantage: "undecided" | "faster" | "slower" | "from" | "to"; size: number | null;
}

export interface Bench {
	host: string; date: string; recoat_version: string;
	config: { kernels: string[]; command: string | null; sizes: number[]; plugins: string[];
		  threads: number[]; iterations: number; warm_up: number; time_budget_s: number;
		  grid: string; heap: string };
	cells: Cell[]; scaling: Scaling[]; crossings: Crossing[];
}

export interface BenchData { schema: string; version: string; bench: Bench; left_out: string[] }

// "1.02 (0.98 to 1.06)"
export function exponentText({ exponent, exponent_low, exponent_high }: Scaling): string {
	const between = exponent_low === null || exponent_high === null ? "its interval takes three sizes"
		: `${exponent_low.toFixed(2)} to ${exponent_high.toFixed(2)}`;
	return `${exponent.toFixed(2)} (${between})`;
}

export function advantageText({ chain, against, advantage, size }: Crossing): string {
	switch (advantage) {
	case "from":
		return `${chain} pays from a size of ${format.count(size ?? 0)}`;
	case "to":
		return `${chain} pays up to a size of ${format.count(size ?? 0)}`;
	case "faster":
	case "slower":
		return `${chain} was ${advantage} than ${against} at every size that could be judged`;
	default:
		return `${chain} against ${against}: the data show no crossing`;
	}
}
