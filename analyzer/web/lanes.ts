// SPDX-License-Identifier: Apache-2.0
// The run over time: live memory above, a lane a thread below, on one axis.
import * as blocks from "./blocks";
import { Colours, paint } from "./colours";
import { Curve, HEIGHT as MEMORY } from "./curve";
import { Data, Thread, label } from "./data";
import { step } from "./scale";
import { Surface, fit } from "./surface";
import * as format from "./format";
import * as theme from "./theme";
import * as tip from "./tip";

const AXIS = 24;
const HEAD = 22; // Above a lane, its name.
const ROW = 18;
const GAP = 10;
const STILL = 4; // Pixels that a click may move.
const SHORTEST = 1000; // Nanoseconds that the view may show.
const FONT = "12px system-ui, sans-serif";

interface Lane {
	title: string; top: number; rows: number;
	begin: Float64Array; thread: Thread;
	blocks: blocks.Block[]; // Below the rows.
	height: number;
}

export interface LanesOptions {
	onRange?: (from: number, to: number) => void;
	onSnapshot?: (snapshot: number) => void;
}

export class Lanes {
	readonly element: HTMLElement;
	private surface: Surface;
	private from = 0;
	private to: number;
	private readonly end: number;
	private lanes: Lane[] = [];
	private matches: ((text: string) => boolean) | null = null;
	private drag: { x: number; y: number; from: number; to: number } | null = null;
	private bottom = AXIS;
	private curve: Curve;
	private marked = -1; // The snapshot that a click would open.

	constructor(private data: Data, private colours: Colours, private options: LanesOptions) {
		this.end = this.to = Math.max(1, data.wall_ns);
		this.curve = new Curve(data);
		this.place(null);
		this.surface = new Surface("Timeline; arrow keys move, plus and minus zoom, 0 shows all",
					   (context) => this.draw(context));
		this.element = this.surface.element;
		this.listen();
	}

	private get hasMemory(): boolean {
		return this.curve.exists;
	}

	// Show one process alone, or all.
	only(process: number | null): void {
		this.curve.only(process);
		this.place(process);
		this.redraw();
	}

	private place(process: number | null): void {
		const several = this.data.process_count > 1;
		this.bottom = AXIS + (this.hasMemory ? MEMORY + GAP : 0);
		this.lanes = [];
		for (const thread of this.data.threads) {
			if (process !== null && thread.process !== process)
				continue;
			const summed = blocks.layout(this.data, thread);
			const rows = thread.depth.reduce((most, depth) => Math.max(most, depth + 1), 0);
			const height = (rows + blocks.rows(summed)) * ROW;
			const begin = new Float64Array(thread.after.length);
			thread.after.forEach((after, i) => begin[i] = (i ? begin[i - 1] : 0) + after);
			this.lanes.push({ title: several ? `process ${thread.pid}, thread ${thread.tid}`
							 : `thread ${thread.tid}`,
					  top: this.bottom, rows, begin, thread, blocks: summed, height });
			this.bottom += HEAD + height + GAP;
		}
	}

