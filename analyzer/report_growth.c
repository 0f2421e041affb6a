/* SPDX-License-Identifier: Apache-2.0 */
/* The table of growth: what allocation sites held at the end of a part more than at its begin. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

struct row {
	const struct recoat_site *site;
	int64_t before, after;
};

static bool is_same(const struct recoat_site *a, const struct recoat_site *b)
{
	return a->call.function == b->call.function && a->call.file == b->call.file &&
	       a->call.line == b->call.line && a->module == b->module;
}

static struct row *find(struct row *row, size_t count, const struct recoat_site *site)
{
	size_t i = 0;

	while (i < count && !is_same(row[i].site, site))
		i++;
	row[i].site = site;
	return &row[i];
}

static int by_growth(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int64_t growth_a = a->after - a->before, growth_b = b->after - b->before;

	return growth_a > growth_b ? -1 : growth_a < growth_b;
}

/* The sites of both, `*count` of them, in order of growth; for the caller to free. */
static struct row *join(const struct recoat_sites *before, const struct recoat_sites *after,
			size_t *count)
{
	struct row *rows = recoat_calloc(before->count + after->count + 1, sizeof(*rows));

	*count = before->count;
	for (size_t i = 0; i < before->count; i++)
		rows[i] = (struct row){.site = &before->at[i],
				       .before = (int64_t)before->at[i].heap.bytes};
	for (size_t i = 0; i < after->count; i++) {
		struct row *row = find(rows, *count, &after->at[i]);

		row->after = (int64_t)after->at[i].heap.bytes;
		*count += row == &rows[*count];
	}
	qsort(rows, *count, sizeof(*rows), by_growth);
	return rows;
}

static void put_row(struct recoat_table *table, const struct row *row)
{
	char *label = recoat_site_label(row->site);

	recoat_table_bytes(table, row->after - row->before);
	recoat_table_bytes(table, row->before);
	recoat_table_bytes(table, row->after);
	recoat_table_cell(table, "%s", label);
	free(label);
}

static void print_rows(const struct recoat_report *report, FILE *file, const struct row *row,
		       size_t count)
{
	static const struct recoat_column columns[] = {{"growth", RECOAT_RIGHT},
						       {"before", RECOAT_RIGHT},
						       {"after", RECOAT_RIGHT},
						       {"function", RECOAT_LEFT}};
	struct recoat_table *table = recoat_table_create(columns, 4);
	size_t shown = report->limit && report->limit < count ? report->limit : count;

	for (size_t i = 0; i < shown; i++)
		put_row(table, &row[i]);
	recoat_table_print(table, file, report->width);
	if (shown < count)
		fprintf(file, "... %zu more; --limit 0 shows all\n", count - shown);
	recoat_table_destroy(table);
}

static void print_process(const struct recoat_report *report, FILE *file,
			  const struct recoat_process *process)
{
	const struct recoat_snapshot *first = NULL, *last = NULL;
	struct recoat_sites before, after;
	struct row *rows;
	size_t count;

	for (size_t i = 0; i < process->snapshots.count; i++) {
		const struct recoat_snapshot *at = &process->snapshots.at[i];

		if (!recoat_filter_has_time(report->model->filter,
					    recoat_add(process->first, (int64_t)at->time)))
			continue;
		first = first ? first : at;
		last = at;
	}
	if (first == last)
		return;
	fprintf(file,
		"\nGROWTH of the heap of process %u%s, between snapshots at %s and %s of its "
		"time\n",
		process->pid, recoat_report_estimated(report), recoat_format_time(first->time).text,
		recoat_format_time(last->time).text);
	recoat_sites_create_held(&before, report->model, report->symbols, first);
	recoat_sites_create_held(&after, report->model, report->symbols, last);
	rows = join(&before, &after, &count);
	print_rows(report, file, rows, count);
	free(rows);
	recoat_sites_destroy(&before);
	recoat_sites_destroy(&after);
}

void recoat_report_growth(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;

	if (!model->filter || model->filter->threads)
		return;
	for (size_t i = 0; i < model->processes; i++)
		print_process(report, file, &model->process[i]);
}
