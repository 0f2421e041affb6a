// SPDX-License-Identifier: Apache-2.0
// A flame graph or icicle of one tree: drawn, pointed at, zoomed, walked by keyboard.
import { Tree } from "./tree";
import { Surface, fit } from "./surface";
import * as format from "./format";
import * as theme from "./theme";
import * as tip from "./tip";

const ROW = 21;
const THINNEST = 0.5; // Pixels; frames below are not drawn.
const FONT = "12px ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace";

interface Inks { plain: string; hit: string; match: string; focus: string }
interface Box { node: number; x: number; width: number }

export interface FlameOptions {
	// The colour of a frame; a difference between two trees may be shown so.
	colour: (tree: Tree, node: number) => string;
	describe?: (tree: Tree, node: number) => string[]; // Else a frame's figures.
	onZoom: (node: number) => void;
	onSelect: (node: number) => void;
}

export class Flame {
	readonly element: HTMLElement;
	icicle = true;
	private surface: Surface;
	private tree: Tree | null = null;
	private matches: ((text: string) => boolean) | null = null;
	private zoomed = 0;
	private selected = 0;
	private rows: Box[][] = []; // What was drawn, from the zoomed frame on.
	private deepest = 0;

	constructor(private options: FlameOptions) {
		this.surface = new Surface("Flame graph; arrow keys move, Enter zooms, Escape zooms out",
					   (context) => this.draw(context));
		this.element = this.surface.element;
		const canvas = this.surface.canvas;
		canvas.addEventListener("mousemove", (event) => this.point(event));
		canvas.addEventListener("mouseleave", () => tip.hide());
		canvas.addEventListener("click", (event) => this.click(event));
		canvas.addEventListener("dblclick", () => this.zoom(0));
	}

	// Zoomed into a node, if that has a value there.
	show(tree: Tree, node = 0): void {
		this.tree = tree;
		this.zoomed = this.selected = tree.value[node] > 0 ? node : 0;
		this.measure();
	}

	get zoomedTo(): number {
		return this.zoomed;
	}

	search(matches: ((text: string) => boolean) | null): void {
		this.matches = matches;
		this.surface.redraw();
	}

	redraw(): void {
		this.surface.redraw();
	}

	turn(icicle: boolean): void {
		this.icicle = icicle;
		this.measure();
	}

	zoom(node: number): void {
		this.zoomed = this.selected = node;
		this.measure();
		this.options.onZoom(node);
		this.options.onSelect(node);
	}

	out(): void {
		if (this.tree && this.zoomed)
			this.zoom(this.tree.data.parent[this.zoomed]);
	}

	// Rows that are needed, then the part where the root is in view.
	private measure(): void {
		const tree = this.tree;
		if (!tree)
			return;
		const inside = new Uint8Array(tree.count);
		inside[this.zoomed] = 1;
		this.deepest = 0;
		for (let i = this.zoomed; i < tree.count; i++) {
			inside[i] |= i ? inside[tree.data.parent[i]] : 1;
			if (inside[i] && tree.value[i] > 0)
				this.deepest = Math.max(this.deepest, tree.depth[i] - tree.depth[this.zoomed]);
		}
		this.surface.setHeight((this.deepest + 1) * ROW);
		this.element.scrollTop = this.icicle ? 0 : this.element.scrollHeight;
		this.surface.redraw();
	}

	// The upper edge of a row in the canvas.
	private edge(row: number): number {
		const whole = Math.max((this.deepest + 1) * ROW, this.surface.height);
		return (this.icicle ? row * ROW : whole - (row + 1) * ROW) - this.surface.top;
	}

	private layout(): void {
		const tree = this.tree!;
		const { value, start, depth } = tree;
		const scale = this.surface.width / value[this.zoomed];
		const from = start[this.zoomed], to = from + value[this.zoomed];
		const above = depth[this.zoomed];
		const place = (i: number) => (this.rows[depth[i] - above] ??= []).push({
			node: i, x: (start[i] - from) * scale, width: value[i] * scale });
		this.rows = [];
		place(this.zoomed);
		// What begins inside of the frame and is deeper is below it.
		for (let i = this.zoomed + 1; i < tree.count; i++)
			if (depth[i] > above && start[i] >= from && start[i] < to &&
			    value[i] * scale >= THINNEST)
				place(i);
	}

