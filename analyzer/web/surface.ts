// SPDX-License-Identifier: Apache-2.0
// A canvas that is as large as what is seen of it, in a box that scrolls over all of it.
import { h } from "./dom";

export class Surface {
	readonly element: HTMLElement;
	readonly canvas: HTMLCanvasElement;
	width = 0;
	height = 0;
	private spacer = h("div");
	private waiting = false;

	constructor(label: string, private draw: (context: CanvasRenderingContext2D) => void) {
		this.canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": label });
		this.element = h("div", { class: "surface" }, this.canvas, this.spacer);
		this.element.addEventListener("scroll", () => this.redraw());
		new ResizeObserver(() => this.redraw()).observe(this.element);
	}

	get top(): number {
		return this.element.scrollTop;
	}

	// The height of all that there is to see.
	setHeight(height: number): void {
		this.element.style.setProperty("--content", `${height}px`);
		this.spacer.style.height = `${Math.max(0, height - this.element.clientHeight)}px`;
	}

	// Draw once the browser is about to show a frame.
	redraw(): void {
		if (this.waiting)
			return;
		this.waiting = true;
		requestAnimationFrame(() => {
			this.waiting = false;
			this.paint();
		});
	}

	private paint(): void {
		const context = this.canvas.getContext("2d");
		const scale = devicePixelRatio || 1;
		this.width = this.element.clientWidth;
		this.height = this.element.clientHeight;
		if (!context || !this.width || !this.height)
			return;
		const width = Math.round(this.width * scale), height = Math.round(this.height * scale);
		if (this.canvas.width !== width || this.canvas.height !== height) {
			this.canvas.width = width;
			this.canvas.height = height;
			this.canvas.style.width = `${this.width}px`;
			this.canvas.style.height = `${this.height}px`;
		}
		context.setTransform(scale, 0, 0, scale, 0, 0);
		context.clearRect(0, 0, this.width, this.height);
		this.draw(context);
	}
}

// As much of a text as fits.
export function fit(context: CanvasRenderingContext2D, text: string, width: number): string {
	if (context.measureText(text).width <= width)
		return text;
	let low = 0, high = text.length;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (context.measureText(`${text.slice(0, middle)}…`).width <= width)
			low = middle;
		else
			high = middle - 1;
	}
	return low > 1 ? `${text.slice(0, low)}…` : "";
}
