// SPDX-License-Identifier: Apache-2.0
// A ratio as a bar from 1, with its interval, on a logarithmic scale.
import { h, s } from "./dom";
import { Contrast, betweenText, ratioText, tone } from "./compare_data";

const HEIGHT = 18;

// The factor that a scale reaches on both sides of 1.
export function reach(contrasts: Contrast[]): number {
	const far = contrasts.flatMap(({ ratio, ratio_low, ratio_high }) => [ratio, ratio_low, ratio_high])
		.filter((value): value is number => value !== null && value > 0)
		.map((value) => Math.abs(Math.log(value)));
	return Math.exp(Math.min(Math.log(1000), Math.max(Math.log(1.1), ...far)) * 1.06);
}

// `verdict` decides on the colour.
export function intervalBar(contrast: Contrast, verdict: string, factor: number, width = 150): SVGSVGElement {
	const { ratio, ratio_low, ratio_high } = contrast;
	const at = (value: number) => {
		const place = Math.log(Math.max(value, 1e-9)) / Math.log(factor);
		return width / 2 * (1 + Math.min(1, Math.max(-1, place)));
	};
	const middle = HEIGHT / 2;
	const line = (x1: number, y1: number, x2: number, y2: number, name: string) =>
		s("line", { x1: x1.toFixed(1), y1, x2: x2.toFixed(1), y2, class: name });
	const parts: SVGElement[] = [line(0, middle, width, middle, "axis")];
	if (ratio !== null) {
		const from = Math.min(at(1), at(ratio)), to = Math.max(at(1), at(ratio));
		parts.push(s("rect", { x: from.toFixed(1), y: middle - 5, width: (to - from).toFixed(1), height: 10,
				       class: "share" }));
	}
	parts.push(line(width / 2, 1, width / 2, HEIGHT - 1, "one"));
	if (ratio_low !== null && ratio_high !== null)
		parts.push(line(at(ratio_low), middle, at(ratio_high), middle, "between"),
			   line(at(ratio_low), middle - 4, at(ratio_low), middle + 4, "between"),
			   line(at(ratio_high), middle - 4, at(ratio_high), middle + 4, "between"));
	if (ratio !== null)
		parts.push(s("circle", { cx: at(ratio).toFixed(1), cy: middle, r: 3.5, class: "ratio" }));
	const said = ratio === null ? "no ratio" : `${ratioText(ratio)}${
		ratio_low === null ? "" : `, 95% interval ${betweenText(contrast)}`}`;
	return s("svg", { class: `interval ${tone(verdict)}`, viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT,
			  role: "img", "aria-label": said }, s("title", {}, said), ...parts);
}

export const chip = (verdict: string) => h("span", { class: `verdict ${tone(verdict)}` }, verdict);
