// SPDX-License-Identifier: Apache-2.0
// Axes: where a value stands, and which values are marked.

// A step between marks on an axis: 1, 2 or 5 times a power of ten.
export function step(range: number, marks: number): number {
	const rough = range / marks;
	const power = 10 ** Math.floor(Math.log10(rough));
	return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
}

export interface Scale {
	at: (value: number) => number; // In pixels.
	marks: number[];
}

// From 0.
export function linear(most: number, from: number, to: number, marks: number): Scale {
	const apart = step(most || 1, marks);
	const end = Math.ceil((most || 1) / apart - 1e-9) * apart;
	const count = Math.round(end / apart);
	return { at: (value) => from + (to - from) * value / end,
		 marks: Array.from({ length: count + 1 }, (_, i) => i * apart) };
}

// All values are above 0. Marks are powers of ten; with few of those, 2 and 5 times them, too.
export function logarithmic(values: number[], from: number, to: number, marks: number): Scale {
	const margin = Math.log(1.25);
	const low = Math.log(Math.min(...values)) - margin, high = Math.log(Math.max(...values)) + margin;
	const at = (value: number) => from + (to - from) * (Math.log(value) - low) / (high - low);
	const first = Math.floor(low / Math.LN10), last = Math.ceil(high / Math.LN10);
	const decades = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
	const inside = (list: number[]) => list.filter((v) => Math.log(v) >= low && Math.log(v) <= high);
	const fine = inside(decades.flatMap((d) => [d, 2 * d, 5 * d]));
	const coarse = inside(decades);
	const every = Math.ceil(coarse.length / marks);
	return { at, marks: fine.length <= marks ? fine : coarse.filter((_, i) => i % every === 0) };
}
