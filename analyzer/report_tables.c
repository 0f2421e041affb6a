/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of kernels and of allocation sites. */
#include "analyzer/report.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

#define CALLERS 6 /* Shown under a site. */

/* ---- Kernels. ---- */

static int by_time(const void *left, const void *right)
{
	const struct recoat_kernel_row *a = *(const struct recoat_kernel_row *const *)left;
	const struct recoat_kernel_row *b = *(const struct recoat_kernel_row *const *)right;

	if (a->sums.time != b->sums.time)
		return a->sums.time > b->sums.time ? -1 : 1;
	return strcmp(a->kernel, b->kernel);
}

/* Rows by inclusive time, for the caller to free. */
static const struct recoat_kernel_row **sorted_kernels(const struct recoat_model *model)
{
	const struct recoat_kernel_row **row =
		recoat_calloc(model->kernels, sizeof(struct recoat_kernel_row *));

	for (size_t i = 0; i < model->kernels; i++)
		row[i] = &model->kernel[i];
	if (model->kernels)
		qsort(row, model->kernels, sizeof(*row), by_time);
	return row;
}

/* CPU time is read for long calls only; a sum that leaves calls out is marked. */
static void cell_cpu(struct recoat_table *table, const struct recoat_span_sums *sums)
{
	if (!sums->cpu_calls)
		recoat_table_cell(table, "-");
	else
		recoat_table_cell(table, "%s%s", recoat_format_time(sums->cpu_time).text,
				  sums->cpu_calls < sums->calls ? "*" : "");
}

/* CPU time sampled in the kernel itself. */
static void cell_sampled(struct recoat_table *table, const struct recoat_cpu_counts *cpu)
{
	if (cpu->samples)
		recoat_table_cell(table, "~%s", recoat_format_time(cpu->time).text);
	else
		recoat_table_cell(table, "-");
}

/* Problem size a call and problem size a second. */
static void cells_size(struct recoat_table *table, const struct recoat_span_sums *sums)
{
	if (!sums->size_calls) {
		recoat_table_cell(table, "-");
		recoat_table_cell(table, "-");
		return;
	}
	recoat_table_cell(table, "%s",
			  recoat_format_short((double)sums->size / (double)sums->size_calls).text);
	if (sums->size_time)
		recoat_table_cell(
			table, "%s",
			recoat_format_short((double)sums->size * 1e9 / (double)sums->size_time)
				.text);
	else
		recoat_table_cell(table, "-");
}

static void cells_memory(struct recoat_table *table, const struct recoat_span_sums *sums)
{
	recoat_table_cell(table, "%s", recoat_format_count(sums->allocations).text);
	recoat_table_cell(table, "%s", recoat_format_bytes((int64_t)sums->bytes).text);
	recoat_table_cell(table, "%s", recoat_format_bytes((int64_t)sums->peak).text);
}

static void kernel_cells(struct recoat_table *table, const struct recoat_kernel_row *row)
{
	recoat_table_cell(table, "%s", row->kernel);
	recoat_table_cell(table, "%s", row->operation);
	recoat_table_cell(table, "%s", row->implementation);
	recoat_table_cell(table, "%s", recoat_format_count(row->sums.calls).text);
	recoat_table_cell(table, "%s", recoat_format_time(row->sums.time).text);
	recoat_table_cell(table, "%s", recoat_format_time(row->self_time).text);
	cell_cpu(table, &row->sums);
	cell_sampled(table, &row->cpu);
	cells_size(table, &row->sums);
	cells_memory(table, &row->sums);
	recoat_table_cell(table, "%s%s",
			  row->sums.unwound ? recoat_format_count(row->sums.unwound).text : "",
			  row->sums.unwound ? " unwound" : "");
}

static void total_cells(struct recoat_table *table, const struct recoat_model *model)
{
	struct recoat_span_sums total = recoat_model_span_total(model);
	struct recoat_cpu_counts cpu = {0};
	uint64_t calls = 0, self = 0;

	for (size_t i = 0; i < model->kernels; i++) {
		calls += model->kernel[i].sums.calls;
		self += model->kernel[i].self_time;
		recoat_cpu_counts_add(&cpu, &model->kernel[i].cpu);
	}
	recoat_table_cell(table, "total");
	recoat_table_cell(table, " ");
	recoat_table_cell(table, " ");
	recoat_table_cell(table, "%s", recoat_format_count(calls).text);
	recoat_table_cell(table, "%s", recoat_format_time(total.time).text);
	recoat_table_cell(table, "%s", recoat_format_time(self).text);
	cell_cpu(table, &total);
	cell_sampled(table, &cpu);
	recoat_table_cell(table, " ");
	recoat_table_cell(table, " ");
	cells_memory(table, &total);
	recoat_table_cell(table, "%s", "");
}

