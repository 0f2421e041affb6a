/* SPDX-License-Identifier: Apache-2.0 */
/* The table of snapshots: which allocation sites held the heap at which time. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

#define SITES_A_ROW 3
#define SHARE_SHOWN 0.01 /* Of what was live. */

/* A row of the table: a snapshot, and whose it is. */
struct row {
	const struct recoat_process *process;
	const struct recoat_snapshot *snapshot;
};

static int64_t time_of(const struct row *row)
{
	return row->process->first + (int64_t)row->snapshot->time;
}

static int by_time(const void *left, const void *right)
{
	int64_t a = time_of(left), b = time_of(right);

	return a < b ? -1 : a > b;
}

/* All snapshots of all processes that a part has, in order of time; for the caller to free. */
static struct row *list(const struct recoat_model *model, size_t *count)
{
	struct row *rows = NULL;
	size_t room = 0;

	*count = 0;
	for (size_t i = 0; i < model->processes; i++) {
		const struct recoat_process *process = &model->process[i];

		for (size_t j = 0; j < process->snapshots.count; j++) {
			const struct row row = {process, &process->snapshots.at[j]};

			if (model->filter && !recoat_filter_has_time(model->filter, time_of(&row)))
				continue;
			rows = recoat_grow(rows, *count, &room, sizeof(*rows));
			rows[(*count)++] = row;
		}
	}
	if (*count)
		qsort(rows, *count, sizeof(*rows), by_time);
	return rows;
}

/* "parse_line 1.2 MiB 83.1%  load 100 KiB 9.7%" */
static char *sites_in(const struct recoat_report *report, const struct recoat_snapshot *snapshot)
{
	struct recoat_sites sites;
	char *text = recoat_strdup("");

	recoat_sites_create_held(&sites, report->model, report->symbols, snapshot);
	for (size_t i = 0; i < sites.count && i < SITES_A_ROW; i++) {
		uint64_t bytes = sites.at[i].heap.bytes;
		char *label, *longer;

		if ((double)bytes < SHARE_SHOWN * (double)snapshot->live)
			break;
		label = recoat_site_label(&sites.at[i]);
		longer = recoat_asprintf(
			"%s%s%s %s %s", text, i ? "  " : "", label,
			recoat_format_bytes((int64_t)bytes).text,
			recoat_format_share((double)bytes, (double)snapshot->live).text);
		free(label);
		free(text);
		text = longer;
	}
	recoat_sites_destroy(&sites);
	return text;
}

static void put_row(struct recoat_table *table, const struct recoat_report *report,
		    const struct row *row, int64_t origin)
{
	char *sites = sites_in(report, row->snapshot);

	recoat_table_cell(table, "%s", recoat_format_time((uint64_t)(time_of(row) - origin)).text);
	recoat_table_cell(table, "%u", row->process->pid);
	recoat_table_cell(table, "%s", recoat_format_bytes((int64_t)row->snapshot->live).text);
	recoat_table_cell(table, "%s", recoat_format_count(row->snapshot->blocks).text);
	recoat_table_cell(table, "%s", sites);
	free(sites);
}

void recoat_report_snapshots(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column columns[] = {{"at", RECOAT_RIGHT},
						       {"process", RECOAT_RIGHT},
						       {"live", RECOAT_RIGHT},
						       {"blocks", RECOAT_RIGHT},
						       {"held mostly by", RECOAT_LEFT}};
	struct recoat_table *table;
	struct row *rows;
	size_t count, shown;

	if (!recoat_report_has_heap(report))
		return;
	rows = list(report->model, &count);
	if (!count)
		return;
	shown = report->limit && report->limit < count ? report->limit : count;
	table = recoat_table_create(columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < shown; i++)
		put_row(table, report, &rows[i * count / shown],
			recoat_model_origin(report->model));
	fprintf(file, "\nSNAPSHOTS of the heap%s: %zu of %zu, what was live at one moment\n",
		recoat_report_estimated(report), shown, count);
	recoat_table_print(table, file, report->width);
	recoat_table_destroy(table);
	free(rows);
}
