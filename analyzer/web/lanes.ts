// SPDX-License-Identifier: Apache-2.0
// The run over time: live memory above, a lane a thread below, on one axis.
import { Colours, paint } from "./colours";
import { Data, Process, Thread, label } from "./data";
import { step } from "./scale";
import { Surface, fit } from "./surface";
import * as format from "./format";
import * as theme from "./theme";
import * as tip from "./tip";

const AXIS = 24;
const MEMORY = 132;
const HEAD = 22; // Above a lane, its name.
const ROW = 18;
const GAP = 10;
const SHORTEST = 1000; // Nanoseconds that the view may show.
const FONT = "12px system-ui, sans-serif";

interface Lane {
	title: string; top: number; rows: number;
	begin: Float64Array; thread: Thread;
}

// Steps for memory: 1, 2 or 4 ... of a binary unit.
function binaryStep(range: number, marks: number): number {
	return 2 ** Math.ceil(Math.log2(Math.max(1, range / marks)));
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

export class Lanes {
	readonly element: HTMLElement;
	private surface: Surface;
	private from = 0;
	private to: number;
	private readonly end: number;
	private lanes: Lane[] = [];
	private matches: ((text: string) => boolean) | null = null;
	private drag: { x: number; from: number; to: number } | null = null;
	private bottom = AXIS;
	private readonly hasMemory: boolean;

	constructor(private data: Data, private colours: Colours,
		    private onRange: (from: number, to: number) => void) {
		this.end = this.to = Math.max(1, data.wall_ns);
		this.hasMemory = data.processes.some((process) => process.heap_points_ns.length);
		this.place();
		this.surface = new Surface("Timeline; arrow keys move, plus and minus zoom, 0 shows all",
					   (context) => this.draw(context));
		this.element = this.surface.element;
		this.listen();
	}

	private place(): void {
		const several = this.data.process_count > 1;
		this.bottom = AXIS + (this.hasMemory ? MEMORY + GAP : 0);
		for (const thread of this.data.threads) {
			const rows = thread.depth.reduce((most, depth) => Math.max(most, depth), 0) + 1;
			const begin = new Float64Array(thread.after.length);
			thread.after.forEach((after, i) => begin[i] = (i ? begin[i - 1] : 0) + after);
			this.lanes.push({ title: several ? `process ${thread.pid}, thread ${thread.tid}`
							 : `thread ${thread.tid}`,
					  top: this.bottom, rows, begin, thread });
			this.bottom += HEAD + rows * ROW + GAP;
		}
	}

	private listen(): void {
		const canvas = this.surface.canvas;
		canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
		canvas.addEventListener("pointerdown", (event) => {
			this.drag = { x: event.offsetX, from: this.from, to: this.to };
			canvas.setPointerCapture(event.pointerId);
		});
		canvas.addEventListener("pointerup", () => this.drag = null);
		canvas.addEventListener("pointermove", (event) => this.move(event));
		canvas.addEventListener("pointerleave", () => tip.hide());
		canvas.addEventListener("dblclick", (event) => this.zoom(0.25, this.time(event.offsetX)));
	}

	search(matches: ((text: string) => boolean) | null): void {
		this.matches = matches;
		this.surface.redraw();
	}

	redraw(): void {
		this.surface.setHeight(this.bottom);
		this.surface.redraw();
	}

	private x(time: number): number {
		return (time - this.from) / (this.to - this.from) * this.surface.width;
	}

	private time(x: number): number {
		return this.from + x / Math.max(1, this.surface.width) * (this.to - this.from);
	}

	// Show from one time to another, as far as the run goes.
	range(from: number, to: number): void {
		const length = Math.min(this.end, Math.max(SHORTEST, to - from));
		this.from = Math.min(Math.max(0, from), this.end - length);
		this.to = this.from + length;
		this.onRange(this.from, this.to);
		this.surface.redraw();
	}

	all(): void {
		this.range(0, this.end);
	}

	zoom(factor: number, around = (this.from + this.to) / 2): void {
		this.range(around - (around - this.from) * factor, around + (this.to - around) * factor);
	}

	private pan(part: number): void {
		const by = part * (this.to - this.from);
		this.range(this.from + by, this.to + by);
	}

	key(event: KeyboardEvent): boolean {
		const actions: { [key: string]: () => void } = {
			"ArrowLeft": () => this.pan(-0.2), "ArrowRight": () => this.pan(0.2),
			"+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2),
			"0": () => this.all(),
		};
		const action = event.key === "Escape" && this.to - this.from < this.end
			? () => this.zoom(4) : actions[event.key];
		action?.();
		return !!action;
	}

	private wheel(event: WheelEvent): void {
		const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
		if (sideways)
			this.pan((event.deltaX || event.deltaY) / this.surface.width);
		else if (event.ctrlKey || event.metaKey || event.offsetY < AXIS + MEMORY)
			this.zoom(Math.exp(event.deltaY / 300), this.time(event.offsetX));
		else
			return; // The lanes scroll.
		event.preventDefault();
	}

	private move(event: PointerEvent): void {
		if (this.drag) {
			const by = (this.drag.x - event.offsetX) / this.surface.width *
				   (this.drag.to - this.drag.from);
			this.range(this.drag.from + by, this.drag.to + by);
			tip.hide();
			return;
		}
		this.point(event);
	}

	private point(event: PointerEvent): void {
		const time = this.time(event.offsetX);
		const slack = (this.to - this.from) / this.surface.width;
		if (this.hasMemory && event.offsetY < AXIS + MEMORY) {
			const live = this.live(time - slack, time + slack);
			tip.show(event, format.bytes(live), [`live at ${format.time(time)}`]);
			return;
		}
		const y = event.offsetY + this.surface.top;
		const lane = this.lanes.find((l) => y >= l.top + HEAD && y < l.top + HEAD + l.rows * ROW);
		const depth = lane ? Math.floor((y - lane.top - HEAD) / ROW) : 0;
		const at = lane ? this.pieceAt(lane, depth, time, slack) : -1;
		if (lane && at >= 0)
			tip.show(event, this.name(lane.thread, at), this.describe(lane, at));
		else
			tip.hide();
	}

	private pieceAt(lane: Lane, depth: number, time: number, slack: number): number {
		const { thread, begin } = lane;
		return thread.depth.findIndex((d, i) => d === depth && begin[i] <= time + slack &&
			begin[i] + thread.length[i] >= time - slack);
	}

	private name(thread: Thread, at: number): string {
		const kernel = this.data.kernels[thread.kernel[at]];
		return kernel ? label(kernel) : thread.kernel[at] < 0 ? "several kernels" : "kernel";
	}

	private describe(lane: Lane, at: number): string[] {
		const { count, busy, length } = lane.thread;
		const lines = [`from ${format.time(lane.begin[at])}, for ${format.time(length[at])}`];
		if (count[at] > 1)
			lines.push(`${format.count(count[at])} calls, together ${format.time(busy[at])}`);
		return lines;
	}

	private live(from: number, to: number): number {
		return this.data.processes.reduce((sum, process) => sum + held(process, from, to), 0);
	}

	// ---- Drawing. ----

	private draw(context: CanvasRenderingContext2D): void {
		this.surface.setHeight(this.bottom);
		context.font = FONT;
		context.textBaseline = "middle";
		this.lanes.forEach((lane) => this.drawLane(context, lane));
		this.drawHead(context);
	}

	// Axis and memory stay where they are while the lanes scroll.
	private drawHead(context: CanvasRenderingContext2D): void {
		const bottom = AXIS + (this.hasMemory ? MEMORY : 0);
		context.fillStyle = theme.colour("panel");
		context.fillRect(0, 0, this.surface.width, bottom + GAP / 2);
		this.drawAxis(context, bottom);
		if (this.hasMemory)
			this.drawMemory(context);
	}

	private drawAxis(context: CanvasRenderingContext2D, bottom: number): void {
		const apart = step(this.to - this.from, Math.max(2, this.surface.width / 120));
		context.strokeStyle = theme.colour("rule");
		context.fillStyle = theme.colour("quiet");
		context.lineWidth = 1;
		for (let at = Math.ceil(this.from / apart) * apart; at <= this.to; at += apart) {
			const x = Math.round(this.x(at)) + 0.5;
			context.beginPath();
			context.moveTo(x, 0);
			context.lineTo(x, bottom);
			context.stroke();
			const text = format.mark(at, apart);
			if (x + 6 + context.measureText(text).width < this.surface.width)
				context.fillText(text, x + 6, AXIS / 2);
		}
	}

	private drawMemory(context: CanvasRenderingContext2D): void {
		const width = this.surface.width;
		const values: number[] = [];
		for (let x = 0; x < width; x++)
			values.push(this.live(this.time(x), this.time(x + 1)));
		const most = Math.max(1, ...values);
		const y = (value: number) => AXIS + MEMORY - value / most * (MEMORY - 18);
		context.beginPath();
		context.moveTo(0, AXIS + MEMORY);
		values.forEach((value, x) => {
			context.lineTo(x, y(value));
			context.lineTo(x + 1, y(value));
		});
		context.strokeStyle = context.fillStyle = theme.colour("accent");
		context.globalAlpha = 0.18;
		context.lineTo(width, AXIS + MEMORY);
		context.fill();
		context.globalAlpha = 1;
		context.lineWidth = 1.5;
		context.beginPath();
		values.forEach((value, x) => x ? context.lineTo(x, y(value)) : context.moveTo(0, y(value)));
		context.stroke();
		this.drawLevels(context, most, y);
	}

	private drawLevels(context: CanvasRenderingContext2D, most: number, y: (v: number) => number): void {
		const apart = binaryStep(most, 3);
		for (let level = apart; level <= most; level += apart) {
			context.strokeStyle = theme.colour("rule");
			context.lineWidth = 1;
			context.beginPath();
			context.moveTo(0, Math.round(y(level)) + 0.5);
			context.lineTo(this.surface.width, Math.round(y(level)) + 0.5);
			context.stroke();
			const text = format.bytes(level);
			const length = context.measureText(text).width + 8;
			context.fillStyle = theme.colour("panel");
			context.globalAlpha = 0.8;
			context.fillRect(this.surface.width - length, y(level) - 17, length, 16);
			context.globalAlpha = 1;
			context.fillStyle = theme.colour("quiet");
			context.fillText(text, this.surface.width - length + 4, y(level) - 9);
		}
	}

	private drawLane(context: CanvasRenderingContext2D, lane: Lane): void {
		const top = lane.top - this.surface.top;
		if (top > this.surface.height || top + HEAD + lane.rows * ROW < 0)
			return;
		context.fillStyle = theme.colour("quiet");
		context.fillText(lane.title, 6, top + HEAD / 2);
		context.fillStyle = theme.colour("lane");
		context.fillRect(0, top + HEAD, this.surface.width, lane.rows * ROW);
		for (let i = 0; i < lane.begin.length; i++)
			this.drawPiece(context, lane, i, top + HEAD);
	}

	private drawPiece(context: CanvasRenderingContext2D, lane: Lane, at: number, top: number): void {
		const { thread, begin } = lane;
		if (begin[at] > this.to || begin[at] + thread.length[at] < this.from)
			return;
		const left = Math.max(0, this.x(begin[at]));
		const right = Math.min(this.surface.width, this.x(begin[at] + thread.length[at]));
		const width = Math.max(1, right - left - (thread.count[at] > 1 ? 0 : 0.5));
		const kernel = this.data.kernels[thread.kernel[at]];
		const name = this.name(thread, at);
		const y = top + thread.depth[at] * ROW;
		const busy = thread.length[at] ? Math.min(1, thread.busy[at] / thread.length[at]) : 1;
		const fades = this.matches && !this.matches(name);
		context.fillStyle = kernel ? paint(this.colours.operation(kernel.operation, name))
					   : theme.colour("several");
		context.globalAlpha = (0.4 + 0.6 * busy) * (fades ? 0.25 : 1);
		context.fillRect(left, y, width, ROW - 1);
		context.globalAlpha = fades ? 0.5 : 1;
		if (width > 36) {
			context.fillStyle = theme.colour("frame-ink");
			context.fillText(fit(context, name, width - 8), left + 4, y + ROW / 2);
		}
		context.globalAlpha = 1;
	}
}
