// SPDX-License-Identifier: Apache-2.0
// A chart of series over one axis: points with their range, lines, fits and marks; as a table, too.
import { h, replace, s } from "./dom";
import { Scale, linear, logarithmic } from "./scale";
import * as tip from "./tip";

const TOP = 12, BOTTOM = 46, LEFT = 86, RIGHT = 20;
const MARK = 18; // Pixels that the text of a mark takes,
const LETTER = 7.6; // and about so many a letter.
const HUES = [0, 40, 250, 150, 320, 90, 200, 285];

export interface Point {
	x: number; y: number;
	low?: number; high?: number;
	estimated?: boolean;
	lines: string[]; // In words.
}

// Points are in order of x. A fit is a line from its first point to its last.
export interface Series { name: string; note?: string; colour: number; points: Point[]; fit?: [number, number][] }
export interface Mark { x: number; text: string; colour: number }
export interface Axis { title: string; text: (value: number) => string; log: boolean; marks?: number[] }

export interface ChartOptions {
	title: string; height: number; x: Axis; y: Axis;
	series: Series[]; marks?: Mark[];
	ideal?: (x: number) => number;
	note?: string;
}

// "1 ms" for "1.00 ms".
const tidy = (text: string) => text.replace(/(\.\d*?)0+(?!\d)/, "$1").replace(/\.(?!\d)/, "");

// What is compared with the others is grey.
export function seriesColour(index: number): string {
	const chroma = index ? 1 : 0.15;
	const hue = HUES[index % HUES.length];
	return `light-dark(oklch(52% ${0.15 * chroma} ${hue}), oklch(76% ${0.12 * chroma} ${hue}))`;
}

