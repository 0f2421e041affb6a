// SPDX-License-Identifier: Apache-2.0
// Colours by meaning: kernels by their operation, functions by their module.
import { Data, label } from "./data";
import * as theme from "./theme";

// Hues far apart from neighbours; the first are for what is largest.
const MODULE_HUES = [235, 150, 60, 305, 195, 105, 345, 265];
const OPERATIONS = ["signal mapping", "interpolation", "voxel fusion", "quality assessment",
		    "analytics", "other"];
const OPERATION_HUES = [250, 40, 150, 305, 200, 85];

function hash(text: string): number {
	let value = 2166136261;
	for (let i = 0; i < text.length; i++)
		value = Math.imul(value ^ text.charCodeAt(i), 16777619);
	return value >>> 0;
}

// A colour in each theme.
export interface Fill {
	light: string;
	dark: string;
	vivid: string; // For what is small; in both themes.
}

function fill(hue: number, strong: boolean, name: string): Fill {
	const spread = (hash(name) % 5 - 2) * 1.3;
	const tone = (lightness: number, chroma: number) =>
		`oklch(${lightness + spread}% ${chroma} ${hue})`;
	const vivid = `light-dark(${tone(72, 0.1)}, ${tone(62, 0.1)})`;
	return strong ? { light: tone(76, 0.105), dark: tone(50, 0.095), vivid }
		      : { light: tone(87, 0.055), dark: tone(40, 0.055), vivid };
}

// On a canvas, which does not follow the theme by itself.
export const paint = (of: Fill) => theme.dark() ? of.dark : of.light;

export class Colours {
	private modules = new Map<string, number>();
	private operations = new Map<string, string>();
	private fills = new Map<string, Fill>();

	constructor(data: Data) {
		const size = new Map<string, number>();
		for (const row of data.functions)
			size.set(row.module, (size.get(row.module) ?? 0) + row.self_ns);
		const order = [...size].sort((a, b) => b[1] - a[1]);
		order.forEach(([module], i) => this.modules.set(module, i));
		for (const kernel of data.kernels)
			this.operations.set(label(kernel), kernel.operation);
	}

	operation(name: string, text = ""): Fill {
		const known = OPERATIONS.indexOf(name);
		const hue = known >= 0 ? OPERATION_HUES[known] : hash(name) % 360;
		return this.kept(`${name}\n${text}`, () => fill(hue, true, text));
	}

	frame(name: string, module: string): Fill {
		const operation = this.operations.get(name);
		if (operation !== undefined)
			return this.operation(operation, name);
		const at = this.modules.get(module) ?? hash(module);
		return this.kept(`${module}\n${name}`, () =>
			fill(MODULE_HUES[at % MODULE_HUES.length], false, name));
	}

	private kept(key: string, make: () => Fill): Fill {
		let found = this.fills.get(key);
		if (!found)
			this.fills.set(key, found = make());
		return found;
	}
}
