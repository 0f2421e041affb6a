/* SPDX-License-Identifier: Apache-2.0 */
/* The trace streams of all threads of a process, merged and replayed. */
#include "analyzer/load_state.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "analyzer/error.h"
#include "analyzer/load.h"
#include "analyzer/memory.h"
#include "analyzer/replay.h"
#include "analyzer/trace.h"

/*
 * The clock of all threads is one, so an event never has an earlier tick than one that happened
 * before it. Within a tick, the events of a thread are in order and those of different threads
 * are not known to be. There the order is taken that makes sense: a block is not allocated
 * before the one that was there is freed, and not freed before it is allocated; as long as it
 * makes sense, the events of one thread follow each other.
 */

#define POINT_TICKS 10 /* Between two points of the heap over time. */

/* A thread state's stream and its next event. */
struct lane {
	struct recoat_cursor *cursor;
	struct recoat_event event;
	bool some; /* There is a next event. */
	uint32_t tid;
	uint64_t drops;
	struct recoat_replay_thread thread;
};

struct merge {
	struct recoat_load *load;
	struct recoat_replay replay;
	struct lane *lane;
	size_t lanes, current;
	uint64_t tick;       /* Of the earliest next event. */
	uint64_t next_point; /* Tick at which a point is due. */
};

static void see_packet(struct merge *merge, struct lane *lane, const struct recoat_packet *packet)
{
	struct recoat_load_progress *progress = merge->load->progress;

	lane->drops = packet->dropped;
	if (packet->tid != lane->tid)
		lane->thread = (struct recoat_replay_thread){0};
	lane->tid = packet->tid;
	progress->done += packet->packet_bits / 8;
	if (progress->report)
		progress->report(progress->done, progress->total);
}

/* Read the lane's next event. 0 or -errno. */
static int advance(struct merge *merge, struct lane *lane)
{
	const struct recoat_packet *packet;
	int result = recoat_cursor_next(lane->cursor, &lane->event, &packet, merge->load->error);

	lane->some = result > 0;
	if (lane->some && packet)
		see_packet(merge, lane, packet);
	merge->load->process->events += lane->some;
	return result < 0 ? result : 0;
}

static int64_t real_time(const struct merge *merge, uint64_t tick)
{
	return recoat_clock_time(&merge->load->metadata->tick, tick);
}

/* Would this event make sense now? */
static bool fits(const struct merge *merge, const struct recoat_event *event)
{
	const struct recoat_blocks *blocks = &merge->replay.blocks;

	switch (event->key) {
	case RECOAT_KEY_trace_alloc:
		return !recoat_blocks_find(blocks, event->as.trace_alloc.block);
	case RECOAT_KEY_trace_alloc_large:
		return !recoat_blocks_find(blocks, event->as.trace_alloc_large.block);
	case RECOAT_KEY_trace_free:
		return recoat_blocks_find(blocks, event->as.trace_free.block);
	}
	return true;
}

static bool is_free(const struct lane *lane)
{
	return lane->event.key == RECOAT_KEY_trace_free;
}

static bool is_due(const struct merge *merge, const struct lane *lane)
{
	return lane->some && lane->event.time <= merge->tick;
}

/* Set the time to that of the earliest event. False if there is none. */
static bool find_tick(struct merge *merge)
{
	bool some = false;

	for (size_t i = 0; i < merge->lanes; i++) {
		const struct lane *lane = &merge->lane[i];

		if (!lane->some || (some && lane->event.time >= merge->tick))
			continue;
		merge->tick = lane->event.time;
		some = true;
	}
	return some;
}

/* The lane whose event comes next, NULL after the last. */
static struct lane *choose(struct merge *merge)
{
	struct lane *lane = &merge->lane[merge->current], *due = NULL;

	if (is_due(merge, lane) && (merge->lanes == 1 || fits(merge, &lane->event)))
		return lane;
	if (!find_tick(merge))
		return NULL;
	for (size_t i = 0; i < merge->lanes; i++) {
		lane = &merge->lane[(merge->current + i) % merge->lanes];
		if (!is_due(merge, lane))
			continue;
		if (fits(merge, &lane->event))
			return lane;
		/* If nothing fits, an allocation: its block's free may be owed, see replay.h. */
		if (!due || (is_free(due) && !is_free(lane)))
			due = lane;
	}
	return due;
}

static void allocate(struct merge *merge, struct lane *lane, struct recoat_block *block,
		     uint64_t path)
{
	/* What would be no block at all can only be damage. */
	if (!block->block)
		return;
	block->node = recoat_load_node(merge->load,
				       path < RECOAT_NONE ? (uint32_t)path : RECOAT_NONE - 1);
	block->time = lane->event.time;
	recoat_replay_allocate(&merge->replay, &lane->thread, block);
}

