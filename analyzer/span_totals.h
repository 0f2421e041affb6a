/* SPDX-License-Identifier: Apache-2.0 */
/* Spans that the runtime has summed up, on their way into the tree of spans. */
#ifndef RECOAT_SPAN_TOTALS_H
#define RECOAT_SPAN_TOTALS_H

/*
 * A sum says what was around its spans by kernel and call path. Where that stands in the tree is
 * known when all of a trace's sums and spans have been read: they wait until then. Memory is
 * bounded by the number of different contexts.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/spans.h"

struct recoat_span_total_in {
	uint32_t kernel;
	uint32_t path;
	uint32_t outer; /* Kernel, RECOAT_NONE if nothing is around; and its path. */
	uint32_t outer_path;
	uint32_t depth;
	bool timed;         /* The recording says when they ran: */
	int64_t begin, end; /* from the first to the latest, in nanoseconds since the epoch, */
	uint32_t first_thread, latest_thread;
	struct recoat_span_sums sums;
};

/* Start with all zero. */
struct recoat_span_totals {
	struct recoat_span_total_in *total;
	size_t count, room;
};

void recoat_span_totals_add(struct recoat_span_totals *totals,
			    const struct recoat_span_total_in *total);

/* Move all into the tree. One whose outer spans were lost becomes an orphan. */
void recoat_span_totals_settle(struct recoat_span_totals *totals, struct recoat_spans *spans);

void recoat_span_totals_fini(struct recoat_span_totals *totals);

#endif
