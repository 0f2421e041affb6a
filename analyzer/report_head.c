/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a report: what was run. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_facts.h"
#include "analyzer/table.h"

#define PROCESS_ROWS 8

static const struct recoat_column columns[] = {
	{"pid", RECOAT_RIGHT},  {"wall", RECOAT_RIGHT}, {"CPU", RECOAT_RIGHT},
	{"peak", RECOAT_RIGHT}, {"ended", RECOAT_LEFT}, {"command", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_processes = {"processes", columns,
						    sizeof(columns) / sizeof(*columns)};

/* Processes that wrote their last event, and those that neither did nor went on by exec. */
static size_t count_ended(const struct recoat_model *model)
{
	size_t ended = 0;

	for (size_t i = 0; i < model->processes; i++)
		ended += model->process[i].ended;
	return ended;
}

static size_t count_cut_off(const struct recoat_model *model)
{
	size_t cut = 0;

	for (size_t i = 0; i < model->processes; i++)
		cut += !model->process[i].ended && !model->process[i].exec_seen;
	return cut;
}

static void print_processes(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	const char *plural = model->processes == 1 ? "" : "es";
	size_t cut = count_cut_off(model);

	if (!cut)
		recoat_report_own(
			report, file, "ended",
			recoat_asprintf("cleanly (%zu process%s)", model->processes, plural));
	else
		recoat_report_own(
			report, file, "ended",
			recoat_asprintf("%zu of %zu process%s cut off (killed, or still running); "
					"all up to there is here",
					cut, model->processes, plural));
}

static void print_time(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	uint64_t user = 0, system = 0, resident = 0;

	for (size_t i = 0; i < model->processes; i++) {
		user += model->process[i].user_time;
		system += model->process[i].system_time;
		if (model->process[i].max_resident > resident)
			resident = model->process[i].max_resident;
	}
	if (!count_ended(model)) {
		recoat_report_own(
			report, file, "time",
			recoat_asprintf("%s wall, to the last event",
					recoat_format_time(recoat_model_duration(model)).text));
		return;
	}
	recoat_report_own(
		report, file, "time",
		recoat_asprintf("%s wall, %s CPU (%s user, %s system), %s resident at most",
				recoat_format_time(recoat_model_duration(model)).text,
				recoat_format_time(user + system).text,
				recoat_format_time(user).text, recoat_format_time(system).text,
				recoat_format_bytes((int64_t)resident).text));
}

static void print_heap(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	const struct recoat_process *largest = NULL;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].has_heap &&
		    (!largest || model->process[i].heap_peak > largest->heap_peak))
			largest = &model->process[i];
	if (!largest) {
		recoat_report_fact(report, file, "heap", "not recorded");
		return;
	}
	if (model->left_out.heap) {
		recoat_report_own(report, file, "heap",
				  recoat_asprintf("not known of a part; of the whole run, peak %s "
						  "at %s%s",
						  recoat_format_bytes(largest->heap_peak).text,
						  recoat_format_time(largest->heap_peak_time).text,
						  recoat_report_estimated(report)));
		return;
	}
	recoat_report_own(
		report, file, "heap",
		recoat_asprintf("peak %s at %s%s, %s in %s allocations, %s live at the end%s",
				recoat_format_bytes(largest->heap_peak).text,
				recoat_format_time(largest->heap_peak_time).text,
				model->processes > 1 ? " (largest process)" : "",
				recoat_format_bytes((int64_t)model->heap.bytes).text,
				recoat_format_count(model->heap.allocations).text,
				recoat_format_bytes(recoat_heap_counts_live(&model->heap)).text,
				recoat_report_estimated(report)));
}

static void process_cells(struct recoat_table *table, const struct recoat_process *process,
			  bool is_part)
{
	char *command = recoat_report_command(process);

	recoat_table_cell(table, "%u", process->pid);
	recoat_table_key(table, -(double)process->pid);
	recoat_table_time(table, recoat_process_duration(process));
	if (process->ended)
		recoat_table_time(table, process->user_time + process->system_time);
	else
		recoat_table_cell(table, "-");
	/* The peak of a heap trace is that of the part that was replayed. */
	if (process->has_heap && !(is_part && process->heap_traced))
		recoat_table_bytes(table, process->heap_peak);
	else
		recoat_table_cell(table, "-");
	recoat_table_cell(table, "%s", recoat_report_ending(process));
	recoat_table_cell(table, "%s%s", process->forked ? "(forked) " : "", command);
	free(command);
}

static void print_process_table(const struct recoat_report *report, FILE *file)
{
	struct recoat_table *table = recoat_table_create(columns, recoat_sheet_processes.columns);
	const char *sorted = recoat_report_sort(report, &recoat_sheet_processes);
	size_t left_out;

	for (size_t i = 0; i < report->model->processes; i++)
		process_cells(table, &report->model->process[i], report->model->filter);
	left_out = recoat_report_arrange(report, &recoat_sheet_processes, table,
					 report->limit ? PROCESS_ROWS : 0);
	fprintf(file, "\nPROCESSES%s%s\n", sorted ? " by " : "", sorted ? sorted : "");
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
}

void recoat_report_header(const struct recoat_report *report, FILE *file)
{
	const struct recoat_process *first = &report->model->process[0];

	recoat_report_own(report, file, "recording", recoat_strdup(report->path));
	recoat_report_own(report, file, "command", recoat_report_command(first));
	recoat_report_own(report, file, "host",
			  recoat_asprintf("%s, %s, %s, %u processors", first->host, first->kernel,
					  first->machine, first->processors));
	print_processes(report, file);
	print_time(report, file);
	if (!report->model->filter)
		print_heap(report, file);
	if (report->model->processes > 1)
		print_process_table(report, file);
	if (report->model->filter) {
		recoat_report_filter(report, file);
		print_heap(report, file);
	}
}
