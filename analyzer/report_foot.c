/* SPDX-License-Identifier: Apache-2.0 */
/* The foot of a report: what its figures rest on, and what is missing. */
#include "analyzer/report.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_facts.h"

static void print_losses(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;

	for (size_t i = 0; i < model->processes; i++) {
		const struct recoat_process *process = &model->process[i];

		if (process->packet_drops)
			recoat_report_own(
				report, file, "lost",
				recoat_asprintf("%s events of process %u that could not be written",
						recoat_format_count(process->packet_drops).text,
						process->pid));
		for (size_t l = 0; l < process->losses; l++)
			if (process->loss[l].count)
				recoat_report_own(
					report, file, "lost",
					recoat_asprintf(
						"%s in process %u: %s",
						recoat_format_count(process->loss[l].count).text,
						process->pid, process->loss[l].reason));
	}
	if (model->unknown_paths)
		recoat_report_own(report, file, "lost",
				  recoat_asprintf("call paths of %s events",
						  recoat_format_count(model->unknown_paths).text));
	if (model->spans.orphans)
		recoat_report_own(
			report, file, "lost",
			recoat_asprintf("the spans around %s spans, which are shown at top level",
					recoat_format_count(model->spans.orphans).text));
	if (model->unusable)
		recoat_report_own(
			report, file, "lost",
			recoat_asprintf("%zu processes that were killed before they wrote anything",
					model->unusable));
}

static void print_refusals(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	size_t shown = model->refusals;

	if (report->limit && shown > report->limit)
		shown = report->limit;
	for (size_t i = 0; i < shown; i++) {
		const struct recoat_refusal *refusal = &model->refusal[i];

		recoat_report_own(
			report, file, "not hooked",
			recoat_asprintf("%s (%s in %s): %s", refusal->kernel, refusal->symbol,
					recoat_module_name(refusal->module), refusal->reason));
	}
	if (shown < model->refusals)
		recoat_report_own(report, file, "not hooked",
				  recoat_asprintf("... %zu more", model->refusals - shown));
}

static void print_complaints(const struct recoat_report *report, FILE *file)
{
	const char *complaint;

	for (size_t i = 0; (complaint = recoat_symbols_complaint(report->symbols, i)); i++)
		recoat_report_fact(report, file, "symbols", complaint);
}

/*
 * A sum of N bytes over sampled blocks has a variance of N x period at most, which it has if
 * all blocks are small.
 */
static void print_sampling(const struct recoat_report *report, FILE *file)
{
	uint64_t period = recoat_model_heap_period(report->model);
	double bytes = (double)report->model->heap.bytes;
	double error = bytes > 0 ? 100 * sqrt((double)period / bytes) : 0;

	if (period)
		recoat_report_own(
			report, file, "heap",
			recoat_asprintf("estimated from a sample every %s on average; standard "
					"error of all bytes %.2g%%, of a hundredth of them %.2g%%",
					recoat_format_bytes((int64_t)period).text, error,
					10 * error));
}

static bool is_traced(const struct recoat_model *model)
{
	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].heap_traced)
			return true;
	return false;
}

static void print_tracing(const struct recoat_report *report, FILE *file, size_t threads)
{
	const struct recoat_model *model = report->model;
	uint64_t strangers = 0, overlaps = 0;

	for (size_t i = 0; i < model->processes; i++) {
		strangers += model->process[i].strangers;
		overlaps += model->process[i].overlaps;
	}
	recoat_report_fact(
		report, file, "peak",
		threads == 1 ? "exact, from every allocation and free"
			     : "from every allocation and free; the order of those that "
			       "different threads made in one tick of the clock (1 to 10 ms) is "
			       "not known");
	if (strangers)
		recoat_report_own(
			report, file, "not counted",
			recoat_asprintf("frees of %s blocks from before the recording began",
					recoat_format_count(strangers).text));
	if (overlaps)
		recoat_report_own(
			report, file, "lost",
			recoat_asprintf("frees of %s blocks, whose places were allocated again",
					recoat_format_count(overlaps).text));
}

