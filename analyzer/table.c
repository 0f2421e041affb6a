/* SPDX-License-Identifier: Apache-2.0 */
/* Text in aligned columns. */
#include "analyzer/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"

#define GAP 2
#define PLAIN_WIDTH 160
#define NARROWEST 40

/* A line of the table: a row of cells, a note, or (neither) a rule. */
struct line {
	char **cell; /* One a column. */
	char *note;
	size_t filled;
};

struct recoat_table {
	const struct recoat_column *column;
	struct recoat_column *chosen; /* The same if some were chosen, else NULL. */
	size_t columns;
	struct line *line;
	size_t lines, room;
};

struct recoat_table *recoat_table_create(const struct recoat_column *column, size_t count)
{
	struct recoat_table *table = recoat_calloc(1, sizeof(*table));

	table->column = column;
	table->columns = count;
	return table;
}

void recoat_table_destroy(struct recoat_table *table)
{
	for (size_t i = 0; i < table->lines; i++) {
		for (size_t c = 0; c < table->line[i].filled; c++)
			free(table->line[i].cell[c]);
		free(table->line[i].cell);
		free(table->line[i].note);
	}
	free(table->line);
	free(table->chosen);
	free(table);
}

static struct line *add_line(struct recoat_table *table)
{
	table->line = recoat_grow(table->line, table->lines, &table->room, sizeof(*table->line));
	table->line[table->lines] = (struct line){0};
	return &table->line[table->lines++];
}

/* The row that still has free cells, a new one if there is none. */
static struct line *open_row(struct recoat_table *table)
{
	struct line *last = table->lines ? &table->line[table->lines - 1] : NULL;

	if (last && last->cell && last->filled < table->columns)
		return last;
	last = add_line(table);
	last->cell = recoat_calloc(table->columns, sizeof(*last->cell));
	return last;
}

void recoat_table_cell(struct recoat_table *table, const char *format, ...)
{
	struct line *row = open_row(table);
	va_list arguments;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = recoat_strdup("?");
	va_end(arguments);
	row->cell[row->filled++] = recoat_format_clean(text);
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
static void choose_cells(struct line *row, const size_t *chosen, size_t count)
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

size_t recoat_text_columns(const char *text)
{
	size_t columns = 0;

	/* Bytes 10xxxxxx continue a character. */
	for (; *text; text++)
		columns += ((unsigned char)*text & 0xC0) != 0x80;
	return columns;
}

void recoat_text_print(FILE *file, const char *text, size_t columns)
{
	bool cut = recoat_text_columns(text) > columns;
	size_t left = cut ? columns - (columns < 2 ? columns : 2) : columns;

	for (; *text; text++) {
		if (((unsigned char)*text & 0xC0) != 0x80 && !left--)
			break;
		putc(*text, file);
	}
	if (cut)
		fputs("..", file);
}

static void print_spaces(FILE *file, size_t count)
{
	fprintf(file, "%*s", (int)count, "");
}

static size_t column_width(const struct recoat_table *table, size_t column)
{
	size_t width = strlen(table->column[column].title);

	for (size_t i = 0; i < table->lines; i++) {
		size_t cell = column < table->line[i].filled
				      ? recoat_text_columns(table->line[i].cell[column])
				      : 0;

		if (cell > width)
			width = cell;
	}
	return width;
}

/* The last column that has text; blanks behind it are not printed. */
static size_t last_filled(const struct recoat_table *table, char *const *text)
{
	size_t last = table->columns - 1;

	while (last && !*text[last])
		last--;
	return last;
}

/* Print one row; `text[c]` is its cell in column c. */
static void print_row(const struct recoat_table *table, FILE *file, char *const *text,
		      const size_t *widths, size_t last_width)
{
	size_t last = last_filled(table, text);

	for (size_t c = 0; c < last || (c == last && c + 1 < table->columns); c++) {
		size_t pad = widths[c] - recoat_text_columns(text[c]);

		if (table->column[c].align == RECOAT_RIGHT)
			print_spaces(file, pad);
		fputs(text[c], file);
		if (c < last)
			print_spaces(file, GAP + (table->column[c].align == RECOAT_LEFT ? pad : 0));
	}
	if (last == table->columns - 1) {
		if (table->column[last].align == RECOAT_RIGHT)
			print_spaces(file, widths[last] - recoat_text_columns(text[last]));
		recoat_text_print(file, text[last], last_width);
	}
	putc('\n', file);
}

static void print_titles(const struct recoat_table *table, FILE *file, const size_t *widths,
			 size_t last_width)
{
	char **title = recoat_calloc(table->columns, sizeof(*title));

	for (size_t c = 0; c < table->columns; c++)
		title[c] = (char *)table->column[c].title;
	print_row(table, file, title, widths, last_width);
	free(title);
}

static void print_rule(FILE *file, size_t count)
{
	while (count--)
		putc('-', file);
	putc('\n', file);
}

void recoat_table_print(const struct recoat_table *table, FILE *file, size_t width)
{
	size_t *widths = recoat_calloc(table->columns, sizeof(*widths));
	size_t indent = 0, last = (size_t)-1;

	for (size_t c = 0; c < table->columns; c++)
		widths[c] = column_width(table, c);
	for (size_t c = 0; c + 1 < table->columns; c++)
		indent += widths[c] + GAP;
	if (width)
		last = width > indent + NARROWEST ? width - indent : NARROWEST;
	print_titles(table, file, widths, last);
	for (size_t i = 0; i < table->lines; i++) {
		const struct line *line = &table->line[i];

		if (line->note) {
			print_spaces(file, indent);
			recoat_text_print(file, line->note, last);
			putc('\n', file);
		} else if (line->cell) {
			print_row(table, file, line->cell, widths, last);
		} else {
			print_rule(file, indent + (widths[table->columns - 1] < last
							   ? widths[table->columns - 1]
							   : last));
		}
	}
	free(widths);
}

size_t recoat_page_width(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return PLAIN_WIDTH;
}
