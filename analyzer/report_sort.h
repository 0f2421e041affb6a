/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of a report by name, and the order of their rows that a user may choose. */
#ifndef RECOAT_REPORT_SORT_H
#define RECOAT_REPORT_SORT_H

#include <stdbool.h>
#include <stddef.h>

struct recoat_column;
struct recoat_report;
struct recoat_table;

/* A kind of table. By a column without a title it cannot be sorted. */
struct recoat_sheet {
	const char *name;
	const struct recoat_column *column;
	size_t columns;
};

/* Each stands in the file of its table. */
extern const struct recoat_sheet recoat_sheet_kernels, recoat_sheet_plugins,
	recoat_sheet_operations, recoat_sheet_functions, recoat_sheet_sites, recoat_sheet_lifetimes,
	recoat_sheet_mappings, recoat_sheet_processes;
#define RECOAT_SHEETS 8

/* What was asked for; all zero: every table in its usual order. */
struct recoat_sorts {
	size_t column[RECOAT_SHEETS]; /* 1 more than the column's number; 0: none. */
};

/*
 * Take "COLUMN", for all tables that have one of this title, or "TABLE:COLUMN". False if there
 * is none.
 */
bool recoat_sorts_take(struct recoat_sorts *sorts, const char *text);

/* Leave the table in its usual order. */
void recoat_sorts_forget(struct recoat_sorts *sorts, const struct recoat_sheet *sheet);

/* The title of the column by which the table is to be sorted, NULL: none was asked for. */
const char *recoat_report_sort(const struct recoat_report *report,
			       const struct recoat_sheet *sheet);

/*
 * Bring a table in the order that was asked for, if any, and cut it after `limit` rows (0: not at
 * all). Returns how many that left out.
 */
size_t recoat_report_arrange(const struct recoat_report *report, const struct recoat_sheet *sheet,
			     struct recoat_table *table, size_t limit);

#endif