/* Is the peak exact, and what is to be known about sums of peaks? */
static void print_exactness(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	size_t most = 0;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].heap_shards > most)
			most = model->process[i].heap_shards;
	if (!most)
		return;
	if (recoat_model_heap_period(model))
		print_sampling(report, file);
	else if (is_traced(model))
		print_tracing(report, file, most);
	else if (most == 1)
		recoat_report_fact(report, file, "peak", "exact: one thread at a time allocated");
	else
		recoat_report_own(
			report, file, "peak",
			recoat_asprintf("estimated, to %s: %zu threads allocated",
					recoat_format_bytes((int64_t)most * RECOAT_HEAP_SLACK).text,
					most));
	if (model->processes > 1)
		recoat_report_fact(report, file, "at peak",
				   "sums over processes, each at the moment of its own peak");
}

/* How far the call paths can be trusted, as the runtime itself has checked. */
static void print_path_counts(const struct recoat_report *report, FILE *file)
{
	struct recoat_call_path_counts sum = {0};
	uint64_t completed = 0;
	char *text;

	for (size_t i = 0; i < report->model->processes; i++) {
		const struct recoat_call_path_counts *of = &report->model->process[i].path_counts;

		sum.lookups += of->lookups;
		sum.unwound += of->unwound;
		sum.verified += of->verified;
		sum.disagreements += of->disagreements;
		sum.incomplete += of->incomplete;
		sum.truncated += of->truncated;
		completed += report->model->process[i].paths_completed;
	}
	if (!sum.lookups)
		return;
	text = recoat_asprintf("%s looked up, %.1f%% of them unwound; %s others unwound again to "
			       "verify, %s disagreed",
			       recoat_format_count(sum.lookups).text,
			       100.0 * (double)sum.unwound / (double)sum.lookups,
			       recoat_format_count(sum.verified).text,
			       recoat_format_count(sum.disagreements).text);
	recoat_report_own(report, file, "paths", text);
	if (sum.incomplete || sum.truncated || completed)
		recoat_report_own(
			report, file, "paths",
			recoat_asprintf(
				"%s completed by libunwind, %s end at code that could not be "
				"unwound, %s were cut as too deep",
				recoat_format_count(completed).text,
				recoat_format_count(sum.incomplete).text,
				recoat_format_count(sum.truncated).text));
	if (sum.incomplete)
		recoat_report_own(
			report, file, "",
			recoat_strdup("RECOAT_UNWIND=complete opens libunwind at the start, for "
				      "all of them"));
}

static void print_stops(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;

	for (size_t i = 0; i < model->processes; i++)
		if (*model->process[i].cpu_stopped)
			recoat_report_own(
				report, file, "CPU",
				recoat_asprintf("no samples in process %u, or no more: %s",
						model->process[i].pid,
						model->process[i].cpu_stopped));
}

/* What the sampled figures rest on. */
static void print_cpu_sampling(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	struct recoat_cpu_counts cpu = {0};
	uint64_t in_runtime = 0, lost = 0;

	for (size_t i = 0; i < model->processes; i++) {
		recoat_cpu_counts_add(&cpu, &model->process[i].cpu);
		in_runtime += model->process[i].cpu_in_runtime;
		lost += model->process[i].cpu_lost;
	}
	if (cpu.samples)
		recoat_report_own(
			report, file, "CPU",
			recoat_asprintf("estimated: %s samples, on average one every %s; besides, "
					"%s in recoat's library, %s lost",
					recoat_format_count(cpu.samples).text,
					recoat_format_time(cpu.time / cpu.samples).text,
					recoat_format_time(in_runtime).text,
					recoat_format_time(lost).text));
	print_stops(report, file);
}

void recoat_report_footer(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;

	putc('\n', file);
	recoat_report_own(
		report, file, "figures",
		recoat_asprintf("from %s events, %s call paths, %zu process%s; `recoat dump %s` "
				"prints them",
				recoat_format_count(model->events).text,
				recoat_format_count(model->cct.nodes - 1).text, model->processes,
				model->processes == 1 ? "" : "es", report->path));
	print_exactness(report, file);
	print_cpu_sampling(report, file);
	print_path_counts(report, file);
	print_losses(report, file);
	print_refusals(report, file);
	print_complaints(report, file);
}
