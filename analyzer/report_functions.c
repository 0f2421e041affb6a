/* SPDX-License-Identifier: Apache-2.0 */
/* The table of functions by CPU samples. */
#include "analyzer/report.h"

#include "analyzer/format.h"
#include "analyzer/model.h"
#include "analyzer/symbols.h"
#include "analyzer/table.h"

static void function_cells(struct recoat_table *table, const struct recoat_function *function,
			   const struct recoat_cpu_counts *whole)
{
	recoat_table_cell(
		table, "%s",
		recoat_format_share((double)function->self.time, (double)whole->time).text);
	recoat_table_cell(table, "%s", recoat_format_time(function->self.time).text);
	recoat_table_cell(table, "%s", recoat_format_time(function->total.time).text);
	recoat_table_cell(table, "%s", recoat_format_count(function->self.samples).text);
	if (function->known)
		recoat_table_cell(table, "%s  (%s)", function->name,
				  recoat_module_name(function->module));
	else
		recoat_table_cell(table, "%s", function->name);
}

static void total_cells(struct recoat_table *table, const struct recoat_cpu_counts *whole)
{
	recoat_table_cell(table, "100.0%%");
	recoat_table_cell(table, "%s", recoat_format_time(whole->time).text);
	recoat_table_cell(table, "%s", recoat_format_time(whole->time).text);
	recoat_table_cell(table, "%s", recoat_format_count(whole->samples).text);
	recoat_table_cell(table, "total");
}

static void print_functions(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"share", RECOAT_RIGHT},   {"self", RECOAT_RIGHT},    {"total", RECOAT_RIGHT},
		{"samples", RECOAT_RIGHT}, {"function", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	struct recoat_functions functions;
	size_t shown;

	recoat_functions_create(&functions, report->model, report->symbols, report->function_order);
	shown = report->limit && functions.count > report->limit ? report->limit : functions.count;
	for (size_t i = 0; i < shown; i++)
		function_cells(table, &functions.at[i], &report->model->cpu);
	recoat_table_rule(table);
	total_cells(table, &report->model->cpu);
	recoat_table_print(table, file, report->width);
	if (shown < functions.count)
		fprintf(file, "... %zu more; --limit 0 shows all\n", functions.count - shown);
	recoat_table_destroy(table);
	recoat_functions_destroy(&functions);
}

void recoat_report_functions(const struct recoat_report *report, FILE *file)
{
	fprintf(file, "\nFUNCTIONS by %s CPU time, estimated from samples\n",
		recoat_function_order_names[report->function_order]);
	if (report->model->cpu.samples)
		print_functions(report, file);
	else
		fprintf(file, "none recorded\n");
}
