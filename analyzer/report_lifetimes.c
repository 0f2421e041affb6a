/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sizes and lifetimes. */
#include "analyzer/report.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/lifetimes.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

#define TICK 1000000u /* Nanoseconds; lifetimes are in milliseconds. */

static const struct recoat_column columns[] = {
	{"count", RECOAT_RIGHT},   {"size 50%", RECOAT_RIGHT}, {"size 90%", RECOAT_RIGHT},
	{"freed", RECOAT_RIGHT},   {"life 50%", RECOAT_RIGHT}, {"life 90%", RECOAT_RIGHT},
	{"longest", RECOAT_RIGHT}, {"function", RECOAT_LEFT},
};
const struct recoat_sheet recoat_sheet_lifetimes = {"lifetimes", columns,
						    sizeof(columns) / sizeof(*columns)};

/* The largest size of the class in which this share of all blocks ends. */
static void cell_size(struct recoat_table *table, const uint64_t *sizes, double share)
{
	unsigned class = recoat_lifetimes_quantile(sizes, RECOAT_SIZE_CLASSES, share);
	int64_t largest = class ? ((int64_t)1 << class) - 1 : 0;

	if (class == RECOAT_SIZE_CLASSES - 1)
		recoat_table_cell(table, "more");
	else if (largest < 1024)
		recoat_table_cell(table, "%" PRId64 " B", largest);
	else
		recoat_table_bytes(table, largest + 1);
	recoat_table_key(table, class);
}

static void cell_lifetime(struct recoat_table *table, const struct recoat_lifetimes *lifetimes,
			  double share)
{
	unsigned class =
		recoat_lifetimes_quantile(lifetimes->lifetime, RECOAT_LIFETIME_CLASSES, share);

	if (!lifetimes->freed)
		recoat_table_cell(table, "-");
	else
		recoat_table_time(table, (uint64_t)TICK << class);
}

static void site_cells(struct recoat_table *table, const struct recoat_site *site)
{
	const struct recoat_lifetimes *lifetimes = site->lifetimes;
	char *label = recoat_site_label(site);

	recoat_table_count(table, site->heap.allocations);
	cell_size(table, lifetimes->size, 0.5);
	cell_size(table, lifetimes->size, 0.9);
	recoat_table_share(table, (double)lifetimes->freed, (double)site->heap.allocations);
	cell_lifetime(table, lifetimes, 0.5);
	cell_lifetime(table, lifetimes, 0.9);
	cell_lifetime(table, lifetimes, 1);
	recoat_table_cell(table, "%s", label);
	free(label);
}

void recoat_report_lifetimes(const struct recoat_report *report, FILE *file)
{
	const char *sorted = recoat_report_sort(report, &recoat_sheet_lifetimes);
	struct recoat_table *table;
	struct recoat_sites sites;
	size_t left_out;

	if (!report->model->lifetimes.count)
		return;
	fprintf(file,
		"\nLIFETIMES in %s%s; sizes and lifetimes of so many percent of the blocks are at "
		"most, in powers of two\n",
		sorted ? "order of " : "the order above", sorted ? sorted : "");
	recoat_sites_create(&sites, report->model, report->symbols, report->order);
	table = recoat_table_create(columns, recoat_sheet_lifetimes.columns);
	for (size_t i = 0; i < sites.count; i++)
		if (sites.at[i].lifetimes)
			site_cells(table, &sites.at[i]);
	left_out = recoat_report_arrange(report, &recoat_sheet_lifetimes, table, report->limit);
	recoat_table_print(table, file, report->width);
	if (left_out)
		fprintf(file, "... %zu more; --limit 0 shows all\n", left_out);
	recoat_table_destroy(table);
	recoat_sites_destroy(&sites);
}
