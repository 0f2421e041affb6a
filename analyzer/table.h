/* SPDX-License-Identifier: Apache-2.0 */
/* Text in aligned columns. */
#ifndef RECOAT_TABLE_H
#define RECOAT_TABLE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct recoat_table;

struct recoat_column {
	const char *title;
	enum { RECOAT_RIGHT, RECOAT_LEFT } align;
};

/*
 * A table with these columns, which must outlive it. The last one may be cut at the page's
 * width; the others are as wide as their widest cell.
 */
struct recoat_table *recoat_table_create(const struct recoat_column *column, size_t count);
void recoat_table_destroy(struct recoat_table *table);

/* Fill the next cell; cells go from left to right, row by row. Control characters are '?'. */
void recoat_table_cell(struct recoat_table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The number that the cell filled last stands for, by which its column is sorted. */
void recoat_table_key(struct recoat_table *table, double key);

/* Cells of numbers as people read them, with their keys. */
void recoat_table_bytes(struct recoat_table *table, int64_t bytes);
void recoat_table_time(struct recoat_table *table, uint64_t nanoseconds);
void recoat_table_count(struct recoat_table *table, uint64_t count);
void recoat_table_share(struct recoat_table *table, double part, double whole);

/* After a full row: a line of text below it, under the last column. */
void recoat_table_note(struct recoat_table *table, const char *text);

/* After a full row: a rule, for a row of totals. */
void recoat_table_rule(struct recoat_table *table);

/*
 * Bring the full rows above the rule in the order of a column, by its number: the largest number
 * first, then cells that have none, by their texts. Rows keep their notes, and equal ones their
 * order.
 */
void recoat_table_sort(struct recoat_table *table, size_t column);

/* Keep the first so many rows above the rule, 0: all; returns how many there are no more. */
size_t recoat_table_cut(struct recoat_table *table, size_t rows);

/* Keep only these columns, by their numbers and in this order; all rows are full. */
void recoat_table_choose(struct recoat_table *table, const size_t *chosen, size_t count);

/* Give up columns at the right until `width` holds the rest; returns how many. */
size_t recoat_table_fit(struct recoat_table *table, size_t width);

/* Print titles and rows, cut at `width` columns; 0 cuts nothing. */
void recoat_table_print(const struct recoat_table *table, FILE *file, size_t width);

/* Columns of the terminal on standard output, or 160 if it is none. */
size_t recoat_page_width(void);

/* Print at most `columns` columns of the text, with ".." at the end if it was cut. */
void recoat_text_print(FILE *file, const char *text, size_t columns);

#endif
