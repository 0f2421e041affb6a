// SPDX-License-Identifier: Apache-2.0
// Numbers as people read them, three significant digits and a unit, as in the text report.

const digits = (value: number) => value < 9.995 ? 2 : value < 99.95 ? 1 : 0;

function scaled(value: number, step: number, limit: number, units: string[]): string {
	let unit = 0;
	let left = Math.abs(value);
	for (; left >= limit && unit < units.length - 1; unit++)
		left /= step;
	const text = left.toFixed(unit ? digits(left) : 0);
	return `${value < 0 ? "−" : ""}${text} ${units[unit]}`;
}

export const bytes = (value: number) =>
	scaled(value, 1024, 1023.5, ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]);

export const time = (nanoseconds: number) =>
	scaled(nanoseconds, 1000, 999.5, ["ns", "µs", "ms", "s"]);

export const count = (value: number) =>
	Math.round(value).toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");

// 1.23k, 45.6M; small ones as they are.
export function short(value: number): string {
	if (Math.abs(value) < 999.5)
		return Number.isInteger(value) ? String(value) : value.toFixed(digits(value));
	return scaled(value, 1000, 999.5, ["", "k", "M", "G", "T", "P", "E"]).replace(" ", "");
}

export const share = (part: number, whole: number) =>
	whole > 0 ? `${(100 * part / whole).toFixed(1)} %` : "–";

export const plural = (n: number, what: string) => `${count(n)} ${what}${n === 1 ? "" : "s"}`;

// A point in time on an axis whose marks are `step` apart.
export function mark(nanoseconds: number, step: number): string {
	const unit = step >= 1e9 ? 1e9 : step >= 1e6 ? 1e6 : step >= 1e3 ? 1e3 : 1;
	const name = unit === 1e9 ? "s" : unit === 1e6 ? "ms" : unit === 1e3 ? "µs" : "ns";
	const places = Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
	return `${(nanoseconds / unit).toFixed(places)} ${name}`;
}
