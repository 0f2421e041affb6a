// SPDX-License-Identifier: Apache-2.0
// A benchmark drawn: time over size, throughput, speedup over threads, and which chain pays where.
import { Bench, BenchData, Cell, advantageText, exponentText } from "./bench_data";
import { Chart, Mark, Point, Series, seriesColour } from "./chart";
import { Choice, figure, h, replace } from "./dom";
import * as format from "./format";
import { matcher } from "./tree";
import { View } from "./view";
import { bars } from "./view_verdicts";

function pointOf(cell: Cell): Point[] {
	const y = cell.median_ns ?? cell.estimate_ns;
	if (!cell.size || !y)
		return [];
	const at = `size ${format.count(cell.size)}`;
	if (cell.state === "estimated")
		return [{ x: cell.size, y, estimated: true,
			  lines: [`${at}: ${format.time(y)}, estimated`, ...(cell.note ? [cell.note] : [])] }];
	const { min_ns, max_ns, against_first: against } = cell;
	return [{ x: cell.size, y, low: min_ns ?? y, high: max_ns ?? y,
		  lines: [`${at}: median ${format.time(y)}`,
			  `${format.time(min_ns ?? y)} to ${format.time(max_ns ?? y)} in ${format.plural(cell.runs, "run")}`,
			  ...(against?.ratio ? [`×${against.ratio.toFixed(3)}, ${against.verdict}`] : [])] }];
}

const sizes = { title: "Size", text: format.short, log: true };

export class ChartsView implements View {
	readonly id = "overview";
	readonly title = "Charts";
	readonly element: HTMLElement;
	private bench: Bench;
	private kernels: string[];
	private chains: string[];
	private place = h("div");
	private charts: Chart[] = [];
	private query = "";

	constructor({ bench }: BenchData) {
		this.bench = bench;
		this.kernels = [...new Set(bench.cells.map((cell) => cell.kernel))];
		this.chains = [...new Set(bench.cells.map((cell) => cell.chain))];
		const choice = this.kernels.length > 1 && new Choice<string>("Kernel", this.kernels.map((kernel) =>
			[kernel, kernel]), this.kernels[0], (kernel) => this.show(kernel));
		this.element = h("div", { class: "view" }, choice && h("div", { class: "tools" }, choice.element), this.place);
		this.show(this.kernels[0]);
	}

	search(query: string): void {
		this.query = query;
		this.charts.forEach((chart) => chart.search(matcher(query)));
	}

	private show(kernel: string): void {
		const cells = this.bench.cells.filter((cell) => cell.kernel === kernel);
		const overSizes = this.bench.config.sizes.length > 1 && cells.some((cell) => pointOf(cell).length);
		const rates = overSizes && cells.some((cell) => cell.n_per_s) ? [this.throughput(cells)] : [];
		const threads = cells.some((cell) => cell.speedup) ? [this.speedup(cells)] : [];
		const time = overSizes ? [this.time(kernel, cells)] : [];
		this.charts = [...time, ...rates, ...threads];
		const small = [...rates, ...threads].map((chart) => chart.element);
		replace(this.place, this.advantages(kernel), ...time.map((chart) => chart.element),
			!overSizes && this.ratios(kernel, cells),
			h("div", { class: small.length > 1 ? "columns" : "below" }, ...small));
		this.search(this.query);
	}

	private series(cells: Cell[], point: (cell: Cell) => Point[]): Series[] {
		return this.chains.map((name, colour) => ({ name, colour, points:
			cells.filter((cell) => cell.chain === name).flatMap(point) })).filter(({ points }) => points.length);
	}

