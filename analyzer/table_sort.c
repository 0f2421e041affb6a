/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a table's rows. */
#include "analyzer/table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/table_lines.h"

/* A row with the notes below it, and its cell in the column at hand. */
struct group {
	size_t at, lines;
	double key;
	const char *text;
};

static bool is_row(const struct recoat_table_line *line)
{
	return line->cell;
}

static bool is_rule(const struct recoat_table_line *line)
{
	return !line->cell && !line->note;
}

/* Rows above the rule, each with its notes; for the caller to free. */
static struct group *list(const struct recoat_table *table, size_t column, size_t *count)
{
	struct group *groups = recoat_calloc(table->lines + 1, sizeof(*groups));

	*count = 0;
	for (size_t i = 0; i < table->lines && !is_rule(&table->line[i]); i++) {
		const struct recoat_table_line *line = &table->line[i];

		if (is_row(line))
			groups[(*count)++] = (struct group){
				.at = i, .key = line->key[column], .text = line->cell[column]};
		groups[*count - 1].lines++;
	}
	return groups;
}

/* Numbers first and the largest of them first, then texts in their order. */
static int by_key(const void *left, const void *right)
{
	const struct group *a = left, *b = right;
	int order = 0;

	if (isnan(a->key) != isnan(b->key))
		return isnan(a->key) ? 1 : -1;
	if (isnan(a->key))
		order = strcmp(a->text, b->text);
	else if (a->key != b->key)
		order = a->key > b->key ? -1 : 1;
	return order ? order : a->at < b->at ? -1 : 1;
}

void recoat_table_sort(struct recoat_table *table, size_t column)
{
	struct recoat_table_line *sorted = recoat_calloc(table->lines + 1, sizeof(*sorted));
	size_t count, done = 0;
	struct group *groups = list(table, column, &count);

	qsort(groups, count, sizeof(*groups), by_key);
	for (size_t i = 0; i < count; i++) {
		memcpy(&sorted[done], &table->line[groups[i].at],
		       groups[i].lines * sizeof(*sorted));
		done += groups[i].lines;
	}
	memcpy(table->line, sorted, done * sizeof(*sorted));
	free(groups);
	free(sorted);
}

size_t recoat_table_cut(struct recoat_table *table, size_t rows)
{
	size_t count, first, end;
	struct group *groups = list(table, 0, &count);

	if (rows && rows < count) {
		first = groups[rows].at;
		end = groups[count - 1].at + groups[count - 1].lines;
		for (size_t i = first; i < end; i++)
			recoat_table_free_line(&table->line[i]);
		memmove(&table->line[first], &table->line[end],
			(table->lines - end) * sizeof(*table->line));
		table->lines -= end - first;
	}
	free(groups);
	return rows && rows < count ? count - rows : 0;
}
