/* SPDX-License-Identifier: Apache-2.0 */
/* A benchmark as one page for a browser: the object of --json, without single runs. */
#include "analyzer/bench_report.h"

#include "analyzer/bench.h"
#include "analyzer/page_file.h"
#include "analyzer/report_json.h"

#define SCHEMA "recoat-bench-page-1"
#define CELLS_MAX 4000 /* Some 700 bytes each. */

static void put_bench(struct recoat_page *page, const void *bench)
{
	json_t *object = recoat_bench_json_object(bench);
	json_t *cells = json_object_get(object, "cells"), *cell;
	size_t count = json_array_size(cells), index;

	if (count > CELLS_MAX)
		recoat_page_leave_out(page, "%zu of %zu cells, the last", count - CELLS_MAX, count);
	while (json_array_size(cells) > CELLS_MAX)
		json_array_remove(cells, json_array_size(cells) - 1);
	json_array_foreach(cells, index, cell)
	{
		json_object_del(cell, "time_ns");
		json_object_del(cell, "peak_bytes");
		recoat_page_cut_texts(cell);
	}
	recoat_page_cut_texts(object);
	recoat_page_cut_texts(json_object_get(object, "config"));
	fputs(",\n\"bench\": ", page->file);
	json_dumpf(object, page->file, JSON_COMPACT | JSON_REAL_PRECISION(17));
	json_decref(object);
}

int recoat_bench_html(const struct recoat_bench *bench, const char *path,
		      struct recoat_error *error)
{
	return recoat_page_write(path, SCHEMA, put_bench, bench, error);
}
