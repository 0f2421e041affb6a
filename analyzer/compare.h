/* SPDX-License-Identifier: Apache-2.0 */
/* The renderers of `recoat compare`. */
#ifndef RECOAT_COMPARE_H
#define RECOAT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct json_t;
struct recoat_comparison;
struct recoat_difference;
struct recoat_error;

struct recoat_compare_page {
	size_t width; /* Columns, 0: any. */
	size_t limit; /* Rows a table, 0: all. */
	bool colour;
};

/* Sets of recordings under a name; each comparison is of the first set with this one. */
struct recoat_methods {
	const char **name;
	const struct recoat_comparison *with; /* The first with itself, too. */
	size_t count;
};

/* A table a metric, what appeared and vanished, and how the figures came about. */
void recoat_compare_text(const struct recoat_comparison *comparison,
			 const struct recoat_compare_page *page, FILE *file);

/* One table of all sets: time and peak memory, and their ratios to the first set. */
void recoat_compare_methods_text(const struct recoat_methods *methods,
				 const struct recoat_compare_page *page, FILE *file);

/* Call paths whose own figure changed most; `bytes`, or else nanoseconds. */
void recoat_compare_paths_text(const struct recoat_difference *difference, const char *title,
			       bool bytes, const struct recoat_compare_page *page, FILE *file);

/* One line a call path, "a;b;c BEFORE AFTER", for differential flame graphs. */
void recoat_compare_folded(const struct recoat_difference *difference, FILE *file);

/* JSON objects as recoat-compare(1) describes them. */
void recoat_compare_json(const struct recoat_comparison *comparison, FILE *file);
void recoat_compare_methods_json(const struct recoat_methods *methods, FILE *file);

/* A comparison's object, without its schema; for json_decref(). */
struct json_t *recoat_comparison_json(const struct recoat_comparison *comparison);

/*
 * The same as one page for a browser, with the differences `tree[RECOAT_TREES]` of the two sides.
 * 0, or -errno with the error filled and no file left.
 */
int recoat_compare_html(const struct recoat_comparison *comparison,
			const struct recoat_difference *tree, const char *path,
			struct recoat_error *error);
int recoat_compare_methods_html(const struct recoat_methods *methods, const char *path,
				struct recoat_error *error);

#endif
