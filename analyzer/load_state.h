/* SPDX-License-Identifier: Apache-2.0 */
/* What is known while one trace is read. Private to the files load*.c. */
#ifndef RECOAT_LOAD_STATE_H
#define RECOAT_LOAD_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/event.h"
#include "analyzer/maps.h"
#include "analyzer/metadata.h"
#include "analyzer/model.h"
#include "analyzer/numbers.h"

struct recoat_error;
struct recoat_load_progress;
struct recoat_trace;

/* Maps take numbers of the process to numbers of the model. */
struct recoat_load {
	struct recoat_model *model;
	struct recoat_process *process;
	const struct recoat_metadata *metadata;
	struct recoat_load_progress *progress;
	struct recoat_error *error;
	struct recoat_maps maps;
	struct recoat_numbers node; /* To a node of the tree. */
	struct recoat_numbers link; /* To a kernel row. */
	uint32_t heap_epoch;
	uint32_t paths_due; /* heap_live events that the latest heap_snapshot announced. */
	bool started;
	uint32_t tid;         /* Whose spans are being read, */
	uint32_t lane;        /* and its lane, RECOAT_NONE until it has a span. */
	bool left_out;        /* A filter leaves this thread out. */
	bool shards;          /* The streams at hand are those of heap shards. */
	uint32_t shard;       /* Of the latest of these, RECOAT_NONE before the first. */
	bool total_begun;     /* The latest span_total had no span_period yet, */
	bool total_skipped;   /* and does not count: a filter leaves it out, or it is empty. */
	uint64_t drops;       /* The stream's count in its latest packet. */
	uint64_t sample_step; /* One in so many samples is kept. */
	uint64_t samples_seen;
};

/* Nanoseconds since the epoch of a value of the clock "monotonic". */
static inline int64_t recoat_load_time(const struct recoat_load *load, uint64_t ticks)
{
	return recoat_clock_time(&load->metadata->monotonic, ticks);
}

/* Something happened at this time since the epoch. */
static inline void recoat_load_see_time(struct recoat_load *load, int64_t time)
{
	if (time < load->process->first)
		load->process->first = time;
	if (time > load->process->last)
		load->process->last = time;
}

/* Add a point to the process's heap over time; they are thinned out if there are many. */
void recoat_load_heap_point(struct recoat_load *load, const struct recoat_heap_point *point);

/* Replay all of the trace's heap trace, if it has one. 0, or -errno with the error filled. */
int recoat_load_heap_trace(struct recoat_load *load, struct recoat_trace *trace);

/* The same for a node that was never announced: the root. Counted, unless it needs none. */
uint32_t recoat_load_unknown_node(struct recoat_load *load, uint32_t node);

/* The tree's node of the process's. */
static inline uint32_t recoat_load_node(struct recoat_load *load, uint32_t node)
{
	uint32_t found = recoat_numbers_get(&load->node, node);

	return found != RECOAT_NONE ? found : recoat_load_unknown_node(load, node);
}

/* Take an event of these streams. 0, or -EINVAL with the load's error filled. */
int recoat_load_process_event(struct recoat_load *load, const struct recoat_event *event);
int recoat_load_span_event(struct recoat_load *load, const struct recoat_event *event);
int recoat_load_heap_event(struct recoat_load *load, const struct recoat_event *event);

/* Spans of which no more than sums was written, on the lane of their thread. */
void recoat_load_show_totals(struct recoat_load *load);

/* All heap_live events that the latest heap_snapshot announced must have come: 0 or -EINVAL. */
int recoat_load_end_snapshot(struct recoat_load *load);

#endif