static void apply(struct merge *merge, struct lane *lane)
{
	const struct recoat_event *event = &lane->event;

	switch (event->key) {
	case RECOAT_KEY_trace_alloc:
		allocate(merge, lane,
			 &(struct recoat_block){.block = event->as.trace_alloc.block,
						.size = event->as.trace_alloc.size},
			 event->as.trace_alloc.path);
		break;
	case RECOAT_KEY_trace_alloc_large:
		allocate(merge, lane,
			 &(struct recoat_block){.block = event->as.trace_alloc_large.block,
						.size = event->as.trace_alloc_large.size},
			 event->as.trace_alloc_large.path);
		break;
	case RECOAT_KEY_trace_free:
		recoat_replay_free(&merge->replay, &lane->thread, event->as.trace_free.block,
				   event->time);
		break;
	case RECOAT_KEY_trace_kept:
		recoat_replay_keep(&merge->replay, &lane->thread);
		break;
	}
}

static void add_point(struct merge *merge)
{
	struct recoat_load *load = merge->load;
	int64_t now = real_time(merge, merge->tick);
	struct recoat_heap_point point = {.live = (uint64_t)merge->replay.live,
					  .peak = (uint64_t)merge->replay.peak};

	recoat_load_see_time(load, now);
	point.time = (uint64_t)now - (uint64_t)load->process->first;
	recoat_load_heap_point(load, &point);
	merge->next_point = merge->tick + POINT_TICKS;
}

static int run(struct merge *merge)
{
	struct lane *lane;
	int result = 0;

	for (size_t i = 0; !result && i < merge->lanes; i++)
		result = advance(merge, &merge->lane[i]);
	while (!result && (lane = choose(merge))) {
		merge->current = (size_t)(lane - merge->lane);
		if (merge->tick >= merge->next_point)
			add_point(merge);
		recoat_replay_tick(&merge->replay, merge->tick);
		apply(merge, lane);
		result = advance(merge, lane);
	}
	if (!result && merge->next_point)
		add_point(merge);
	recoat_replay_tick(&merge->replay, UINT64_MAX);
	return result;
}

/* Each stream takes two descriptors, and there may be many. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_lanes(struct merge *merge, struct recoat_trace *trace)
{
	int result = 0;

	raise_limit();
	for (size_t i = 0; !result && i < merge->lanes; i++)
		result = recoat_cursor_open(trace, RECOAT_PART_TRACE, i, &merge->lane[i].cursor,
					    merge->load->error);
	return result;
}

/* Hand what was found to the process and to the tree. */
static void hand_over(struct merge *merge)
{
	struct recoat_process *process = merge->load->process;
	struct recoat_cct *cct = &merge->load->model->cct;
	const struct recoat_replay *replay = &merge->replay;
	int64_t peak_time = real_time(merge, replay->peak_time);

	process->has_heap = process->heap_traced = true;
	process->heap_shards = merge->lanes;
	process->heap_live = replay->live;
	process->heap_peak = replay->peak;
	process->strangers = replay->strangers;
	process->overlaps = replay->overlaps;
	if (peak_time > process->first)
		process->heap_peak_time = (uint64_t)peak_time - (uint64_t)process->first;
	for (size_t i = 0; i < merge->lanes; i++)
		process->packet_drops += merge->lane[i].drops;
	for (uint32_t i = 0; i < cct->nodes; i++) {
		struct recoat_heap_counts counts = recoat_replay_counts(replay, i);

		recoat_heap_counts_add(&cct->node[i].heap, &counts);
	}
}

int recoat_load_heap_trace(struct recoat_load *load, struct recoat_trace *trace)
{
	struct merge merge = {
		.load = load,
		.lanes = recoat_trace_streams(trace, RECOAT_PART_TRACE),
		.replay.lifetimes = &load->model->lifetimes,
	};
	int result;

	if (!merge.lanes)
		return 0;
	if (!load->metadata->tick.freq)
		return recoat_error_set(load->error, -EINVAL,
					"%s/metadata: no clock named tick, expected it beside a "
					"heap trace",
					load->process->trace);
	merge.replay.path = recoat_calloc(load->model->cct.nodes, sizeof(*merge.replay.path));
	merge.lane = recoat_calloc(merge.lanes, sizeof(*merge.lane));
	result = open_lanes(&merge, trace);
	if (!result)
		result = run(&merge);
	if (!result)
		hand_over(&merge);
	for (size_t i = 0; i < merge.lanes; i++)
		recoat_cursor_close(merge.lane[i].cursor);
	recoat_replay_fini(&merge.replay);
	free(merge.replay.path);
	free(merge.lane);
	return result;
}
