// SPDX-License-Identifier: Apache-2.0
// The page: of a recording, a comparison or a benchmark, as its data say.
import { Colours } from "./colours";
import { Data, base, read } from "./data";
import { bench } from "./page_bench";
import { compare } from "./page_compare";
import { Shell } from "./shell";
import { Trees, atMoment } from "./tree";
import { Page, View } from "./view";
import { allocations } from "./view_allocations";
import { FlameView, recorded } from "./view_flame";
import { notes } from "./view_notes";
import { overview } from "./view_overview";
import { plugins } from "./view_plugins";
import { functions, kernels } from "./view_tables";
import { TimeView } from "./view_time";
import { TreeView } from "./view_tree";

class App implements Page {
	readonly trees = new Trees(this.data);
	readonly colours = new Colours(this.data);
	private shell = new Shell();
	private flame!: FlameView;
	private tree!: TreeView;

	constructor(readonly data: Data) {
	}

	begin(): void {
		const command = this.data.processes[0].command;
		this.shell.begin(base(command.split(" ")[0]), command, this.makeViews());
	}

	go(id: string): void {
		this.shell.go(id);
	}

	focusFunction(name: string, metric: string): void {
		this.tree.focusOn(name, metric);
		this.go("tree");
	}

	findInFlame(text: string, metric: string): void {
		this.flame.set(metric);
		this.shell.find(text, "flame");
	}

	showMoment(snapshot: number): void {
		this.trees.moment = snapshot;
		this.flame.set(atMoment.id);
		this.go("flame");
	}

	private makeViews(): View[] {
		this.flame = new FlameView(recorded(this));
		this.tree = new TreeView(this);
		return [overview(this), this.flame, this.tree, new TimeView(this), kernels(this),
			functions(this), allocations(this), ...plugins(this), notes(this)];
	}
}

const data: any = read();
if (data.schema === "recoat-compare-page-1")
	compare(data);
else if (data.schema === "recoat-bench-page-1")
	bench(data);
else
	new App(data).begin();
