/* SPDX-License-Identifier: Apache-2.0 */
/* The table of operations: kernels by what they are for. */
#include "analyzer/report.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

static const struct recoat_column columns[] = {
	{"time", RECOAT_RIGHT},    {"share", RECOAT_RIGHT},    {"calls", RECOAT_RIGHT},
	{"kernels", RECOAT_RIGHT}, {"operation", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_operations = {"operations", columns,
						     sizeof(columns) / sizeof(*columns)};

/* Sums over the kernels of an operation. */
struct operation {
	const char *name; /* Interned. */
	size_t kernels;
	uint64_t calls, self;
};

static int by_self(const void *left, const void *right)
{
	const struct operation *a = left, *b = right;

	if (a->self != b->self)
		return a->self > b->self ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Sum up into `operation`, which has room for one a kernel; returns how many there are. */
static size_t sum(const struct recoat_report *report, struct operation *operation)
{
	size_t count = 0;

	for (size_t i = 0; i < report->model->kernels; i++) {
		const struct recoat_kernel_row *row = &report->model->kernel[i];
		size_t o = 0;

		if (!row->sums.calls || !recoat_report_has_kernel(report, row->kernel))
			continue;
		while (o < count && operation[o].name != row->operation)
			o++;
		if (o == count)
			operation[count++] = (struct operation){.name = row->operation};
		operation[o].kernels++;
		operation[o].calls += row->sums.calls;
		operation[o].self += row->self_time;
	}
	qsort(operation, count, sizeof(*operation), by_self);
	return count;
}

static void put_row(struct recoat_table *table, const struct operation *operation, uint64_t whole)
{
	recoat_table_time(table, operation->self);
	recoat_table_share(table, (double)operation->self, (double)whole);
	recoat_table_count(table, operation->calls);
	recoat_table_count(table, operation->kernels);
	recoat_table_cell(table, "%s", operation->name);
}

void recoat_report_operations(const struct recoat_report *report, FILE *file)
{
	struct operation *operation = recoat_calloc(report->model->kernels + 1, sizeof(*operation));
	struct operation total = {.name = "total"};
	size_t count = sum(report, operation);
	struct recoat_table *table = recoat_table_create(columns, recoat_sheet_operations.columns);
	const char *sorted = recoat_report_sort(report, &recoat_sheet_operations);

	for (size_t i = 0; i < count; i++) {
		total.kernels += operation[i].kernels;
		total.calls += operation[i].calls;
		total.self += operation[i].self;
	}
	for (size_t i = 0; i < count; i++)
		put_row(table, &operation[i], total.self);
	recoat_table_rule(table);
	put_row(table, &total, total.self);
	if (count) {
		recoat_report_arrange(report, &recoat_sheet_operations, table, 0);
		fprintf(file,
			"\nOPERATIONS by %s, each without kernels that it calls; a kernel counts "
			"once for each that served it\n",
			sorted ? sorted : "time");
		recoat_table_print(table, file, report->width);
	}
	recoat_table_destroy(table);
	free(operation);
}
