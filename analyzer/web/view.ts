// SPDX-License-Identifier: Apache-2.0
// What a view is, and what it may ask of the page.
import { Colours } from "./colours";
import { Data } from "./data";
import { Metric, Trees } from "./tree";

export interface View {
	id: string;
	title: string;
	element: HTMLElement;
	shown?(): void;
	search?(query: string): void;
	key?(event: KeyboardEvent): boolean; // True if it meant something.
}

export interface Page {
	data: Data;
	trees: Trees;
	colours: Colours;
	go(view: string): void;
	// Open the call tree on a function, or the flame graph looking for a text.
	focusFunction(name: string, metric: string): void;
	findInFlame(text: string, metric: string): void;
	// Open the flame graph on what was live when a snapshot was taken.
	showMoment(snapshot: number): void;
}

// The metric of that name, or the first that there is.
export function metricOf(trees: Trees, id: string): Metric | undefined {
	return trees.metrics.find((metric) => metric.id === id) ?? trees.metrics[0];
}
