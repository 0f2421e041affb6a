/* SPDX-License-Identifier: Apache-2.0 */
/* Spans, summed up as a tree of kernels under the call paths that called them. */
#ifndef RECOAT_SPANS_H
#define RECOAT_SPANS_H

/*
 * A thread's spans come as they end, inner before outer, so a span's callees are known
 * before itself. They wait, already summed up, in one forest a depth until the span that
 * encloses them arrives. Memory is bounded by the number of different contexts, not by the
 * number of spans.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"

/* Sums over executions in one context. Times in nanoseconds. */
struct recoat_span_sums {
	uint64_t calls;
	uint64_t summed; /* Of these, those that the runtime has summed up. */
	uint64_t time;   /* Inclusive. */
	double time_squares;
	uint64_t time_min, time_max;
	uint64_t child_time; /* In spans called from these. */
	uint64_t cpu_calls;  /* Those whose CPU time was read; `cpu_time` is theirs. */
	uint64_t cpu_time;
	uint64_t cpu_wall;   /* The wall time of the same. */
	uint64_t size_calls; /* Those whose problem size is known; the next four are theirs. */
	uint64_t size;
	uint64_t size_min, size_max;
	uint64_t size_time;
	uint64_t unwound;
	uint64_t allocations;
	uint64_t bytes;
	uint64_t peak; /* Highest of all. */
};

/* One execution, or the sums of one. `link` and `path` are numbers of the merged model. */
struct recoat_span_in {
	uint64_t begin; /* On any clock that the thread's spans share. */
	uint32_t kernel;
	uint32_t path;
	unsigned depth;
	struct recoat_span_sums sums;
};

struct recoat_span_node {
	uint32_t parent; /* A smaller number than its own, or RECOAT_NONE for a top-level one. */
	uint32_t kernel;
	uint32_t path;
	struct recoat_span_sums sums;
};

/* Start with all zero. */
struct recoat_spans {
	struct recoat_span_node *node;
	size_t count, room;
	struct recoat_map index;
	uint32_t plain;   /* Node of the latest top-level span without callees. */
	uint64_t orphans; /* Whose enclosing span was never recorded; shown as top-level ones. */
	struct recoat_span_stack *stack;
};

void recoat_spans_fini(struct recoat_spans *spans);

/* Take the next span of the thread at hand. */
void recoat_spans_add(struct recoat_spans *spans, const struct recoat_span_in *span);

/*
 * The same for one that is left out: it counts only in that it is no time of the span around it
 * itself. All that was in it has been left out, too.
 */
void recoat_spans_add_hidden(struct recoat_spans *spans, const struct recoat_span_in *span);

/* Take one of which it is not known what is around it, or in it. */
void recoat_spans_add_apart(struct recoat_spans *spans, const struct recoat_span_in *span);

/*
 * Add sums to the node of this kernel and path in `parent`, or at the top if that is RECOAT_NONE;
 * returns its number.
 */
uint32_t recoat_spans_add_sums(struct recoat_spans *spans, uint32_t parent, uint32_t kernel,
			       uint32_t path, const struct recoat_span_sums *sums);

/* The thread ended or another one follows: spans that still wait have no outer one. */
void recoat_spans_flush(struct recoat_spans *spans);

/* The same where that is because the others are left out, not lost. */
void recoat_spans_cut(struct recoat_spans *spans);

/* Inclusive time less that of callees. */
uint64_t recoat_span_sums_self(const struct recoat_span_sums *sums);

/* Standard deviation of their times. */
double recoat_span_sums_deviation(const struct recoat_span_sums *sums);

void recoat_span_sums_add(struct recoat_span_sums *to, const struct recoat_span_sums *from);

#endif