	private time(kernel: string, cells: Cell[]): Chart {
		const fits = this.bench.scaling.filter((fit) => fit.kernel === kernel);
		const series = this.series(cells, pointOf).map((one): Series => {
			const fit = fits.find(({ chain }) => chain === one.name);
			if (!fit)
				return one;
			const at = (size: number): [number, number] => [size, fit.coefficient_ns * size ** fit.exponent];
			return { ...one, note: `size^${exponentText(fit)}`,
				 fit: [at(one.points[0].x), at(one.points[one.points.length - 1].x)] };
		});
		const marks = this.bench.crossings.filter((crossing) => crossing.kernel === kernel && crossing.size)
			.map((crossing): Mark => ({ x: crossing.size!, colour: this.chains.indexOf(crossing.chain),
				text: `${crossing.chain} pays ${crossing.advantage === "to" ? "up to" : "from"} ${
					format.count(crossing.size!)}` }));
		return new Chart({ title: `Time of ${kernel} a run`, height: 400, x: sizes,
				   y: { title: "Time", text: format.time, log: true }, series, marks,
				   note: "Points are medians, bars reach from the fastest run to the slowest. " +
					 "Behind size^: the exponent with its 95% interval." });
	}

	private throughput(cells: Cell[]): Chart {
		const series = this.series(cells, (cell) => cell.size && cell.n_per_s ? [{ x: cell.size, y: cell.n_per_s,
			lines: [`size ${format.count(cell.size)}: ${format.short(cell.n_per_s)} a second`] }] : []);
		return new Chart({ title: "Throughput, by the median", height: 300, x: sizes,
				   y: { title: "Problem size a second", text: format.short, log: true }, series });
	}

	// A series for each chain and size.
	private speedup(cells: Cell[]): Chart {
		const scaled = cells.filter((cell) => cell.speedup && cell.threads);
		const name = (cell: Cell) => cell.plugins + (cell.size ? `, size ${format.short(cell.size)}` : "");
		const series = [...new Set(scaled.map(name))].map((of, i): Series => ({ name: of, colour: i + 1,
			points: scaled.filter((cell) => name(cell) === of).map((cell) => ({ x: cell.threads!, y: cell.speedup!,
				lines: [`${format.plural(cell.threads!, "thread")}: ${cell.speedup!.toFixed(2)} times as fast`,
					`efficiency ${(100 * (cell.efficiency ?? 0)).toFixed(0)} %`] })) }));
		const threads = [...new Set(scaled.map((cell) => cell.threads!))].sort((a, b) => a - b);
		return new Chart({ title: "Speedup over threads, against the fewest", height: 300,
				   x: { title: "Threads", text: String, log: false, marks: threads },
				   y: { title: "Speedup", text: (v) => String(Number(v.toFixed(2))), log: false },
				   series, ideal: (x) => x / threads[0] });
	}

	private advantages(kernel: string): HTMLElement | false {
		const crossings = this.bench.crossings.filter((crossing) => crossing.kernel === kernel);
		return crossings.length > 0 && h("section", { class: "panel" },
			h("header", {}, h("h2", {}, "Which chain pays where")),
			h("ul", { class: "advantages" }, ...crossings.map((crossing) =>
				h("li", {}, h("span", { class: "swatch", style:
					`background:${seriesColour(this.chains.indexOf(crossing.chain))}` }),
				  crossing.size ? h("data", { value: crossing.size }, advantageText(crossing))
						: advantageText(crossing)))));
	}

	// Of one size: medians by the first chain's.
	private ratios(kernel: string, cells: Cell[]): HTMLElement {
		const measured = cells.filter((cell) => cell.median_ns !== null);
		const same = { ratio: 1, ratio_low: null, ratio_high: null, p: null, verdict: "the first" };
		return bars(`Time of ${kernel} a run`, measured.map((cell) => {
			const against = cell.against_first ?? same;
			return { name: cell.chain, word: against.verdict,
				 values: [figure(format.time(cell.median_ns!), cell.median_ns!)],
				 contrast: { ...against, before: measured[0].median_ns, after: cell.median_ns,
					     before_samples: measured[0].runs, after_samples: cell.runs } };
		}), "Nothing was measured.");
	}
}
