/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of a thread state's spans by link and call path, in place. */
#ifndef RECOAT_SPAN_SUMS_H
#define RECOAT_SPAN_SUMS_H

/*
 * Sums are span_total, span_period and span_histogram events in shared mappings, updated where they
 * stand, so that they are complete at any moment. They belong to one thread at a time. Nothing here
 * allocates from the target's heap; errno is kept.
 */

#include <stdbool.h>
#include <stdint.h>

#include "recoat/recording.h"

struct recoat_span_entry;

struct recoat_span_table {
	struct recoat_packet *packet;     /* The newest. */
	unsigned char *next, *end;        /* Free room in it. */
	struct recoat_span_entry **entry; /* Open-addressed hash. */
	struct recoat_span_entry *latest;
	struct recoat_span_entry *spare, *spare_end; /* Memory for the next entries. */
	double tick;                                 /* In nanoseconds. */
	uint32_t mask;
	uint32_t count;
	uint32_t chunks;
};

/*
 * Where a span stands, as two words: they are compared at each span, and a word that has just been
 * stored in parts takes long to load.
 */
struct recoat_span_context {
	uint64_t paths; /* Its own, and that around it above bit 32. */
	uint64_t links; /* Its own, that around it plus 1 above bit 16, the depth above bit 32. */
};

/*
 * Add a span of thread `tid` that ended at `now` on the clock "span"; `shard` is that of the thread
 * state. False if there is no room for a new context.
 */
bool recoat_span_table_add(struct recoat_span_table *table, uint32_t shard,
			   const struct recoat_span_context *context,
			   const struct recoat_span_costs *span, uint64_t now, uint32_t tid);

#endif
