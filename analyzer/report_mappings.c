/* SPDX-License-Identifier: Apache-2.0 */
/* The table of mappings. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

static const struct recoat_column columns[] = {
	{"kind", RECOAT_LEFT},  {"bytes", RECOAT_RIGHT},  {"count", RECOAT_RIGHT},
	{"peak", RECOAT_RIGHT}, {"mapped", RECOAT_RIGHT}, {"function", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_mappings = {"mappings", columns,
						   sizeof(columns) / sizeof(*columns)};

static void count_cells(struct recoat_table *table, const struct recoat_heap_counts *counts)
{
	recoat_table_bytes(table, (int64_t)counts->bytes);
	recoat_table_count(table, counts->allocations);
	recoat_table_bytes(table, counts->at_peak);
	recoat_table_bytes(table, recoat_heap_counts_live(counts));
}

static void site_cells(struct recoat_table *table, const struct recoat_report *report,
		       const struct recoat_site *site, uint32_t kind)
{
	char *label = recoat_site_label(site), *callers = recoat_site_callers(report, site);

	recoat_table_cell(table, "%s", recoat_mapping_kind_name(kind));
	count_cells(table, &site->heap);
	recoat_table_cell(table, "%s", label);
	if (*callers)
		recoat_table_note(table, callers);
	free(label);
	free(callers);
}

/* Up to `limit` rows of one kind, 0: all; returns how many more there are. */
static size_t kind_rows(struct recoat_table *table, const struct recoat_report *report,
			uint32_t kind, size_t limit)
{
	struct recoat_sites sites;
	size_t shown, left_out;

	recoat_sites_create_mappings(&sites, report->model, report->symbols, kind);
	shown = limit && sites.count > limit ? limit : sites.count;
	left_out = sites.count - shown;
	for (size_t i = 0; i < shown; i++)
		site_cells(table, report, &sites.at[i], kind);
	recoat_sites_destroy(&sites);
	return left_out;
}

void recoat_report_mappings(const struct recoat_report *report, FILE *file)
{
	const char *sorted = recoat_report_sort(report, &recoat_sheet_mappings);
	struct recoat_table *table;
	size_t left_out = 0;

	if (report->model->left_out.mappings)
		fprintf(file, "\nMAPPINGS by mmap, mremap and brk\nnot known of a part\n");
	if (!report->model->mappings.count)
		return;
	fprintf(file,
		"\nMAPPINGS by mmap, mremap and brk, not part of the heap; peak: the most of each "
		"call path; mapped: at the end%s%s\n",
		sorted ? "; in order of " : "", sorted ? sorted : "");
	table = recoat_table_create(columns, recoat_sheet_mappings.columns);
	for (uint32_t kind = 0; kind < RECOAT_MAPPING_KINDS; kind++)
		left_out += kind_rows(table, report, kind, sorted ? 0 : report->limit);
	left_out += recoat_report_arrange(report, &recoat_sheet_mappings, table,
					  sorted ? report->limit : 0);
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
}