	private listen(): void {
		const canvas = this.surface.canvas;
		canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
		canvas.addEventListener("pointerdown", (event) => {
			this.drag = { x: event.offsetX, y: event.offsetY, from: this.from, to: this.to };
			canvas.setPointerCapture(event.pointerId);
		});
		canvas.addEventListener("pointerup", (event) => this.drop(event));
		canvas.addEventListener("pointermove", (event) => this.move(event));
		canvas.addEventListener("pointerleave", () => {
			tip.hide();
			this.mark(-1);
		});
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
		this.options.onRange?.(this.from, this.to);
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

	// The end of a drag, or a click.
	private drop(event: PointerEvent): void {
		const still = this.drag && Math.abs(event.offsetX - this.drag.x) < STILL &&
			      Math.abs(event.offsetY - this.drag.y) < STILL;
		this.drag = null;
		const snapshot = still && this.isInMemory(event) ? this.snapshotAt(event) : -1;
		if (snapshot < 0)
			return;
		tip.hide();
		this.mark(-1);
		this.options.onSnapshot?.(snapshot);
	}

	private isInMemory(event: PointerEvent): boolean {
		return this.hasMemory && event.offsetY < AXIS + MEMORY;
	}

	private snapshotAt(event: PointerEvent): number {
		return this.options.onSnapshot ? this.curve.nearest(this.time(event.offsetX)) : -1;
	}

	private mark(snapshot: number): void {
		if (snapshot === this.marked)
			return;
		this.marked = snapshot;
		this.surface.canvas.style.cursor = snapshot < 0 ? "default" : "pointer";
		this.surface.redraw();
	}

	private point(event: PointerEvent): void {
		const time = this.time(event.offsetX);
		const slack = (this.to - this.from) / this.surface.width;
		const inMemory = this.isInMemory(event);
		this.mark(inMemory ? this.snapshotAt(event) : -1);
		if (inMemory)
			this.pointMemory(event, time, slack);
		else
			this.pointLane(event, time, slack);
	}

	private pointMemory(event: PointerEvent, time: number, slack: number): void {
		const lines = [`live at ${format.time(time)}`];
		if (this.marked >= 0)
			lines.push(`click: who held ${format.bytes(this.data.snapshots[this.marked].live_bytes)} at ${
				format.time(this.curve.time(this.marked))}`);
		tip.show(event, format.bytes(this.curve.live(time - slack, time + slack)), lines);
	}

	private pointLane(event: PointerEvent, time: number, slack: number): void {
		const y = event.offsetY + this.surface.top;
		const lane = this.lanes.find((l) => y >= l.top + HEAD && y < l.top + HEAD + l.height);
		const row = lane ? Math.floor((y - lane.top - HEAD) / ROW) : 0;
		const at = lane ? this.pieceAt(lane, row, time, slack) : -1;
		const block = lane?.blocks.find(({ sum, row: below }) => lane.rows + below === row &&
			sum.begin_ns <= time + slack && sum.begin_ns + sum.length_ns >= time - slack);
		if (lane && at >= 0)
			tip.show(event, this.name(lane.thread, at), this.describe(lane, at));
		else if (block)
			tip.show(event, block.name, blocks.describe(this.data, block));
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
		const { count, busy, length, sampled } = lane.thread;
		const lines = [`from ${format.time(lane.begin[at])}, for ${format.time(length[at])}`];
		if (count[at] > 1)
			lines.push(`${format.count(count[at])} calls, together ${format.time(busy[at])}`);
		if (sampled[at])
			lines.push(count[at] > 1 ? `${format.count(sampled[at])} of them are a sample of those summed up`
						 : "one of a sample of those summed up");
		return lines;
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
			this.curve.draw(context, { from: this.from, to: this.to, width: this.surface.width },
					AXIS, this.marked);
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

	private drawLane(context: CanvasRenderingContext2D, lane: Lane): void {
		const top = lane.top - this.surface.top;
		if (top > this.surface.height || top + HEAD + lane.height < 0)
			return;
		context.fillStyle = theme.colour("quiet");
		context.fillText(lane.title, 6, top + HEAD / 2);
		context.fillStyle = theme.colour("lane");
		context.fillRect(0, top + HEAD, this.surface.width, lane.height);
		for (let i = 0; i < lane.begin.length; i++)
			this.drawPiece(context, lane, i, top + HEAD);
		lane.blocks.forEach((block) => this.drawBlock(context, block, top + HEAD + (lane.rows + block.row) * ROW));
	}

	private drawBlock(context: CanvasRenderingContext2D, block: blocks.Block, y: number): void {
		const { begin_ns, length_ns } = block.sum;
		if (begin_ns > this.to || begin_ns + length_ns < this.from)
			return;
		const x = Math.max(0, this.x(begin_ns));
		const width = Math.max(2, Math.min(this.surface.width, this.x(begin_ns + length_ns)) - x);
		blocks.draw(context, this.data, this.colours, block, { x, y, width, height: ROW - 1 },
			    !!this.matches && !this.matches(block.name));
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