// A sign that tells series apart without colours.
function sign(index: number, x: number, y: number): SVGElement {
	const at = (...places: [number, number][]) =>
		`M${places.map(([dx, dy]) => `${(x + dx).toFixed(1)},${(y + dy).toFixed(1)}`).join("L")}Z`;
	switch (index % 4) {
	case 0:
		return s("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 4.5, class: "sign" });
	case 1:
		return s("path", { d: at([-4, -4], [4, -4], [4, 4], [-4, 4]), class: "sign" });
	case 2:
		return s("path", { d: at([0, -5.5], [5.5, 0], [0, 5.5], [-5.5, 0]), class: "sign" });
	default:
		return s("path", { d: at([0, -5.5], [5.2, 4], [-5.2, 4]), class: "sign" });
	}
}

export class Chart {
	readonly element: HTMLElement;
	private place = h("div", { class: "plot" });
	private width = 0;
	private groups: SVGElement[] = [];
	private shown: SVGElement[][] = []; // Points by series.
	private matches: ((text: string) => boolean) | null = null;

	constructor(private options: ChartOptions) {
		const { title, note } = options;
		this.element = h("section", { class: "panel chart" },
				 h("header", {}, h("h2", {}, title)), this.legend(), this.place,
				 note && h("p", { class: "quiet" }, note),
				 h("details", {}, h("summary", {}, "As a table"), this.table()));
		new ResizeObserver(() => this.resize()).observe(this.place);
	}

	search(matches: ((text: string) => boolean) | null): void {
		this.matches = matches;
		this.fade();
	}

	private fade(): void {
		this.groups.forEach((group, i) => group.classList.toggle("faded",
			!!this.matches && !this.matches(this.options.series[i].name)));
	}

	private resize(): void {
		const width = Math.floor(this.place.clientWidth);
		if (width > 0 && width !== this.width) {
			this.width = width;
			this.draw();
		}
	}

	private legend(): HTMLElement {
		const { series, ideal } = this.options;
		const estimated = series.some(({ points }) => points.some((point) => point.estimated));
		const key = (...drawn: SVGElement[]) => s("svg", { width: 26, height: 14, "aria-hidden": "true" }, ...drawn);
		const line = (name: string) => s("line", { x1: 0, y1: 7, x2: 26, y2: 7, class: name });
		return h("ul", { class: "legend" },
			 ...series.map(({ name, note, colour }) =>
				h("li", { class: "series", style: `--series:${seriesColour(colour)}` },
				  key(line("line"), sign(colour, 13, 7)), h("span", { class: "name" }, name), note ?? "")),
			 estimated && h("li", { class: "series estimated", style: "--series:var(--quiet)" },
					key(line("line"), sign(0, 13, 7)), "estimated, not measured"),
			 series.some(({ fit }) => fit) && h("li", {}, key(line("fit")), "fit: time = c · size^exponent"),
			 ideal && h("li", {}, key(line("ideal")), "ideal"));
	}

	private scales(): [Scale, Scale] {
		const { x, y, series, marks, height, ideal } = this.options;
		const points = series.flatMap((one) => one.points);
		const xs = points.map((point) => point.x);
		const ys = points.flatMap((point) => [point.y, point.low ?? point.y, point.high ?? point.y])
			.concat(ideal ? [ideal(Math.max(...xs))] : []).filter((value) => value > 0 || !y.log);
		const top = TOP + MARK * (marks?.length ?? 0);
		const make = (axis: Axis, values: number[], from: number, to: number, count: number) =>
			axis.log ? logarithmic(values, from, to, count) : linear(Math.max(...values), from, to, count);
		const across = make(x, xs, LEFT, this.width - RIGHT, Math.max(2, this.width / 90));
		if (x.marks)
			across.marks = x.marks;
		return [across, make(y, ys, height - BOTTOM, top, Math.max(2, height / 45))];
	}

	private draw(): void {
		const { height, title, series } = this.options;
		const [x, y] = this.scales();
		this.shown = [];
		this.groups = series.map((one) => this.drawSeries(one, x, y));
		const drawing = s("svg", { width: this.width, height, viewBox: `0 0 ${this.width} ${height}`, role: "group",
					   "aria-label": `${title}; arrow keys go from point to point`,
					   onkeydown: (event: KeyboardEvent) => this.walk(event) },
				  ...this.drawAxes(x, y), ...this.drawIdeal(x, y), ...this.groups, ...this.drawMarks(x));
		this.shown.flat()[0]?.setAttribute("tabindex", "0");
		replace(this.place, drawing);
		this.fade();
	}

	private drawAxes(x: Scale, y: Scale): SVGElement[] {
		const { height, x: across, y: up } = this.options;
		const bottom = height - BOTTOM, right = this.width - RIGHT;
		const line = (x1: number, y1: number, x2: number, y2: number) =>
			s("line", { x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), class: "grid" });
		return [
			...y.marks.flatMap((value) => [line(LEFT, y.at(value), right, y.at(value)),
				s("text", { x: LEFT - 8, y: (y.at(value) + 4).toFixed(1), class: "upward" }, tidy(up.text(value)))]),
			...x.marks.flatMap((value) => [line(x.at(value), bottom, x.at(value), bottom + 5),
				s("text", { x: x.at(value).toFixed(1), y: bottom + 20, class: "across" }, tidy(across.text(value)))]),
			line(LEFT, bottom, right, bottom),
			s("text", { x: (LEFT + right) / 2, y: height - 6, class: "across title" }, across.title),
			s("text", { transform: `translate(13 ${(TOP + bottom) / 2}) rotate(-90)`, class: "across title" }, up.title),
		];
	}

	private drawIdeal(x: Scale, y: Scale): SVGElement[] {
		const { ideal, series } = this.options;
		if (!ideal)
			return [];
		const xs = series.flatMap(({ points }) => points.map((point) => point.x));
		return [path([Math.min(...xs), Math.max(...xs)].map((v) => [x.at(v), y.at(ideal(v))]), "ideal")];
	}

	// From left to right and downwards, so that no line goes through a text.
	private drawMarks(x: Scale): SVGElement[] {
		const { marks, height } = this.options;
		return [...marks ?? []].sort((a, b) => a.x - b.x).flatMap(({ x: value, text, colour }, i) => {
			const at = x.at(value), right = at + LETTER * text.length > this.width;
			return [s("line", { x1: at.toFixed(1), x2: at.toFixed(1), y1: TOP + MARK * i, y2: height - BOTTOM,
					    class: "mark", style: `--series:${seriesColour(colour)}` }),
				s("text", { x: (at + (right ? -7 : 7)).toFixed(1), y: TOP + MARK * i + 11,
					    class: right ? "upward mark" : "mark",
					    style: `--series:${seriesColour(colour)}` }, text)];
		});
	}

	private drawSeries(one: Series, x: Scale, y: Scale): SVGElement {
		const place = (point: Point): [number, number] => [x.at(point.x), y.at(point.y)];
		const lines = one.points.slice(1).map((point, i) => path([place(one.points[i]), place(point)],
			point.estimated || one.points[i].estimated ? "line estimated" : "line"));
		const fit = one.fit ? [path(one.fit.map(([a, b]) => [x.at(a), y.at(b)]), "fit")] : [];
		const points = one.points.map((point) => this.drawPoint(one, point, x, y));
		this.shown.push(points);
		return s("g", { class: "series", style: `--series:${seriesColour(one.colour)}` }, ...fit, ...lines, ...points);
	}

	private drawPoint(one: Series, point: Point, x: Scale, y: Scale): SVGElement {
		const px = x.at(point.x), py = y.at(point.y);
		const parts: SVGElement[] = [];
		if (point.low !== undefined && point.high !== undefined)
			for (const [x1, y1, x2, y2] of [[px, y.at(point.low), px, y.at(point.high)],
							[px - 4, y.at(point.low), px + 4, y.at(point.low)],
							[px - 4, y.at(point.high), px + 4, y.at(point.high)]])
				parts.push(path([[x1, y1], [x2, y2]], "range"));
		parts.push(sign(one.colour, px, py), s("circle", { cx: px.toFixed(1), cy: py.toFixed(1), r: 12, class: "hit" }));
		const show = (event: { clientX: number; clientY: number }) => tip.show(event, one.name, point.lines);
		return s("g", { class: point.estimated ? "point estimated" : "point", tabindex: -1, role: "img",
				"aria-label": [one.name, ...point.lines].join(", "),
				onmousemove: show, onmouseleave: () => tip.hide(), onblur: () => tip.hide(),
				onfocus: (event: FocusEvent) => {
					const box = (event.target as Element).getBoundingClientRect();
					show({ clientX: box.right - 8, clientY: box.top });
				} }, ...parts);
	}

	private walk(event: KeyboardEvent): void {
		const series = this.shown.findIndex((points) => points.includes(event.target as SVGElement));
		if (series < 0)
			return;
		const at = this.shown[series].indexOf(event.target as SVGElement);
		const { length } = this.shown, { key } = event;
		const aside = key === "ArrowUp" ? 1 : key === "ArrowDown" ? length - 1 : 0;
		const along = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
		if (!aside && !along)
			return;
		const points = this.shown[(series + aside) % length];
		const next = points[Math.min(points.length - 1, Math.max(0, at + along))];
		event.preventDefault();
		event.stopPropagation();
		(event.target as Element).setAttribute("tabindex", "-1");
		next.setAttribute("tabindex", "0");
		next.focus();
	}

	private table(): HTMLElement {
		const { x, y, series, title } = this.options;
		const xs = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
		const cell = (point: Point | undefined) => h("td", { class: "number" }, !point ? "–"
			: h("data", { value: point.y, title: String(point.y) }, (point.estimated ? "~" : "") + y.text(point.y)));
		return h("table", { "aria-label": title },
			 h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "number" }, x.title),
				...series.map(({ name }) => h("th", { scope: "col", class: "number" }, name)))),
			 h("tbody", {}, ...xs.map((value) => h("tr", {}, h("td", { class: "number" }, x.text(value)),
				...series.map(({ points }) => cell(points.find((point) => point.x === value)))))));
	}
}

function path(places: number[][], name: string): SVGElement {
	return s("path", { d: `M${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`, class: name });
}
