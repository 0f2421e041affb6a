/* SPDX-License-Identifier: Apache-2.0 */
/* Tables and texts on a page of limited width. */
#include "analyzer/table.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analyzer/memory.h"
#include "analyzer/table_lines.h"

#define GAP 2
#define PLAIN_WIDTH 160
#define NARROWEST 40

/* Number of terminal columns that the UTF-8 text takes, at one a character. */
static size_t columns_of(const char *text)
{
	size_t columns = 0;

	/* Bytes 10xxxxxx continue a character. */
	for (; *text; text++)
		columns += ((unsigned char)*text & 0xC0) != 0x80;
	return columns;
}

void recoat_text_print(FILE *file, const char *text, size_t columns)
{
	bool cut = columns_of(text) > columns;
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
				      ? columns_of(table->line[i].cell[column])
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
		size_t pad = widths[c] - columns_of(text[c]);

		if (table->column[c].align == RECOAT_RIGHT)
			print_spaces(file, pad);
		fputs(text[c], file);
		if (c < last)
			print_spaces(file, GAP + (table->column[c].align == RECOAT_LEFT ? pad : 0));
	}
	if (last == table->columns - 1) {
		if (table->column[last].align == RECOAT_RIGHT)
			print_spaces(file, widths[last] - columns_of(text[last]));
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
		const struct recoat_table_line *line = &table->line[i];

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

size_t recoat_table_fit(struct recoat_table *table, size_t width)
{
	size_t columns = table->columns, used = column_width(table, 0), c = 1;

	while (c < columns && (used += GAP + column_width(table, c)) <= width)
		c++;
	table->columns = c;
	return columns - c;
}

size_t recoat_page_width(void)
{
	struct winsize size;

	if (isatty(STDOUT_FILENO) && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return PLAIN_WIDTH;
}
