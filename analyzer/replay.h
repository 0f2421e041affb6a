/* SPDX-License-Identifier: Apache-2.0 */
/* Replaying a heap trace: from allocations and frees to the figures of a profile. */
#ifndef RECOAT_REPLAY_H
#define RECOAT_REPLAY_H

/*
 * Events come in the order in which they happened, as far as that is known (load_trace.c).
 * What they add up to is exact: who held how much when the heap was largest included.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/blocks.h"
#include "analyzer/cct.h"
#include "analyzer/lifetimes.h"

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

/* Figures of one call path so far. `at_peak` is true if `epoch` is the replay's. */
struct recoat_replay_path {
	struct recoat_heap_counts counts;
	uint64_t epoch;
};

/*
 * Within a tick the order of threads is not known, so an allocation may come before the free of
 * the block that is there. That block counts as freed at once, and the free is owed: it has
 * until the end of the tick to come.
 *
 * All zero but for `lifetimes` and `path`, which has an element a node of the tree.
 */
struct recoat_replay {
	struct recoat_lifetimes_table *lifetimes;
	struct recoat_replay_path *path;
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

void recoat_replay_allocate(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			    const struct recoat_block *block);
void recoat_replay_free(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			uint64_t block, uint64_t time);

/* No event of an earlier tick comes any more. */
void recoat_replay_tick(struct recoat_replay *replay, uint64_t tick);

/* The thread's last free did not happen. */
void recoat_replay_keep(struct recoat_replay *replay, struct recoat_replay_thread *thread);

/* What the path of a node did, with `at_peak` made true. */
struct recoat_heap_counts recoat_replay_counts(const struct recoat_replay *replay, uint32_t node);

#endif
