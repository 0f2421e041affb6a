/* SPDX-License-Identifier: Apache-2.0 */
/* A heap trace, replayed plainly. */
#include "tests/unit/analyzer_replay_naive.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/trace.h"

#define STREAMS 8

struct step {
	struct recoat_event event;
	uint32_t tid;
};

struct live {
	uint64_t block, size, time, path;
	bool temporary; /* The next two are of its free, */
	unsigned class; /* where that may be undone. */
};

struct list {
	struct live *at;
	size_t count, room;
};

struct stream {
	struct step *step;
	size_t steps, room, next;
	uint32_t tid;
	uint64_t newest;
	struct live freed;
};

struct replay {
	struct naive *naive;
	struct stream stream[STREAMS];
	unsigned streams, current;
	uint32_t tid;
	struct list live, owed;
	uint64_t tick, next_point;
};

static int see_stream(void *user, const char *name)
{
	struct replay *replay = user;

	(void)name;
	replay->streams++;
	return 0;
}

static int see_packet(void *user, const struct recoat_packet *packet)
{
	((struct replay *)user)->tid = packet->tid;
	return 0;
}

static int see_event(void *user, const struct recoat_event *event)
{
	struct replay *replay = user;
	struct stream *stream = &replay->stream[replay->streams - 1];

	stream->step =
		recoat_grow(stream->step, stream->steps, &stream->room, sizeof(*stream->step));
	stream->step[stream->steps++] = (struct step){.event = *event, .tid = replay->tid};
	replay->naive->events++;
	return 0;
}

static void add(struct list *list, const struct live *live)
{
	list->at = recoat_grow(list->at, list->count, &list->room, sizeof(*list->at));
	list->at[list->count++] = *live;
}

/* The latest of this block in a list, NULL if there is none. */
static struct live *find(const struct list *list, uint64_t block)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->at[i].block == block && block)
			return &list->at[i];
	return NULL;
}

static struct live take(struct list *list, struct live *found)
{
	struct live taken = *found;

	*found = list->at[--list->count];
	return taken;
}

static struct live release(struct replay *replay, struct live *found, bool temporary, uint64_t now)
{
	struct live live = take(&replay->live, found);
	struct naive_path *path = &replay->naive->path[live.path];

	live.temporary = temporary;
	live.class = recoat_lifetimes_class(now > live.time ? now - live.time : 0,
					    RECOAT_LIFETIME_CLASSES);
	path->counts.frees++;
	path->counts.freed_bytes += live.size;
	path->counts.temporary += temporary;
	path->lifetimes.lifetime[live.class]++;
	path->lifetimes.freed++;
	replay->naive->live = recoat_add(replay->naive->live, -(int64_t)live.size);
	return live;
}

static void undo(struct replay *replay, const struct live *live)
{
	struct naive_path *path = &replay->naive->path[live->path];

	path->counts.frees--;
	path->counts.freed_bytes -= live->size;
	path->counts.temporary -= live->temporary;
	path->lifetimes.lifetime[live->class]--;
	path->lifetimes.freed--;
	replay->naive->live = recoat_add(replay->naive->live, (int64_t)live->size);
	add(&replay->live, live);
}

static void allocate(struct replay *replay, struct stream *stream, struct live new)
{
	struct naive *naive = replay->naive;
	struct live *before = find(&replay->live, new.block);

	if (!new.block)
		return;
	if (new.path < 2 || new.path >= NAIVE_PATHS) {
		naive->unknown_paths += new.path >= NAIVE_PATHS;
		new.path = 0;
	}
	if (before) {
		struct live freed = release(replay, before, false, new.time);

		add(&replay->owed, &freed);
	}
	naive->path[new.path].counts.allocations++;
	naive->path[new.path].counts.bytes += new.size;
	naive->path[new.path]
		.lifetimes.size[recoat_lifetimes_class(new.size, RECOAT_SIZE_CLASSES)]++;
	add(&replay->live, &new);
	stream->newest = new.block;
	naive->live = recoat_add(naive->live, (int64_t) new.size);
	if (naive->live <= naive->peak)
		return;
	naive->peak = naive->live;
	naive->peak_tick = new.time;
	for (int i = 0; i < NAIVE_PATHS; i++)
		naive->path[i].counts.at_peak = recoat_heap_counts_live(&naive->path[i].counts);
}

static void release_block(struct replay *replay, struct stream *stream, uint64_t block,
			  uint64_t time)
{
	struct live *found = find(&replay->live, block), *owed = find(&replay->owed, block);
	bool temporary = stream->newest == block;
	struct live debt;

	stream->freed.block = 0;
	if (temporary)
		stream->newest = 0;
	if (owed)
		debt = take(&replay->owed, owed);
	if (owed && (!temporary || !found))
		return;
	if (!found) {
		replay->naive->strangers++;
		return;
	}
	stream->freed = release(replay, found, temporary, time);
	if (owed)
		undo(replay, &debt);
}

