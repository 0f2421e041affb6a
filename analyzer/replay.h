/* SPDX-License-Identifier: Apache-2.0 */
/* Replaying a heap trace: from allocations and frees to the figures of a profile. */
#ifndef RECOAT_REPLAY_H
#define RECOAT_REPLAY_H

/*
 * Events come in the order in which they happened, as far as that is known (load_heap_trace.c).
 * What they add up to is exact: who held how much when the heap was largest included.
 *
 * Most of the time goes into waiting for memory, so events are looked at twice: when they are
 * decoded, what they will touch is fetched; some hundred events later they are applied.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/blocks.h"
#include "analyzer/cct.h"
#include "analyzer/lifetimes.h"

struct recoat_heap_event;

/* A block that was taken out by a free, should that have to be undone. */
struct recoat_replay_freed {
	struct recoat_block block;
	bool temporary;
	unsigned class; /* Of its lifetime. */
};

/* What one thread did last; all zero at its begin. */
struct recoat_replay_thread {
	uint64_t newest;                  /* Block, while no other was allocated after it. */
	struct recoat_replay_freed freed; /* By its last free. */
};

/*
 * Figures of one call path that allocated. `at_peak` is true if `epoch` is the replay's. How
 * many allocations and frees there were is the sum over their classes.
 */
struct recoat_replay_row {
	uint64_t bytes;
	uint64_t freed_bytes;
	uint64_t temporary;
	int64_t at_peak;
	uint64_t epoch;
	uint64_t size[RECOAT_SIZE_CLASSES];
	uint64_t lifetime[RECOAT_LIFETIME_CLASSES];
};

/*
 * Within a tick the order of threads is not known, so an allocation may come before the free of
 * the block that is there. That block counts as freed at once, and the free is owed: it has
 * until the end of the tick to come.
 *
 * All zero at the begin.
 */
struct recoat_replay {
	struct recoat_replay_row *row;
	size_t rows, row_room;
	struct recoat_blocks blocks;
	int64_t live, peak;
	uint64_t epoch;     /* Peaks so far. */
	uint64_t peak_time; /* Tick of the last one. */
	uint64_t strangers; /* Frees of blocks that no event had allocated, */
	uint64_t overlaps;  /* and owed frees that did not come: they were lost. */
	uint64_t tick;
	struct recoat_replay_freed *owed; /* In this tick. */
	size_t owed_count, owed_room;
};

void recoat_replay_fini(struct recoat_replay *replay);

/* A row for one more call path: its number, from 0 on. */
uint32_t recoat_replay_add_row(struct recoat_replay *replay);

/* Events that will be applied soon; `path` of allocations is a row by now. */
void recoat_replay_prefetch(struct recoat_replay *replay, const struct recoat_heap_event *event,
			    size_t count);

/*
 * Apply the first event of a thread, and those after it as long as they are not later than the
 * tick and, if `fitting`, make sense: a block is not allocated while it is live, and none is
 * freed that is not. `path` of allocations is a row. Returns how many were applied, 1 to `count`.
 */
size_t recoat_replay_apply(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			   const struct recoat_heap_event *event, size_t count, bool fitting);

/* Would this event make sense now? */
bool recoat_replay_fits(struct recoat_replay *replay, const struct recoat_heap_event *event);

/* No event of an earlier tick comes any more. */
void recoat_replay_tick(struct recoat_replay *replay, uint64_t tick);

/* What a row's path did, with `at_peak` made true; and its blocks' sizes and lifetimes. */
struct recoat_heap_counts recoat_replay_counts(const struct recoat_replay *replay, uint32_t row);
struct recoat_lifetimes recoat_replay_lifetimes(const struct recoat_replay *replay, uint32_t row);

#endif
