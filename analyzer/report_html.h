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

#define RECOAT_PAGE_PROCESSES 128 /* That are shown. */

struct recoat_page {
	const struct recoat_report *report;
	FILE *file;     /* Takes JSON; what is '<' in it comes out as \u003c, */
	FILE *out;      /* here, */
	size_t written; /* with the template so many bytes as of the last flush. */
	struct recoat_page_names names;
	uint32_t *place; /* Of each node of the model's tree: that which shows its memory */
	uint32_t *above; /* of the page's tree, whose nodes have these callers; */
	size_t places;   /* so many nodes. */
	char **left_out; /* Sentences. */
	size_t left_outs, left_out_room;
};

/* The page's template, which ends with '\0'; built from web/. */
extern const char recoat_page_template[];

/* Note for the reader that something is not on the page. */
void recoat_page_leave_out(struct recoat_page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes that there is room for, but for the notes at the end. */
size_t recoat_page_room(struct recoat_page *page);

/* Each of these writes members of the object, with a comma before each. */
void recoat_page_put_processes(struct recoat_page *page);
void recoat_page_put_tables(struct recoat_page *page);
void recoat_page_put_trees(struct recoat_page *page);
void recoat_page_put_threads(struct recoat_page *page);
void recoat_page_put_plugins(struct recoat_page *page);

/* After recoat_page_put_trees(): what the memory tree's nodes held at some moments. */
void recoat_page_put_snapshots(struct recoat_page *page);

/* `"name": [numbers]`, without a comma before it. */
void recoat_page_begin_numbers(struct recoat_page *page, const char *name);
void recoat_page_put_number(struct recoat_page *page, size_t index, int64_t number);
void recoat_page_end_numbers(struct recoat_page *page);

#endif
