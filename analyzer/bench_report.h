/* SPDX-License-Identifier: Apache-2.0 */
/* The renderers of `recoat bench`. */
#ifndef RECOAT_BENCH_REPORT_H
#define RECOAT_BENCH_REPORT_H

#include <stddef.h>
#include <stdio.h>

struct json_t;
struct recoat_bench;
struct recoat_error;

/* Tables of cells, scaling, crossings and threads, cut at `width` columns; 0 cuts nothing. */
void recoat_bench_text(const struct recoat_bench *bench, size_t width, FILE *file);

/* One line a cell, with a line of names; RFC 4180. */
void recoat_bench_csv(const struct recoat_bench *bench, FILE *file);

/* The JSON object that recoat-bench(1) describes. */
void recoat_bench_json(const struct recoat_bench *bench, FILE *file);

/* That object, for json_decref(). */
struct json_t *recoat_bench_json_object(const struct recoat_bench *bench);

/*
 * The same as one page for a browser, without the single runs. 0, or -errno with the error filled
 * and no file left.
 */
int recoat_bench_html(const struct recoat_bench *bench, const char *path,
		      struct recoat_error *error);

/* The same back from a file, finished. 0, or -errno with `error` filled and nothing made. */
int recoat_bench_load(struct recoat_bench *bench, const char *path, struct recoat_error *error);

#endif
