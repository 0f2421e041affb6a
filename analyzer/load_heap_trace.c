/* SPDX-License-Identifier: Apache-2.0 */
/* The trace streams of all threads of a process, merged and replayed. */
#include "analyzer/load_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
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
#define BATCH 128      /* Events that are decoded at once. */

/* A thread state's stream and its next events. */
struct lane {
	struct recoat_cursor *cursor;
	struct recoat_heap_event event[BATCH];
	size_t at, count; /* Of the next one; equal after the last. */
	uint32_t tid;
	uint64_t drops;
	struct recoat_replay_thread thread;
};

struct merge {
	struct recoat_load *load;
	struct recoat_replay replay;
	struct lane *lane;
	uint64_t *time; /* Of each lane's next event; UINT64_MAX after the last. */
	size_t lanes, current;
	uint64_t tick;       /* Of the earliest next event. */
	uint64_t next_point; /* Tick at which a point is due. */
	uint32_t *row;       /* Of the replay, by node of the tree; RECOAT_NONE: not yet. */
	uint32_t hidden;     /* Of the replay, of what a filter leaves out. */
};

static int64_t real_time(const struct merge *merge, uint64_t tick)
{
	return recoat_clock_time(&merge->load->metadata->tick, tick);
}

static void see_packet(struct merge *merge, struct lane *lane, const struct recoat_packet *packet)
{
	struct recoat_load_progress *progress = merge->load->progress;

	lane->drops = packet->dropped;
	if (packet->tid != lane->tid)
		lane->thread = (struct recoat_replay_thread){0};
	lane->tid = packet->tid;
	recoat_threads_see(&merge->load->model->threads, packet->tid);
	progress->done += packet->packet_bits / 8;
	if (progress->report)
		progress->report(progress->done, progress->total);
}

/* Blocks that are left out are live like others, but have no size and no call path. */
static bool hide(struct merge *merge, const struct lane *lane, struct recoat_heap_event *event)
{
	const struct recoat_filter *filter = merge->load->model->filter;

	if (!filter || (recoat_filter_has_thread(filter, lane->tid) &&
			recoat_filter_has_time(filter, real_time(merge, event->time))))
		return false;
	event->path = merge->hidden;
	event->size = 0;
	return true;
}

/* How many of the lane's next events are before the end of the part that is looked at. */
static size_t count_before_end(const struct merge *merge, const struct lane *lane, size_t count)
{
	const struct recoat_filter *filter = merge->load->model->filter;
	size_t i = 0;

	if (!filter)
		return count;
	while (i < count && real_time(merge, lane->event[i].time) < filter->end)
		i++;
	return i;
}

/* Put rows in the place of call paths. */
static void find_rows(struct merge *merge, struct lane *lane)
{
	for (size_t i = 0; i < lane->count; i++) {
		struct recoat_heap_event *event = &lane->event[i];
		uint32_t *row;

		if (event->what != RECOAT_HEAP_ALLOCATED || hide(merge, lane, event))
			continue;
		row = &merge->row[recoat_load_node(merge->load, event->path)];
		if (*row == RECOAT_NONE)
			*row = recoat_replay_add_row(&merge->replay);
		event->path = *row;
	}
}

/* The lane's next event is the one at `at`, if it is there. */
static void set_next(struct merge *merge, struct lane *lane, size_t at)
{
	lane->at = at;
	merge->time[lane - merge->lane] = at < lane->count ? lane->event[at].time : UINT64_MAX;
}

/* Read the lane's next events. 0 or -errno. */
static int advance(struct merge *merge, struct lane *lane)
{
	const struct recoat_packet *packet;
	int result =
		recoat_cursor_next(lane->cursor, lane->event, BATCH, &packet, merge->load->error);

	if (result > 0 && packet)
		see_packet(merge, lane, packet);
	lane->count = result > 0 ? count_before_end(merge, lane, (size_t)result) : 0;
	set_next(merge, lane, 0);
	find_rows(merge, lane);
	recoat_replay_prefetch(&merge->replay, lane->event, lane->count);
	merge->load->process->events += lane->count;
	return result < 0 ? result : 0;
}

static const struct recoat_heap_event *next_event(const struct lane *lane)
{
	return &lane->event[lane->at];
}

static bool fits(struct merge *merge, const struct lane *lane)
{
	return recoat_replay_fits(&merge->replay, next_event(lane));
}

