/* SPDX-License-Identifier: Apache-2.0 */
/* Pages for a browser: one file each, with all that it needs in it. */
#ifndef RECOAT_PAGE_FILE_H
#define RECOAT_PAGE_FILE_H

/*
 * A page is web/page.html with one JSON object in it, whose schema says which of the pages it
 * is. Whatever is shown, that object takes less than 5 MiB: every list and every text in it has a
 * bound, and what is left out is told.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analyzer/page_names.h"

struct json_t;
struct recoat_error;
struct recoat_report;

struct recoat_page {
	const struct recoat_report *report; /* NULL if the page is no report's. */
	FILE *file;     /* Takes JSON; what is '<' in it comes out as \u003c, */
	FILE *out;      /* here, */
	size_t written; /* with the template so many bytes as of the last flush. */
	struct recoat_page_names names;
	char **left_out; /* Sentences. */
	size_t left_outs, left_out_room;

	/* Of a report: */
	uint32_t *place; /* Of each node of the model's tree: that which shows its memory */
	uint32_t *above; /* of the page's tree, whose nodes have these callers; */
	size_t places;   /* so many nodes. */
};

/* The page's template, which ends with '\0'; built from web/. */
extern const char recoat_page_template[];

/*
 * Write the page of an object with `schema`; `members` writes its members, with a comma before
 * each, but for the names and what was left out. The file `path` is replaced once all is written.
 * 0, or -errno with the error filled and no file left.
 */
int recoat_page_write(const char *path, const char *schema,
		      void (*members)(struct recoat_page *page, const void *shown),
		      const void *shown, struct recoat_error *error);

/* Note for the reader that something is not on the page. */
void recoat_page_leave_out(struct recoat_page *page, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Bytes that there is room for, but for the notes at the end. */
size_t recoat_page_room(struct recoat_page *page);

/* Cut the texts that an object or array has, as recoat_page_cut() does. */
void recoat_page_cut_texts(struct json_t *from);

/* `"name": [numbers]`, without a comma before it. */
void recoat_page_begin_numbers(struct recoat_page *page, const char *name);
void recoat_page_put_number(struct recoat_page *page, size_t index, int64_t number);
void recoat_page_end_numbers(struct recoat_page *page);

#endif
