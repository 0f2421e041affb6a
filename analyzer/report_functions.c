/* SPDX-License-Identifier: Apache-2.0 */
/* The table of functions by CPU samples. */
#include "analyzer/report.h"

#include "analyzer/format.h"
#include "analyzer/model.h"
#include "analyzer/symbols.h"
#include "analyzer/table.h"

static const struct recoat_column columns[] = {
	{"share", RECOAT_RIGHT},   {"self", RECOAT_RIGHT},    {"total", RECOAT_RIGHT},
	{"samples", RECOAT_RIGHT}, {"function", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_functions = {"functions", columns,
						    sizeof(columns) / sizeof(*columns)};

static void function_cells(struct recoat_table *table, const struct recoat_function *function,
			   const struct recoat_cpu_counts *whole)
{
	recoat_table_share(table, (double)function->self.time, (double)whole->time);
	recoat_table_time(table, function->self.time);
	recoat_table_time(table, function->total.time);
	recoat_table_count(table, function->self.samples);
	if (function->known)
		recoat_table_cell(table, "%s  (%s)", function->name,
				  recoat_module_name(function->module));
	else
		recoat_table_cell(table, "%s", function->name);
}

static void total_cells(struct recoat_table *table, const struct recoat_cpu_counts *whole)
{
	recoat_table_cell(table, "100.0%%");
	recoat_table_time(table, whole->time);
	recoat_table_time(table, whole->time);
	recoat_table_count(table, whole->samples);
	recoat_table_cell(table, "total");
}

static void print_functions(const struct recoat_report *report, FILE *file)
{
	struct recoat_table *table = recoat_table_create(columns, recoat_sheet_functions.columns);
	struct recoat_functions functions;
	size_t left_out;

	recoat_functions_create(&functions, report->model, report->symbols, report->function_order);
	for (size_t i = 0; i < functions.count; i++)
		function_cells(table, &functions.at[i], &report->model->cpu);
	left_out = recoat_report_arrange(report, &recoat_sheet_functions, table, report->limit);
	recoat_table_rule(table);
	total_cells(table, &report->model->cpu);
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
	recoat_functions_destroy(&functions);
}

void recoat_report_functions(const struct recoat_report *report, FILE *file)
{
	const char *column = recoat_report_sort(report, &recoat_sheet_functions);

	fprintf(file, "\nFUNCTIONS by %s%s, estimated from samples\n",
		column ? column : recoat_function_order_names[report->function_order],
		column ? "" : " CPU time");
	if (report->model->cpu.samples)
		print_functions(report, file);
	else
		fprintf(file, "%s\n",
			report->model->left_out.cpu ? "not known of a part" : "none recorded");
}
