/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of the page's data. Private to the files report_html*.c. */
#ifndef RECOAT_REPORT_HTML_H
#define RECOAT_REPORT_HTML_H

/*
 * A page is web/page.html with one JSON object in it. Whatever the recording, that object takes
 * less than 5 MiB: every list and every text in it has a bound, and what is left out is told.
 */

#include <stdio.h>

#include "analyzer/page_names.h"
#include "analyzer/report.h"

struct recoat_page {
	const struct recoat_report *report;
	FILE *file; /* Takes JSON; what is '<' in it comes out as \u003c. */
	struct recoat_page_names names;
	char **left_out; /* Sentences. */
	size_t left_outs, left_out_room;
};

/* The page's template, which ends with '\0'; built from web/. */
extern const char recoat_page_template[];

/* Note for the reader that something is not on the page. */
void recoat_page_leave_out(struct recoat_page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Each of these writes members of the object, with a comma before each. */
void recoat_page_put_processes(struct recoat_page *page);
void recoat_page_put_tables(struct recoat_page *page);
void recoat_page_put_trees(struct recoat_page *page);
void recoat_page_put_threads(struct recoat_page *page);

/* `"name": [numbers]`, without a comma before it. */
void recoat_page_begin_numbers(struct recoat_page *page, const char *name);
void recoat_page_put_number(struct recoat_page *page, size_t index, int64_t number);
void recoat_page_end_numbers(struct recoat_page *page);

#endif
