// SPDX-License-Identifier: Apache-2.0
// Live memory over time, and the moments of which it is known who held it.
import { Data, Process } from "./data";
import * as format from "./format";
import * as theme from "./theme";

export const HEIGHT = 132;
const HEADROOM = 18;
const MARK = 3.5; // Radius of a moment.

// The part of the run that is drawn, and how wide.
export interface Range { from: number; to: number; width: number }

// Marks up to the most: apart by 1, 2 or 4 ... of a binary unit.
function levels(most: number): number[] {
	const apart = 2 ** Math.ceil(Math.log2(Math.max(1, most / 3)));
	return Array.from({ length: Math.floor(most / apart) }, (_, i) => (i + 1) * apart);
}

// What a process held from one time to another: the most, or what it had before.
function held(process: Process, from: number, to: number): number {
	const time = process.heap_points_ns, live = process.heap_points_bytes;
	from -= process.begin_ns;
	to -= process.begin_ns;
	if (to < 0 || from > process.wall_ns || !time.length)
		return 0;
	let low = 0, high = time.length; // The first point after `from`.
	while (low < high) {
		const middle = (low + high) >> 1;
		if (time[middle] <= from)
			low = middle + 1;
		else
			high = middle;
	}
	let most = low ? live[low - 1] : 0;
	if (process.heap_peak_ns >= from && process.heap_peak_ns <= to)
		most = Math.max(most, process.heap_peak_bytes); // Between two points, perhaps.
	for (; low < time.length && time[low] <= to; low++)
		most = Math.max(most, live[low]);
	return most;
}

export class Curve {
	private process: number | null = null;

	constructor(private data: Data) {}

	get exists(): boolean {
		return this.data.processes.some((process) => process.heap_points_ns.length);
	}

	// One process alone, or all.
	only(process: number | null): void {
		this.process = process;
	}

	live(from: number, to: number): number {
		return this.data.processes.reduce((sum, process, i) =>
			sum + (this.isShown(i) ? held(process, from, to) : 0), 0);
	}

	// When a snapshot was taken, from the begin of the run on.
	time(snapshot: number): number {
		const { process, ns } = this.data.snapshots[snapshot];
		return this.data.processes[process].begin_ns + ns;
	}

	// The snapshot next to a time, -1 if there is none.
	nearest(time: number): number {
		return this.data.snapshots.reduce((best, { process }, i) => {
			const nearer = best < 0 || Math.abs(this.time(i) - time) < Math.abs(this.time(best) - time);
			return this.isShown(process) && nearer ? i : best;
		}, -1);
	}

	private isShown(process: number): boolean {
		return this.process === null || this.process === process;
	}

	draw(context: CanvasRenderingContext2D, range: Range, top: number, marked: number): void {
		const { from, to, width } = range;
		const time = (x: number) => from + x / width * (to - from);
		const values = Array.from({ length: Math.ceil(width) }, (_, x) => this.live(time(x), time(x + 1)));
		const most = Math.max(1, ...values);
		const y = (value: number) => top + HEIGHT - value / most * (HEIGHT - HEADROOM);
		this.drawLevels(context, width, most, y);
		this.drawArea(context, values, y, top + HEIGHT);
		this.drawLabels(context, width, most, y);
		this.data.snapshots.forEach(({ process }, i) => {
			const x = (this.time(i) - from) / (to - from) * width;
			if (this.isShown(process) && x >= -MARK && x <= width + MARK)
				this.drawMoment(context, x, y(values[Math.min(values.length - 1, Math.max(0, Math.floor(x)))]),
						i === marked);
		});
	}

	private drawArea(context: CanvasRenderingContext2D, values: number[], y: (v: number) => number,
			 bottom: number): void {
		context.beginPath();
		context.moveTo(0, bottom);
		values.forEach((value, x) => {
			context.lineTo(x, y(value));
			context.lineTo(x + 1, y(value));
		});
		context.strokeStyle = context.fillStyle = theme.colour("accent");
		context.globalAlpha = 0.18;
		context.lineTo(values.length, bottom);
		context.fill();
		context.globalAlpha = 1;
		context.lineWidth = 1.5;
		context.beginPath();
		values.forEach((value, x) => x ? context.lineTo(x, y(value)) : context.moveTo(0, y(value)));
		context.stroke();
	}

	private drawMoment(context: CanvasRenderingContext2D, x: number, y: number, marked: boolean): void {
		context.beginPath();
		context.arc(x, y, marked ? MARK + 2 : MARK, 0, 2 * Math.PI);
		context.fillStyle = theme.colour(marked ? "accent" : "panel");
		context.fill();
		context.strokeStyle = theme.colour("accent");
		context.lineWidth = 1.5;
		context.stroke();
	}

	private drawLevels(context: CanvasRenderingContext2D, width: number, most: number,
			   y: (v: number) => number): void {
		context.strokeStyle = theme.colour("rule");
		context.lineWidth = 1;
		for (const level of levels(most)) {
			context.beginPath();
			context.moveTo(0, Math.round(y(level)) + 0.5);
			context.lineTo(width, Math.round(y(level)) + 0.5);
			context.stroke();
		}
	}

	private drawLabels(context: CanvasRenderingContext2D, width: number, most: number,
			   y: (v: number) => number): void {
		for (const level of levels(most)) {
			const text = format.bytes(level);
			const length = context.measureText(text).width + 8;
			context.fillStyle = theme.colour("panel");
			context.globalAlpha = 0.8;
			context.fillRect(width - length, y(level) - 17, length, 16);
			context.globalAlpha = 1;
			context.fillStyle = theme.colour("quiet");
			context.fillText(text, width - length + 4, y(level) - 9);
		}
	}
}