/* Is any CPU sum one over part of the calls? */
static bool is_partial(const struct recoat_model *model)
{
	for (size_t i = 0; i < model->kernels; i++)
		if (model->kernel[i].sums.cpu_calls &&
		    model->kernel[i].sums.cpu_calls < model->kernel[i].sums.calls)
			return true;
	return false;
}

/* Calls that were summed up in the target, in one line: single ones are shown as a sample. */
static void print_summed(const struct recoat_model *model, FILE *file)
{
	uint64_t calls = 0, summed = 0;

	for (size_t i = 0; i < model->kernels; i++) {
		calls += model->kernel[i].sums.calls;
		summed += model->kernel[i].sums.summed;
	}
	if (summed)
		fprintf(file,
			"%s of %s calls were summed up as they ended; over time they are shown by "
			"a sample\n",
			recoat_format_count(summed).text, recoat_format_count(calls).text);
}

/* Did nobody call the kernel of `row`, whoever would have served? One row of those says yes. */
static bool is_idle(const struct recoat_model *model, const struct recoat_kernel_row *row)
{
	for (size_t i = 0; i < model->kernels; i++) {
		const struct recoat_kernel_row *other = &model->kernel[i];

		if (!strcmp(other->kernel, row->kernel) && !strcmp(other->abi, row->abi) &&
		    (other->sums.calls || other < row))
			return false;
	}
	return true;
}

/* Kernels that were caught but never called, in one line. */
static void print_idle(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	const char *before = "caught, but not called: ";

	for (size_t i = 0; i < model->kernels; i++) {
		if (!is_idle(model, &model->kernel[i]))
			continue;
		fprintf(file, "%s%s", before, model->kernel[i].kernel);
		before = ", ";
	}
	if (*before == ',')
		putc('\n', file);
}

static void print_kernels(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"kernel", RECOAT_LEFT},       {"operation", RECOAT_LEFT},
		{"served by", RECOAT_LEFT},    {"calls", RECOAT_RIGHT},
		{"time", RECOAT_RIGHT},        {"self", RECOAT_RIGHT},
		{"CPU", RECOAT_RIGHT},         {"self CPU", RECOAT_RIGHT},
		{"N a call", RECOAT_RIGHT},    {"N/s", RECOAT_RIGHT},
		{"allocations", RECOAT_RIGHT}, {"bytes", RECOAT_RIGHT},
		{"peak", RECOAT_RIGHT},        {"", RECOAT_LEFT},
	};
	const struct recoat_model *model = report->model;
	const struct recoat_kernel_row **row = sorted_kernels(model);
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	size_t shown = 0, left_out = 0;

	for (size_t i = 0; i < model->kernels; i++) {
		if (!row[i]->sums.calls)
			continue;
		if (report->limit && shown >= report->limit) {
			left_out++;
			continue;
		}
		kernel_cells(table, row[i]);
		shown++;
	}
	recoat_table_rule(table);
	total_cells(table, model);
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	if (is_partial(model))
		fprintf(file, "* of those calls that were long enough to read the CPU clock\n");
	print_summed(model, file);
	if (model->cpu.samples)
		fprintf(file, "~ estimated from CPU samples\n");
	recoat_table_destroy(table);
	free(row);
}

void recoat_report_kernels(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;

	fprintf(file, "\nKERNELS by time; self: without kernels that they call%s%s\n",
		*recoat_report_estimated(report) ? "; memory" : "",
		recoat_report_estimated(report));
	if (model->spans.count)
		print_kernels(report, file);
	if (model->kernels)
		print_idle(report, file);
	else
		fprintf(file, "none: no entry point of a catalogue was found\n");
}

/* ---- Allocation sites. ---- */

char *recoat_site_label(const struct recoat_site *site)
{
	const char *module = recoat_module_name(site->module);
	const char *unnamed = site->unnamed ? " and unnamed callees" : "";

	if (!site->call.known)
		return recoat_strdup(site->call.function);
	if (!site->call.file)
		return recoat_asprintf("%s%s  (%s)", site->call.function, unnamed, module);
	return recoat_asprintf("%s  %s:%d  (%s)", site->call.function,
			       recoat_module_name(site->call.file), site->call.line, module);
}

