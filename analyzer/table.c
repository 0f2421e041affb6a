/* SPDX-License-Identifier: Apache-2.0 */
/* Text in aligned columns. */
#include "analyzer/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/table_lines.h"

struct recoat_table *recoat_table_create(const struct recoat_column *column, size_t count)
{
	struct recoat_table *table = recoat_calloc(1, sizeof(*table));

	table->column = column;
	table->columns = count;
	return table;
}

void recoat_table_free_line(struct recoat_table_line *line)
{
	for (size_t c = 0; c < line->filled; c++)
		free(line->cell[c]);
	free(line->cell);
	free(line->key);
	free(line->note);
}

void recoat_table_destroy(struct recoat_table *table)
{
	for (size_t i = 0; i < table->lines; i++)
		recoat_table_free_line(&table->line[i]);
	free(table->line);
	free(table->chosen);
	free(table);
}

static struct recoat_table_line *add_line(struct recoat_table *table)
{
	table->line = recoat_grow(table->line, table->lines, &table->room, sizeof(*table->line));
	table->line[table->lines] = (struct recoat_table_line){0};
	return &table->line[table->lines++];
}

/* The row that still has free cells, a new one if there is none. */
static struct recoat_table_line *open_row(struct recoat_table *table)
{
	struct recoat_table_line *last = table->lines ? &table->line[table->lines - 1] : NULL;

	if (last && last->cell && last->filled < table->columns)
		return last;
	last = add_line(table);
	last->cell = recoat_calloc(table->columns, sizeof(*last->cell));
	last->key = recoat_calloc(table->columns, sizeof(*last->key));
	return last;
}

void recoat_table_cell(struct recoat_table *table, const char *format, ...)
{
	struct recoat_table_line *row = open_row(table);
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = recoat_strdup("?");
	va_end(arguments);
	row->key[row->filled] = NAN;
	row->cell[row->filled++] = recoat_format_clean(text);
}

void recoat_table_key(struct recoat_table *table, double key)
{
	struct recoat_table_line *row = &table->line[table->lines - 1];

	row->key[row->filled - 1] = key;
}

static void number_cell(struct recoat_table *table, struct recoat_number number, double key)
{
	recoat_table_cell(table, "%s", number.text);
	recoat_table_key(table, key);
}

void recoat_table_bytes(struct recoat_table *table, int64_t bytes)
{
	number_cell(table, recoat_format_bytes(bytes), (double)bytes);
}

void recoat_table_time(struct recoat_table *table, uint64_t nanoseconds)
{
	number_cell(table, recoat_format_time(nanoseconds), (double)nanoseconds);
}

void recoat_table_count(struct recoat_table *table, uint64_t count)
{
	number_cell(table, recoat_format_count(count), (double)count);
}

void recoat_table_share(struct recoat_table *table, double part, double whole)
{
	number_cell(table, recoat_format_share(part, whole), whole ? part / whole : 0);
}

void recoat_table_note(struct recoat_table *table, const char *text)
{
	add_line(table)->note = recoat_format_clean(recoat_strdup(text));
}

void recoat_table_rule(struct recoat_table *table)
{
	add_line(table);
}

/* The cells of a row in another order; those that are not chosen are given up. */
static void choose_cells(struct recoat_table_line *row, const size_t *chosen, size_t count)
{
	char **cell = recoat_calloc(count, sizeof(*cell));

	for (size_t c = 0; c < count; c++) {
		cell[c] = row->cell[chosen[c]];
		row->cell[chosen[c]] = NULL;
	}
	for (size_t c = 0; c < row->filled; c++)
		free(row->cell[c]);
	free(row->cell);
	row->cell = cell;
	row->filled = count;
}

void recoat_table_choose(struct recoat_table *table, const size_t *chosen, size_t count)
{
	table->chosen = recoat_calloc(count, sizeof(*table->chosen));
	for (size_t c = 0; c < count; c++)
		table->chosen[c] = table->column[chosen[c]];
	table->column = table->chosen;
	table->columns = count;
	for (size_t i = 0; i < table->lines; i++)
		if (table->line[i].cell)
			choose_cells(&table->line[i], chosen, count);
}
