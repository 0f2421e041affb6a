// SPDX-License-Identifier: Apache-2.0
// The page of `recoat compare --html`.
import { CompareData, Comparison } from "./compare_data";
import { base } from "./data";
import { h } from "./dom";
import * as format from "./format";
import { Keys } from "./keys";
import { Shell } from "./shell";
import { View } from "./view";
import { ComparedView } from "./view_compared";
import { Differences, differenceView } from "./view_difference";
import { facts, leftOut } from "./view_notes";
import { PathsView } from "./view_paths";
import { methods, verdicts } from "./view_verdicts";

const KEYS: Keys = [
	["1 – 5", "go to a view"],
	["/", "search; Escape leaves and clears it"],
	["← ↑ → ↓", "move in the flame graph"],
	["Enter", "zoom into a frame"],
	["Escape", "zoom out"],
	["i", "flame graph or icicle"],
	["t", "light or dark"],
	["?", "this list"],
];

function sides({ before, after, name }: Comparison): [string, string][] {
	const list = (paths: string[]) => paths.join(", ");
	return name ? [[name, list(after)]] : [["Before", list(before)], ["After", list(after)]];
}

function about(data: CompareData): View {
	const { resamples } = data.comparisons[0];
	const element = h("div", { class: "view prose" },
		h("h2", {}, "Recordings"), facts(data.comparisons.flatMap(sides)),
		h("h2", {}, "What the figures rest on"),
		facts([
			["Figures", "medians of the recordings; of a kernel with one recording a side, of its calls"],
			["Interval", `95% of the ratio of medians, by ${format.count(resamples)} bootstrap resamples; ` +
				     "too narrow with fewer than about ten samples"],
			["p", "rank sum test of Mann and Whitney"],
			["Verdict", "a difference has p below 0.05 and an interval on one side of 1; it takes 4 samples a " +
				    "side. Of 20 kernels that did not change, expect one verdict by chance"],
			["Call trees", data.trees ? "means of a side's recordings; calls are the same if the names on their " +
						    "paths are, and kernels whoever serves them"
						  : "compare two sides to see them"],
			["Page by", `recoat ${data.version}`],
		]),
		...leftOut(data.left_out, "recoat compare --json has all rows, --tree and --folded all call paths."));
	return { id: "notes", title: "Recordings", element };
}

export function compare(data: CompareData): void {
	const [first] = data.comparisons;
	const shell = new Shell(KEYS);
	const table = new ComparedView(data.comparisons);
	if (!data.trees) {
		const names = data.comparisons.map(({ name }) => name).join(", ");
		shell.begin(names, `compared: ${names}`, [methods(data), table, about(data)]);
		return;
	}
	const side = (paths: string[]) => paths.map(base).join(" ");
	const differences = new Differences(data);
	shell.begin(`${base(first.before[0])}, ${base(first.after[0])}`,
		    `${side(first.before)}  →  ${side(first.after)}`,
		    [verdicts(first, shell), table, differenceView(differences), new PathsView(differences), about(data)]);
}
