// SPDX-License-Identifier: Apache-2.0
// Calls that were summed up: hatched blocks from the first to the last, below a thread's spans.
import { Colours, paint } from "./colours";
import { Data, Sum, Thread, label } from "./data";
import { fit } from "./surface";
import * as format from "./format";
import * as theme from "./theme";

const STRIPES = 7; // Pixels from one to the next.

export interface Block { sum: Sum; row: number; name: string }

// In as few rows as it takes for none to cover another, outer ones first.
export function layout(data: Data, thread: Thread): Block[] {
	const ends: number[] = [];
	const order = [...thread.sums].sort((a, b) => a.depth - b.depth || a.begin_ns - b.begin_ns);
	return order.map((sum) => {
		let row = ends.findIndex((end) => end <= sum.begin_ns);
		if (row < 0)
			row = ends.length;
		ends[row] = sum.begin_ns + sum.length_ns;
		return { sum, row, name: nameOf(data, sum.kernel) };
	});
}

function nameOf(data: Data, kernel: number): string {
	return data.kernels[kernel] ? label(data.kernels[kernel]) : "kernel";
}

export const rows = (blocks: Block[]) => blocks.reduce((most, block) => Math.max(most, block.row + 1), 0);

export function summary({ sum }: Block): string {
	return `${format.plural(sum.calls, "call")} summed up, total ${format.time(sum.time_ns)}`;
}

export function describe(data: Data, block: Block): string[] {
	const { sum } = block;
	const lines = [summary(block),
		       `the first began at ${format.time(sum.begin_ns)}, the last ended ${
			       format.time(sum.length_ns)} later; single ones are not known`];
	if (sum.outer !== null)
		lines.push(`called in ${nameOf(data, sum.outer)}`);
	if (sum.contexts > 1)
		lines.push(`on ${format.count(sum.contexts)} call paths`);
	if (sum.handed_on)
		lines.push("by several threads, one after the other, of which this was the first");
	return lines;
}

interface Box { x: number; y: number; width: number; height: number }

function hatch(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
	context.save();
	context.beginPath();
	context.rect(x, y, width, height);
	context.clip();
	context.beginPath();
	for (let at = x - height - x % STRIPES; at < x + width; at += STRIPES) {
		context.moveTo(at, y + height);
		context.lineTo(at + height, y);
	}
	context.lineWidth = 1.5;
	context.stroke();
	context.restore();
}

// `faded`: it is not what is looked for.
export function draw(context: CanvasRenderingContext2D, data: Data, colours: Colours, block: Block,
		     box: Box, faded: boolean): void {
	const kernel = data.kernels[block.sum.kernel];
	const colour = kernel ? paint(colours.operation(kernel.operation, block.name)) : theme.colour("several");
	const text = fit(context, `${block.name}  ${summary(block)}`, box.width - 12);
	context.fillStyle = context.strokeStyle = colour;
	context.globalAlpha = faded ? 0.1 : 0.28;
	context.fillRect(box.x, box.y, box.width, box.height);
	context.globalAlpha = faded ? 0.15 : 0.55;
	hatch(context, box);
	context.globalAlpha = faded ? 0.4 : 1;
	context.lineWidth = 1;
	context.strokeRect(box.x + 0.5, box.y + 0.5, Math.max(box.width - 1, 0), box.height - 1);
	if (box.width > 36 && text) {
		context.fillStyle = theme.colour("panel");
		context.globalAlpha = faded ? 0.3 : 0.86;
		context.fillRect(box.x + 3, box.y + 2, context.measureText(text).width + 6, box.height - 4);
		context.globalAlpha = faded ? 0.5 : 1;
		context.fillStyle = theme.colour("ink");
		context.fillText(text, box.x + 6, box.y + box.height / 2);
	}
	context.globalAlpha = 1;
}
