/* SPDX-License-Identifier: Apache-2.0 */
/* The table of mappings. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

static void count_cells(struct recoat_table *table, const struct recoat_heap_counts *counts)
{
	recoat_table_cell(table, "%s", recoat_format_bytes((int64_t)counts->bytes).text);
	recoat_table_cell(table, "%s", recoat_format_count(counts->allocations).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(counts->at_peak).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(recoat_heap_counts_live(counts)).text);
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

/* The rows of one kind; returns how many there was no room for. */
static size_t kind_rows(struct recoat_table *table, const struct recoat_report *report,
			uint32_t kind)
{
	struct recoat_sites sites;
	size_t shown, left_out;

	recoat_sites_create_mappings(&sites, report->model, report->symbols, kind);
	shown = report->limit && sites.count > report->limit ? report->limit : sites.count;
	left_out = sites.count - shown;
	for (size_t i = 0; i < shown; i++)
		site_cells(table, report, &sites.at[i], kind);
	recoat_sites_destroy(&sites);
	return left_out;
}

void recoat_report_mappings(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"kind", RECOAT_LEFT},  {"bytes", RECOAT_RIGHT},  {"count", RECOAT_RIGHT},
		{"peak", RECOAT_RIGHT}, {"mapped", RECOAT_RIGHT}, {"function", RECOAT_LEFT},
	};
	struct recoat_table *table;
	size_t left_out = 0;

	if (!report->model->mappings.count)
		return;
	fprintf(file,
		"\nMAPPINGS by mmap, mremap and brk, not part of the heap; peak: the most of each "
		"call path; mapped: at the end\n");
	table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	for (uint32_t kind = 0; kind < RECOAT_MAPPING_KINDS; kind++)
		left_out += kind_rows(table, report, kind);
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
}
