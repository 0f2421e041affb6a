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

static void print_process_table(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"pid", RECOAT_RIGHT},  {"wall", RECOAT_RIGHT}, {"CPU", RECOAT_RIGHT},
		{"peak", RECOAT_RIGHT}, {"ended", RECOAT_LEFT}, {"command", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, 6);
	size_t shown = report->model->processes;

	if (report->limit && shown > PROCESS_ROWS)
		shown = PROCESS_ROWS;
	for (size_t i = 0; i < shown; i++) {
		const struct recoat_process *process = &report->model->process[i];
		char *command = recoat_report_command(process);

		recoat_table_cell(table, "%u", process->pid);
		recoat_table_cell(table, "%s",
				  recoat_format_time(recoat_process_duration(process)).text);
		recoat_table_cell(
			table, "%s",
			process->ended
				? recoat_format_time(process->user_time + process->system_time).text
				: "-");
		recoat_table_cell(table, "%s",
				  process->has_heap ? recoat_format_bytes(process->heap_peak).text
						    : "-");
		recoat_table_cell(table, "%s", recoat_report_ending(process));
		recoat_table_cell(table, "%s%s", process->forked ? "(forked) " : "", command);
		free(command);
	}
	fprintf(file, "\nPROCESSES\n");
	recoat_table_print(table, file, report->width);
	if (shown < report->model->processes)
		fprintf(file, "... %zu more; --limit 0 shows all\n",
			report->model->processes - shown);
	recoat_table_destroy(table);
}

void recoat_report_header(const struct recoat_report *report, FILE *file)
{
	const struct recoat_process *first = &report->model->process[0];

	recoat_report_fact(report, file, "recording", report->path);
	recoat_report_own(report, file, "command", recoat_report_command(first));
	recoat_report_own(report, file, "host",
			  recoat_asprintf("%s, %s, %s, %u processors", first->host, first->kernel,
					  first->machine, first->processors));
	print_processes(report, file);
	print_time(report, file);
	print_heap(report, file);
	if (report->model->processes > 1)
		print_process_table(report, file);
}