static const struct step *next_step(const struct stream *stream)
{
	return stream->next < stream->steps ? &stream->step[stream->next] : NULL;
}

static bool fits(const struct replay *replay, const struct recoat_event *event)
{
	switch (event->key) {
	case RECOAT_KEY_trace_alloc:
		return !find(&replay->live, event->as.trace_alloc.block);
	case RECOAT_KEY_trace_alloc_large:
		return !find(&replay->live, event->as.trace_alloc_large.block);
	case RECOAT_KEY_trace_free:
		return find(&replay->live, event->as.trace_free.block);
	default:
		return true;
	}
}

/* By the rules of load_heap_trace.c: the stream whose event comes next, NULL after the last. */
static struct stream *choose(struct replay *replay)
{
	const struct step *step = next_step(&replay->stream[replay->current]);
	struct stream *due = NULL;
	uint64_t tick = UINT64_MAX;
	bool some = false, due_frees = false;

	if (step && step->event.time <= replay->tick && fits(replay, &step->event))
		return &replay->stream[replay->current];
	for (unsigned i = 0; i < replay->streams; i++) {
		step = next_step(&replay->stream[i]);
		some = some || step;
		tick = step && step->event.time < tick ? step->event.time : tick;
	}
	replay->tick = some ? tick : replay->tick;
	for (unsigned i = 0; i < replay->streams; i++) {
		struct stream *stream = &replay->stream[(replay->current + i) % replay->streams];
		bool frees;

		step = next_step(stream);
		if (!step || step->event.time > replay->tick)
			continue;
		if (fits(replay, &step->event))
			return stream;
		frees = step->event.key == RECOAT_KEY_trace_free;
		if (!due || (due_frees && !frees)) {
			due = stream;
			due_frees = frees;
		}
	}
	return due;
}

static void apply(struct replay *replay, struct stream *stream)
{
	const struct step *step = &stream->step[stream->next++];
	const struct recoat_event *event = &step->event;

	if (step->tid != stream->tid) {
		stream->newest = stream->freed.block = 0;
		stream->tid = step->tid;
	}
	switch (event->key) {
	case RECOAT_KEY_trace_alloc:
		allocate(replay, stream,
			 (struct live){.block = event->as.trace_alloc.block,
				       .size = event->as.trace_alloc.size,
				       .path = event->as.trace_alloc.path,
				       .time = event->time});
		break;
	case RECOAT_KEY_trace_alloc_large:
		allocate(replay, stream,
			 (struct live){.block = event->as.trace_alloc_large.block,
				       .size = event->as.trace_alloc_large.size,
				       .path = event->as.trace_alloc_large.path,
				       .time = event->time});
		break;
	case RECOAT_KEY_trace_free:
		release_block(replay, stream, event->as.trace_free.block, event->time);
		break;
	case RECOAT_KEY_trace_kept:
		if (stream->freed.block && !find(&replay->live, stream->freed.block)) {
			undo(replay, &stream->freed);
			stream->freed.block = 0;
		}
		break;
	}
}

static void add_point(struct replay *replay)
{
	struct naive *naive = replay->naive;

	naive->point =
		recoat_grow(naive->point, naive->points, &naive->point_room, sizeof(*naive->point));
	naive->point[naive->points++] = (struct recoat_heap_point){
		.time = replay->tick, .live = (uint64_t)naive->live, .peak = (uint64_t)naive->peak};
	replay->next_point = replay->tick + 10;
}

static void run(struct replay *replay)
{
	uint64_t before = replay->tick;
	struct stream *stream;

	while ((stream = choose(replay))) {
		replay->current = (unsigned)(stream - replay->stream);
		if (replay->tick >= replay->next_point)
			add_point(replay);
		if (replay->tick != before) {
			replay->naive->overlaps += replay->owed.count;
			replay->owed.count = 0;
		}
		before = replay->tick;
		apply(replay, stream);
	}
	replay->naive->overlaps += replay->owed.count;
	if (replay->next_point)
		add_point(replay);
}

int naive_replay(struct naive *naive, const char *directory)
{
	struct replay replay = {.naive = naive};
	const struct recoat_visitor visitor = {
		.user = &replay, .stream = see_stream, .packet = see_packet, .event = see_event};
	struct recoat_trace *trace;
	struct recoat_error error;
	int result = recoat_trace_open(directory, &trace, &error);

	if (result)
		return result;
	result = recoat_trace_read(trace, RECOAT_PART_TRACE, &visitor, &error);
	recoat_trace_close(trace);
	if (!result)
		run(&replay);
	for (unsigned i = 0; i < replay.streams; i++)
		free(replay.stream[i].step);
	free(replay.live.at);
	free(replay.owed.at);
	return result;
}

void naive_fini(struct naive *naive)
{
	free(naive->point);
}