/* The name of a caller; all functions of a file that have none are one, `[file]`. */
static const char *caller_name(const struct recoat_report *report, const struct recoat_call *call,
			       const char *module)
{
	const char *name;
	char *text;

	if (call->known || !*module)
		return call->function;
	text = recoat_asprintf("[%s]", recoat_module_name(module));
	name = recoat_strings_intern(&report->model->strings, text);
	free(text);
	return name;
}

/* A path in text, as it grows. */
struct callers {
	char *text;
	const char *last; /* The same name twice in a row is one. */
	size_t count;
};

static void append_caller(struct callers *callers, const char *name)
{
	char *longer;

	if (callers->last == name || recoat_is_startup(name))
		return;
	callers->last = name;
	if (++callers->count > CALLERS)
		return;
	longer = recoat_asprintf("%s%s<- %s", callers->text, *callers->text ? " " : "", name);
	free(callers->text);
	callers->text = longer;
}

char *recoat_site_callers(const struct recoat_report *report, const struct recoat_site *site)
{
	const struct recoat_cct *cct = &report->model->cct;
	struct callers callers = {.text = recoat_strdup(""), .last = site->call.function};
	bool found = false;

	for (uint32_t at = site->node; at != RECOAT_ROOT; at = cct->node[at].parent) {
		uint32_t frame = cct->node[at].frame;
		const char *module = cct->module[cct->frame[frame].module].path;
		struct recoat_calls calls =
			recoat_frame_calls(report->model, report->symbols, frame);

		for (size_t i = 0; i < calls.count && callers.count <= CALLERS; i++) {
			if (found)
				append_caller(&callers, caller_name(report, &calls.at[i], module));
			else
				found = calls.at[i].function == site->call.function;
		}
	}
	return callers.text;
}

static void site_rows(struct recoat_table *table, const struct recoat_report *report,
		      const struct recoat_site *site, int64_t whole)
{
	const struct recoat_heap_counts *heap = &site->heap;
	char *label = recoat_site_label(site), *callers = recoat_site_callers(report, site);

	recoat_table_cell(table, "%s", recoat_format_bytes((int64_t)heap->bytes).text);
	recoat_table_cell(table, "%s",
			  recoat_format_share((double)recoat_heap_counts_value(heap, report->order),
					      (double)whole)
				  .text);
	recoat_table_cell(table, "%s", recoat_format_count(heap->allocations).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(heap->at_peak).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(recoat_heap_counts_live(heap)).text);
	recoat_table_cell(
		table, "%s",
		recoat_format_share((double)heap->temporary, (double)heap->allocations).text);
	recoat_table_cell(table, "%s", label);
	if (*callers)
		recoat_table_note(table, callers);
	free(label);
	free(callers);
}

static void site_total(struct recoat_table *table, const struct recoat_heap_counts *heap)
{
	recoat_table_cell(table, "%s", recoat_format_bytes((int64_t)heap->bytes).text);
	recoat_table_cell(table, "100.0%%");
	recoat_table_cell(table, "%s", recoat_format_count(heap->allocations).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(heap->at_peak).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(recoat_heap_counts_live(heap)).text);
	recoat_table_cell(
		table, "%s",
		recoat_format_share((double)heap->temporary, (double)heap->allocations).text);
	recoat_table_cell(table, "total");
}

void recoat_report_sites(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"bytes", RECOAT_RIGHT},   {"share", RECOAT_RIGHT},  {"count", RECOAT_RIGHT},
		{"at peak", RECOAT_RIGHT}, {"leaked", RECOAT_RIGHT}, {"temporary", RECOAT_RIGHT},
		{"function", RECOAT_LEFT},
	};
	const struct recoat_heap_counts *heap = &report->model->heap;
	int64_t whole = recoat_heap_counts_value(heap, report->order);
	struct recoat_table *table;
	struct recoat_sites sites;
	size_t shown;

	fprintf(file,
		"\nALLOCATION SITES by %s%s; leaked: live at the end; temporary: freed before the "
		"next allocation\n",
		recoat_site_order_names[report->order], recoat_report_estimated(report));
	recoat_sites_create(&sites, report->model, report->symbols, report->order);
	shown = report->limit && sites.count > report->limit ? report->limit : sites.count;
	table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	for (size_t i = 0; i < shown; i++)
		site_rows(table, report, &sites.at[i], whole);
	recoat_table_rule(table);
	site_total(table, heap);
	if (sites.count)
		recoat_table_print(table, file, report->width);
	else
		fprintf(file, "none recorded\n");
	if (shown < sites.count)
		fprintf(file, "... %zu more; --limit 0 shows all\n", sites.count - shown);
	recoat_table_destroy(table);
	recoat_sites_destroy(&sites);
}
