/* SPDX-License-Identifier: Apache-2.0 */
/* What each thread did when: its spans side by side, the short ones summed up. */
#ifndef RECOAT_LANES_H
#define RECOAT_LANES_H

/*
 * A lane is a thread, a row of it one depth of spans within spans. Every span is a piece of its
 * own until there are too many; from then on, neighbours that together reach over less than
 * `quantum` are one piece, and the quantum doubles as often as that is needed. So memory is
 * bounded whatever the run's length.
 *
 * Of spans that the runtime has summed up it is known how many there were and how long they took,
 * when the first began and when the last ended. They stand beside the rows.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"

#define RECOAT_LANES_PIECES 24576 /* In all; */
#define RECOAT_LANES 256          /* lanes and their rows, so that a piece each is a third. */
#define RECOAT_LANE_ROWS 32
#define RECOAT_LANES_SUMS 2048 /* In all. */

struct recoat_lane_piece {
	int64_t begin, end;    /* Nanoseconds since the epoch. */
	uint64_t busy;         /* Of these in spans. */
	uint32_t count;        /* Spans. */
	uint32_t sampled;      /* Of these, those that a sum counts, too, */
	uint64_t sampled_busy; /* and their part of `busy`. */
	uint32_t kernel;       /* Of all of them, RECOAT_NONE: of several. */
};

/* Spans of a kernel, in the same kernel at the same depth, that were summed up. */
struct recoat_lane_sum {
	int64_t begin, end; /* Of the first and the last, in nanoseconds since the epoch. */
	uint64_t calls;
	uint64_t time;          /* Of all calls together. */
	uint32_t contexts;      /* Sums that were added: call paths. */
	uint32_t kernel, outer; /* RECOAT_NONE: nothing was around them. */
	uint32_t depth;
	bool handed_on; /* By several threads in turn, of which the lane's was the first. */
};

struct recoat_lane_row {
	struct recoat_lane_piece *piece;
	size_t count, room;
};

struct recoat_lane {
	const char *trace; /* Of the process; interned. */
	uint32_t tid;
	struct recoat_lane_row row[RECOAT_LANE_ROWS]; /* By depth. */
	struct recoat_lane_sum *sum;
	size_t sums, sum_room;
};

/* Start with all zero. */
struct recoat_lanes {
	struct recoat_lane *lane;
	size_t count, room;
	struct recoat_map index; /* (trace, tid) to a lane. */
	uint64_t quantum;        /* Nanoseconds; 0: every piece is one span. */
	size_t pieces;
	size_t sums;
	uint64_t left_out;      /* Spans of further threads, or deeper ones. */
	uint64_t left_out_sums; /* Likewise, calls that were summed up. */
};

void recoat_lanes_fini(struct recoat_lanes *lanes);

/* The lane of a thread, added if it is new; RECOAT_NONE if there are too many. */
uint32_t recoat_lanes_find(struct recoat_lanes *lanes, const char *trace, uint32_t tid);

/* A span of `lane` at `depth`. Those of a row come in order of time, or nearly. */
void recoat_lanes_add(struct recoat_lanes *lanes, uint32_t lane, unsigned depth,
		      const struct recoat_lane_piece *span);

/* Spans that were summed up, added to others of the lane with the same kernel, outer and depth. */
void recoat_lanes_add_sum(struct recoat_lanes *lanes, uint32_t lane,
			  const struct recoat_lane_sum *sum);

/* Make pieces coarser until there are no more than so many, as far as that goes. */
void recoat_lanes_coarsen(struct recoat_lanes *lanes, size_t most);

/* Bring the pieces of each row in order of time. */
void recoat_lanes_sort(struct recoat_lanes *lanes);

#endif
