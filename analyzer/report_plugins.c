/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says about plugins: a table, and the results that were not as they should be. */
#include "analyzer/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/model.h"
#include "analyzer/report_json.h"
#include "analyzer/table.h"

/* ---- Text. ---- */

static const struct recoat_column columns[] = {
	{"plugin", RECOAT_LEFT},  {"version", RECOAT_LEFT},  {"calls", RECOAT_RIGHT},
	{"options", RECOAT_LEFT}, {"counters", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_plugins = {"plugins", columns,
						  sizeof(columns) / sizeof(*columns)};

/* Spans of its links, over all kernels. */
static uint64_t calls_of(const struct recoat_model *model, const char *plugin)
{
	uint64_t calls = 0;

	for (size_t i = 0; i < model->kernels; i++)
		if (!strcmp(model->kernel[i].implementation, plugin))
			calls += model->kernel[i].sums.calls;
	return calls;
}

/* "hits 12, misses 3"; for the caller to free. */
static char *counters_text(const struct recoat_plugin_row *row)
{
	char *text = recoat_strdup("");

	for (size_t i = 0; i < row->counters; i++) {
		int64_t value = row->counter[i].value;
		bool bytes = !strncmp(row->counter[i].name, "memory", strlen("memory"));
		uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
		char *longer = recoat_asprintf("%s%s%s %s%s", text, *text ? ", " : "",
					       row->counter[i].name, value < 0 && !bytes ? "-" : "",
					       bytes ? recoat_format_bytes(value).text
						     : recoat_format_count(size).text);

		free(text);
		text = longer;
	}
	return text;
}

static void plugin_cells(struct recoat_table *table, const struct recoat_report *report,
			 const struct recoat_plugin_row *row)
{
	char *counters = counters_text(row);

	recoat_table_cell(table, "%s", row->name);
	recoat_table_cell(table, "%s", *row->version ? row->version : "-");
	recoat_table_count(table, calls_of(report->model, row->name));
	recoat_table_cell(table, "%s", *row->options ? row->options : "-");
	recoat_table_cell(table, "%s", *counters ? counters : "-");
	free(counters);
}

/* Texts come from a program that is not trusted. */
static void print_line(char *line, FILE *file)
{
	fprintf(file, "%s\n", recoat_format_clean(line));
	free(line);
}

static void print_texts(const struct recoat_plugin_row *row, const char *what,
			const struct recoat_plugin_texts *texts, FILE *file)
{
	for (size_t i = 0; i < texts->count; i++) {
		const struct recoat_plugin_text *at = &texts->at[i];

		print_line(recoat_asprintf("%s%s: %s%s%s%s", row->name, what, at->text,
					   at->count > 1 ? " (" : "",
					   at->count > 1 ? recoat_format_count(at->count).text : "",
					   at->count > 1 ? " times)" : ""),
			   file);
	}
}

static void print_mismatches(const struct recoat_plugin_row *row, FILE *file)
{
	for (size_t i = 0; i < row->mismatches; i++) {
		const struct recoat_plugin_mismatches *sum = &row->mismatch[i];

		print_line(recoat_asprintf("MISMATCH %s (%s), found by %s: %s calls, %s of %s "
					   "values, absolute error up to %g, relative %g; first: "
					   "N %s, %s",
					   sum->kernel, sum->abi, row->name,
					   recoat_format_count(sum->calls).text,
					   recoat_format_count(sum->differing).text,
					   recoat_format_count(sum->values).text, sum->max_absolute,
					   sum->max_relative, recoat_format_count(sum->size).text,
					   sum->what),
			   file);
	}
}

static void print_remarks(const struct recoat_plugin_row *row, FILE *file)
{
	print_mismatches(row, file);
	print_texts(row, " did not serve", &row->refused, file);
	print_texts(row, " is not before this entry point, another of the kernel has it",
		    &row->unswapped, file);
	print_texts(row, " says", &row->log, file);
}

void recoat_report_plugins(const struct recoat_report *report, FILE *file)
{
	const struct recoat_plugins *plugins = &report->model->plugins;
	struct recoat_table *table;

	if (!plugins->count)
		return;
	fprintf(file, "\nPLUGINS; calls: of kernels, that came to the plugin\n");
	table = recoat_table_create(columns, recoat_sheet_plugins.columns);
	for (size_t i = 0; i < plugins->count; i++)
		plugin_cells(table, report, &plugins->row[i]);
	recoat_report_arrange(report, &recoat_sheet_plugins, table, 0);
	recoat_table_print(table, file, report->width);
	recoat_table_destroy(table);
	for (size_t i = 0; i < plugins->count; i++)
		print_remarks(&plugins->row[i], file);
}

/* ---- JSON. ---- */

static json_t *texts_json(const struct recoat_plugin_texts *from)
{
	json_t *array = json_array();

	for (size_t i = 0; i < from->count; i++) {
		json_t *object = json_object();

		set(object, "text", text(from->at[i].text));
		set(object, "count", number(from->at[i].count));
		json_array_append_new(array, object);
	}
	return array;
}

/* An error may be infinite, which JSON cannot say: null. */
static json_t *real(double value)
{
	return isfinite(value) ? json_real(value) : json_null();
}

static json_t *mismatches_json(const struct recoat_plugin_row *row)
{
	json_t *array = json_array();

	for (size_t i = 0; i < row->mismatches; i++) {
		const struct recoat_plugin_mismatches *sum = &row->mismatch[i];
		json_t *object = json_object();

		set(object, "kernel", text(sum->kernel));
		set(object, "abi", text(sum->abi));
		set(object, "calls", number(sum->calls));
		set(object, "values", number(sum->values));
		set(object, "differing", number(sum->differing));
		set(object, "max_absolute", real(sum->max_absolute));
		set(object, "max_relative", real(sum->max_relative));
		set(object, "first_size", number(sum->size));
		set(object, "first", text(sum->what));
		json_array_append_new(array, object);
	}
	return array;
}

json_t *recoat_report_json_plugin(const struct recoat_report *report,
				  const struct recoat_plugin_row *row)
{
	json_t *object = json_object(), *counters = json_object();

	for (size_t c = 0; c < row->counters; c++)
		set(counters, row->counter[c].name, signed_number(row->counter[c].value));
	set(object, "plugin", text(row->name));
	set(object, "version", text_or_null(row->version));
	set(object, "options", text(row->options));
	set(object, "calls", number(calls_of(report->model, row->name)));
	set(object, "counters", counters);
	set(object, "mismatches", mismatches_json(row));
	if (report->model->left_out.plugins) {
		set(object, "counters", json_null());
		set(object, "mismatches", json_null());
	}
	set(object, "refused", texts_json(&row->refused));
	set(object, "unswapped", texts_json(&row->unswapped));
	set(object, "log", texts_json(&row->log));
	return object;
}

void recoat_report_json_plugins(const struct recoat_report *report, FILE *file)
{
	const struct recoat_plugins *plugins = &report->model->plugins;

	begin_list(file, "plugins");
	for (size_t i = 0; i < plugins->count; i++)
		put_element(file, i, recoat_report_json_plugin(report, &plugins->row[i]));
	end_list(file);
}