static bool is_free(const struct lane *lane)
{
	return next_event(lane)->what == RECOAT_HEAP_FREED;
}

/* Times come first, since there may be thousands of lanes; a time may be UINT64_MAX as well. */
static bool is_due(const struct merge *merge, size_t lane)
{
	return merge->time[lane] <= merge->tick && merge->lane[lane].at < merge->lane[lane].count;
}

/* Set the time to that of the earliest event. It stays what it is after the last one. */
static void find_tick(struct merge *merge)
{
	uint64_t tick = UINT64_MAX, before = merge->tick;

	for (size_t i = 0; i < merge->lanes; i++)
		tick = merge->time[i] < tick ? merge->time[i] : tick;
	merge->tick = tick;
	for (size_t i = 0; i < merge->lanes; i++)
		if (is_due(merge, i))
			return;
	merge->tick = before;
}

/* The lane whose event comes next, NULL after the last. */
static struct lane *choose(struct merge *merge)
{
	struct lane *due = NULL;

	if (is_due(merge, merge->current) &&
	    (merge->lanes == 1 || fits(merge, &merge->lane[merge->current])))
		return &merge->lane[merge->current];
	find_tick(merge);
	for (size_t i = 0, at = merge->current; i < merge->lanes; i++) {
		struct lane *lane = &merge->lane[at];
		bool is_next = is_due(merge, at);

		at = at + 1 < merge->lanes ? at + 1 : 0;
		if (!is_next)
			continue;
		if (fits(merge, lane))
			return lane;
		/* If nothing fits, an allocation: its block's free may be owed, see replay.h. */
		if (!due || (is_free(due) && !is_free(lane)))
			due = lane;
	}
	return due;
}

/* Apply the lane's next event and those that follow it there. 0 or -errno. */
static int apply(struct merge *merge, struct lane *lane)
{
	size_t at = lane->at + recoat_replay_apply(&merge->replay, &lane->thread, next_event(lane),
						   lane->count - lane->at, merge->lanes > 1);

	if (at == lane->count)
		return advance(merge, lane);
	set_next(merge, lane, at);
	return 0;
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
		result = apply(merge, lane);
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
		result = recoat_cursor_open(trace, i, &merge->lane[i].cursor, merge->load->error);
	return result;
}

static void hand_over_row(struct merge *merge, uint32_t node)
{
	struct recoat_model *model = merge->load->model;
	struct recoat_heap_counts counts = recoat_replay_counts(&merge->replay, merge->row[node]);
	struct recoat_lifetimes lifetimes =
		recoat_replay_lifetimes(&merge->replay, merge->row[node]);

	recoat_heap_counts_add(&model->cct.node[node].heap, &counts);
	recoat_lifetimes_add(recoat_lifetimes_of(&model->lifetimes, node), &lifetimes);
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
	for (uint32_t i = 0; i < cct->nodes; i++)
		if (merge->row[i] != RECOAT_NONE)
			hand_over_row(merge, i);
}

static void create_merge(struct merge *merge)
{
	size_t nodes = merge->load->model->cct.nodes;

	merge->row = recoat_calloc(nodes, sizeof(*merge->row));
	memset(merge->row, 0xFF, nodes * sizeof(*merge->row));
	merge->lane = recoat_calloc(merge->lanes, sizeof(*merge->lane));
	merge->time = recoat_calloc(merge->lanes, sizeof(*merge->time));
	if (merge->load->model->filter)
		merge->hidden = recoat_replay_add_row(&merge->replay);
}

static void destroy_merge(struct merge *merge)
{
	for (size_t i = 0; i < merge->lanes; i++)
		recoat_cursor_close(merge->lane[i].cursor);
	recoat_replay_fini(&merge->replay);
	free(merge->row);
	free(merge->lane);
	free(merge->time);
}

int recoat_load_heap_trace(struct recoat_load *load, struct recoat_trace *trace)
{
	struct merge merge = {.load = load, .lanes = recoat_trace_heap_streams(trace)};
	int result;

	if (!merge.lanes)
		return 0;
	if (!load->metadata->tick.freq)
		return recoat_error_set(load->error, -EINVAL,
					"%s/metadata: no clock named tick, expected it beside a "
					"heap trace",
					load->process->trace);
	create_merge(&merge);
	result = open_lanes(&merge, trace);
	if (!result)
		result = run(&merge);
	if (!result)
		hand_over(&merge);
	destroy_merge(&merge);
	return result;
}
