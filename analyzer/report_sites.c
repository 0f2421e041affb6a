/* SPDX-License-Identifier: Apache-2.0 */
/* The table of allocation sites. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

#define CALLERS 6 /* Shown under a site. */

static const struct recoat_column columns[] = {
	{"bytes", RECOAT_RIGHT},   {"share", RECOAT_RIGHT},  {"count", RECOAT_RIGHT},
	{"at peak", RECOAT_RIGHT}, {"leaked", RECOAT_RIGHT}, {"temporary", RECOAT_RIGHT},
	{"function", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_sites = {"sites", columns,
						sizeof(columns) / sizeof(*columns)};

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
				append_caller(&callers, recoat_call_label(report->model,
									  &calls.at[i], module));
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

	recoat_table_bytes(table, (int64_t)heap->bytes);
	recoat_table_share(table, (double)recoat_heap_counts_value(heap, report->order),
			   (double)whole);
	recoat_table_count(table, heap->allocations);
	recoat_table_bytes(table, heap->at_peak);
	recoat_table_bytes(table, recoat_heap_counts_live(heap));
	recoat_table_share(table, (double)heap->temporary, (double)heap->allocations);
	recoat_table_cell(table, "%s", label);
	if (*callers)
		recoat_table_note(table, callers);
	free(label);
	free(callers);
}

static void site_total(struct recoat_table *table, const struct recoat_heap_counts *heap)
{
	recoat_table_bytes(table, (int64_t)heap->bytes);
	recoat_table_cell(table, "100.0%%");
	recoat_table_count(table, heap->allocations);
	recoat_table_bytes(table, heap->at_peak);
	recoat_table_bytes(table, recoat_heap_counts_live(heap));
	recoat_table_share(table, (double)heap->temporary, (double)heap->allocations);
	recoat_table_cell(table, "total");
}

void recoat_report_sites(const struct recoat_report *report, FILE *file)
{
	const struct recoat_heap_counts *heap = &report->model->heap;
	int64_t whole = recoat_heap_counts_value(heap, report->order);
	const char *column = recoat_report_sort(report, &recoat_sheet_sites);
	struct recoat_table *table;
	struct recoat_sites sites;
	size_t shown, left_out;

	fprintf(file,
		"\nALLOCATION SITES by %s%s; leaked: live at the end; temporary: freed before the "
		"next allocation\n",
		column ? column : recoat_site_order_names[report->order],
		recoat_report_estimated(report));
	recoat_sites_create(&sites, report->model, report->symbols, report->order);
	/* Callers take long to find, so rows are made only if they may be shown. */
	shown = report->limit && !column && sites.count > report->limit ? report->limit
									: sites.count;
	table = recoat_table_create(columns, recoat_sheet_sites.columns);
	for (size_t i = 0; i < shown; i++)
		site_rows(table, report, &sites.at[i], whole);
	left_out = sites.count - shown +
		   recoat_report_arrange(report, &recoat_sheet_sites, table, report->limit);
	recoat_table_rule(table);
	site_total(table, heap);
	if (sites.count)
		recoat_table_print(table, file, report->width);
	else
		fprintf(file, "%s\n",
			report->model->left_out.heap ? "not known of a part" : "none recorded");
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
	recoat_sites_destroy(&sites);
}
