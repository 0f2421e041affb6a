/* SPDX-License-Identifier: Apache-2.0 */
/* What a heap trace adds up to, worked out one event at a time and as plainly as can be. */
#ifndef ANALYZER_REPLAY_NAIVE_H
#define ANALYZER_REPLAY_NAIVE_H

/*
 * It reads its events through the reader's visitor, keeps them all in memory, and looks through
 * lists: nothing of how the analyzer replays a trace is in it but the rules.
 */

#include "analyzer/cct.h"
#include "analyzer/lifetimes.h"
#include "analyzer/model.h"

#define NAIVE_PATHS 12 /* Numbers of announced call paths are from 2 to below this. */

struct naive_path {
	struct recoat_heap_counts counts;
	struct recoat_lifetimes lifetimes;
};

struct naive {
	struct naive_path path[NAIVE_PATHS]; /* 0: all others. */
	int64_t live, peak;
	uint64_t peak_tick;
	uint64_t strangers, overlaps, unknown_paths, events;
	struct recoat_heap_point *point; /* `time` is the tick. */
	size_t points, point_room;
};

/* Replay the heap trace in a process's directory. Returns what the reader says: 0 or -errno. */
int naive_replay(struct naive *naive, const char *directory);
void naive_fini(struct naive *naive);

#endif
