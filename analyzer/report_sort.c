/* SPDX-License-Identifier: Apache-2.0 */
/* The order of a report's tables. */
#include "analyzer/report_sort.h"

#include <string.h>

#include "analyzer/report.h"
#include "analyzer/table.h"

static const struct recoat_sheet *const sheets[RECOAT_SHEETS] = {
	&recoat_sheet_kernels,   &recoat_sheet_plugins,   &recoat_sheet_operations,
	&recoat_sheet_functions, &recoat_sheet_sites,     &recoat_sheet_lifetimes,
	&recoat_sheet_mappings,  &recoat_sheet_processes,
};

/* 1 more than the number of the column with this title, 0 if there is none. */
static size_t find(const struct recoat_sheet *sheet, const char *title)
{
	for (size_t c = 0; *title && c < sheet->columns; c++)
		if (!strcmp(sheet->column[c].title, title))
			return c + 1;
	return 0;
}

/* Does the text before the colon name the sheet? */
static bool is_named(const struct recoat_sheet *sheet, const char *text, const char *colon)
{
	size_t length = (size_t)(colon - text);

	return strlen(sheet->name) == length && !strncmp(sheet->name, text, length);
}

bool recoat_sorts_take(struct recoat_sorts *sorts, const char *text)
{
	const char *colon = strchr(text, ':');
	bool found = false;

	for (size_t i = 0; i < RECOAT_SHEETS; i++) {
		size_t column = find(sheets[i], colon ? colon + 1 : text);

		if (!column || (colon && !is_named(sheets[i], text, colon)))
			continue;
		sorts->column[i] = column;
		found = true;
	}
	return found;
}

static size_t number_of(const struct recoat_sheet *sheet)
{
	size_t i = 0;

	while (sheets[i] != sheet)
		i++;
	return i;
}

void recoat_sorts_forget(struct recoat_sorts *sorts, const struct recoat_sheet *sheet)
{
	sorts->column[number_of(sheet)] = 0;
}

const char *recoat_report_sort(const struct recoat_report *report, const struct recoat_sheet *sheet)
{
	size_t column = report->sorts.column[number_of(sheet)];

	return column ? sheet->column[column - 1].title : NULL;
}

size_t recoat_report_arrange(const struct recoat_report *report, const struct recoat_sheet *sheet,
			     struct recoat_table *table, size_t limit)
{
	size_t column = report->sorts.column[number_of(sheet)];

	if (column)
		recoat_table_sort(table, column - 1);
	return recoat_table_cut(table, limit);
}