	private draw(context: CanvasRenderingContext2D): void {
		const tree = this.tree;
		if (!tree || !tree.value[this.zoomed])
			return;
		this.surface.setHeight((this.deepest + 1) * ROW);
		this.layout();
		const inks = { plain: theme.colour("frame-ink"), hit: theme.colour("match-ink"),
			       match: theme.colour("match"), focus: theme.colour("focus") };
		context.font = FONT;
		context.textBaseline = "middle";
		this.rows.forEach((boxes, row) => {
			const y = this.edge(row);
			if (y + ROW > 0 && y < this.surface.height)
				boxes.forEach((box) => this.drawBox(context, tree, box, y, inks));
		});
	}

	private drawBox(context: CanvasRenderingContext2D, tree: Tree, box: Box, y: number, inks: Inks): void {
		const name = tree.name(box.node);
		const hit = this.matches?.(name);
		const fades = this.matches && !hit;
		const width = Math.max(box.width - 1, THINNEST);
		context.globalAlpha = fades ? 0.35 : 1;
		context.fillStyle = hit ? inks.match : this.options.colour(tree, box.node);
		context.fillRect(box.x, y, width, ROW - 1);
		context.globalAlpha = fades ? 0.65 : 1;
		context.fillStyle = hit ? inks.hit : inks.plain;
		if (width > 28)
			context.fillText(fit(context, name, width - 10), box.x + 5, y + ROW / 2);
		context.globalAlpha = 1;
		if (box.node !== this.selected || document.activeElement !== this.surface.canvas)
			return;
		context.strokeStyle = inks.focus;
		context.lineWidth = 2;
		context.strokeRect(box.x + 1, y + 1, Math.max(width - 2, 1), ROW - 3);
	}

	private at(event: MouseEvent): number | null {
		const whole = Math.max((this.deepest + 1) * ROW, this.surface.height);
		const y = event.offsetY + this.surface.top;
		const row = Math.floor((this.icicle ? y : whole - y) / ROW);
		const box = this.rows[row]?.find((b) => event.offsetX >= b.x && event.offsetX < b.x + b.width);
		return box ? box.node : null;
	}

	private point(event: MouseEvent): void {
		const node = this.at(event), tree = this.tree;
		this.surface.canvas.style.cursor = node === null ? "default" : "pointer";
		if (node === null || !tree) {
			tip.hide();
			return;
		}
		tip.show(event, tree.name(node), (this.options.describe ?? describe)(tree, node));
	}

	private click(event: MouseEvent): void {
		const node = this.at(event);
		if (node !== null)
			this.zoom(node);
	}

	// True if the key meant something here.
	key(event: KeyboardEvent): boolean {
		if (event.key === "Escape" && this.zoomed) {
			this.out();
			return true;
		}
		if (document.activeElement !== this.surface.canvas || !this.tree)
			return false;
		if (event.key === "Enter") {
			this.zoom(this.selected);
			return true;
		}
		const next = this.step(event.key);
		if (next === null)
			return false;
		this.selected = next;
		this.reveal();
		this.options.onSelect(next);
		return true;
	}

	private step(key: string): number | null {
		const tree = this.tree!;
		const inward = this.icicle ? "ArrowDown" : "ArrowUp";
		const outward = this.icicle ? "ArrowUp" : "ArrowDown";
		const parent = tree.data.parent[this.selected];
		if (key === inward)
			return tree.children[this.selected][0] ?? this.selected;
		if (key === outward)
			return this.selected === this.zoomed ? this.selected : parent;
		if (key !== "ArrowLeft" && key !== "ArrowRight")
			return null;
		if (this.selected === this.zoomed)
			return this.selected;
		const siblings = tree.children[parent];
		const at = siblings.indexOf(this.selected) + (key === "ArrowLeft" ? -1 : 1);
		return siblings[at] ?? this.selected;
	}

	private reveal(): void {
		const y = this.edge(this.tree!.depth[this.selected] - this.tree!.depth[this.zoomed]);
		if (y < 0)
			this.element.scrollTop += y;
		else if (y + ROW > this.surface.height)
			this.element.scrollTop += y + ROW - this.surface.height;
		this.surface.redraw();
	}
}

// A frame's figures, in lines.
export function describe(tree: Tree, node: number): string[] {
	const { text, title } = tree.metric;
	const value = tree.value[node], self = tree.self[node];
	const module = tree.module(node);
	return [
		`${title}: ${text(value)}, ${format.share(value, tree.value[0])} of all`,
		`Self: ${text(self)}, ${format.share(self, tree.value[0])}`,
		[tree.placeOf(node), module.slice(module.lastIndexOf("/") + 1)].filter((s) => s).join("  ·  "),
	].filter((line) => line);
}
