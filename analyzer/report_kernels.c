/* SPDX-License-Identifier: Apache-2.0 */
/* The table of kernels. */
#include "analyzer/report.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

static const struct recoat_column kernel_columns[] = {
	{"kernel", RECOAT_LEFT},       {"operation", RECOAT_LEFT},
	{"served by", RECOAT_LEFT},    {"calls", RECOAT_RIGHT},
	{"time", RECOAT_RIGHT},        {"self", RECOAT_RIGHT},
	{"CPU", RECOAT_RIGHT},         {"self CPU", RECOAT_RIGHT},
	{"N a call", RECOAT_RIGHT},    {"N/s", RECOAT_RIGHT},
	{"allocations", RECOAT_RIGHT}, {"bytes", RECOAT_RIGHT},
	{"peak", RECOAT_RIGHT},        {"", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_kernels = {"kernels", kernel_columns,
						  sizeof(kernel_columns) / sizeof(*kernel_columns)};
static_assert(sizeof(kernel_columns) / sizeof(*kernel_columns) == RECOAT_KERNEL_COLUMNS + 1,
	      "the last one has no title");

/* The column with this title, RECOAT_KERNEL_COLUMNS if there is none. */
static size_t find_column(const char *title, size_t length)
{
	size_t c = 0;

	while (c < RECOAT_KERNEL_COLUMNS && (strncmp(kernel_columns[c].title, title, length) != 0 ||
					     kernel_columns[c].title[length]))
		c++;
	return c;
}

size_t recoat_report_find_columns(const char *names, size_t *chosen, const char **bad,
				  size_t *length)
{
	bool seen[RECOAT_KERNEL_COLUMNS + 1] = {[RECOAT_KERNEL_COLUMNS] = true};
	size_t count = 0;

	for (*bad = names;; *bad += *length + 1) {
		size_t found;

		*length = strcspn(*bad, ",");
		found = find_column(*bad, *length);
		if (seen[found])
			return 0;
		seen[found] = true;
		chosen[count++] = found;
		if (!(*bad)[*length])
			return count;
	}
}

bool recoat_report_has_kernel(const struct recoat_report *report, const char *kernel)
{
	return !report->kernels || !fnmatch(report->kernels, kernel, 0);
}

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
	if (!sums->cpu_calls) {
		recoat_table_cell(table, "-");
		return;
	}
	recoat_table_cell(table, "%s%s", recoat_format_time(sums->cpu_time).text,
			  sums->cpu_calls < sums->calls ? "*" : "");
	recoat_table_key(table, (double)sums->cpu_time);
}

/* CPU time sampled in the kernel itself. */
static void cell_sampled(struct recoat_table *table, const struct recoat_cpu_counts *cpu)
{
	if (!cpu->samples) {
		recoat_table_cell(table, "-");
		return;
	}
	recoat_table_cell(table, "~%s", recoat_format_time(cpu->time).text);
	recoat_table_key(table, (double)cpu->time);
}

/* `part` by `whole`, if there is any. */
static void cell_quotient(struct recoat_table *table, double part, double whole)
{
	if (whole <= 0) {
		recoat_table_cell(table, "-");
		return;
	}
	recoat_table_cell(table, "%s", recoat_format_short(part / whole).text);
	recoat_table_key(table, part / whole);
}

/* Problem size a call and problem size a second. */
static void cells_size(struct recoat_table *table, const struct recoat_span_sums *sums)
{
	double size = (double)sums->size;

	cell_quotient(table, size, (double)sums->size_calls);
	cell_quotient(table, size * 1e9, sums->size_calls ? (double)sums->size_time : 0);
}

static void cells_memory(struct recoat_table *table, const struct recoat_span_sums *sums)
{
	recoat_table_count(table, sums->allocations);
	recoat_table_bytes(table, (int64_t)sums->bytes);
	recoat_table_bytes(table, (int64_t)sums->peak);
}

static void kernel_cells(struct recoat_table *table, const struct recoat_kernel_row *row)
{
	recoat_table_cell(table, "%s", row->kernel);
	recoat_table_cell(table, "%s", row->operation);
	recoat_table_cell(table, "%s", row->implementation);
	recoat_table_count(table, row->sums.calls);
	recoat_table_time(table, row->sums.time);
	recoat_table_time(table, row->self_time);
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
	recoat_table_count(table, calls);
	recoat_table_time(table, total.time);
	recoat_table_time(table, self);
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
	const char *before =
		model->filter ? "caught, but not called here: " : "caught, but not called: ";

	for (size_t i = 0; i < model->kernels; i++) {
		if (!is_idle(model, &model->kernel[i]) ||
		    !recoat_report_has_kernel(report, model->kernel[i].kernel))
			continue;
		fprintf(file, "%s%s", before, model->kernel[i].kernel);
		before = ", ";
	}
	if (*before == ',')
		putc('\n', file);
}

/* Columns that a terminal has no room for are left out: no row goes over two lines. */
static void print_table(const struct recoat_report *report, struct recoat_table *table, FILE *file)
{
	const struct recoat_model *model = report->model;
	size_t left_out = recoat_report_arrange(report, &recoat_sheet_kernels, table, report->limit);
	size_t no_room = 0;

	/* Times of some kernels do not add up: one may have called another. */
	if (!report->kernels) {
		recoat_table_rule(table);
		total_cells(table, model);
	}
	if (report->column)
		recoat_table_choose(table, report->column, report->columns);
	if (isatty(fileno(file)))
		no_room = recoat_table_fit(table, report->width);
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	if (no_room)
		fprintf(file, "... %zu more columns, no room; see --columns\n", no_room);
	if (is_partial(model))
		fprintf(file, "* of those calls that were long enough to read the CPU clock\n");
	print_summed(model, file);
	if (model->cpu.samples)
		fprintf(file, "~ estimated from CPU samples\n");
}

static void print_kernels(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	const struct recoat_kernel_row **row = sorted_kernels(model);
	struct recoat_table *table =
		recoat_table_create(kernel_columns, recoat_sheet_kernels.columns);
	size_t rows = 0;

	for (size_t i = 0; i < model->kernels; i++) {
		if (!row[i]->sums.calls || !recoat_report_has_kernel(report, row[i]->kernel))
			continue;
		kernel_cells(table, row[i]);
		rows++;
	}
	if (rows || !report->kernels)
		print_table(report, table, file);
	else
		fprintf(file, "none: no kernel that was called is %s\n", report->kernels);
	recoat_table_destroy(table);
	free(row);
}

void recoat_report_kernels(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	const char *column = recoat_report_sort(report, &recoat_sheet_kernels);

	fprintf(file, "\nKERNELS by %s; self: without kernels that they call%s%s\n",
		column ? column : "time", *recoat_report_estimated(report) ? "; memory" : "",
		recoat_report_estimated(report));
	if (model->spans.count)
		print_kernels(report, file);
	if (model->kernels)
		print_idle(report, file);
	else
		fprintf(file, "none: no entry point of a catalogue was found\n");
}
