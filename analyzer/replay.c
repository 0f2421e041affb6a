/* SPDX-License-Identifier: Apache-2.0 */
/* The heap, event by event. */
#include "analyzer/replay.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/event.h"
#include "analyzer/memory.h"

#define SELDOM __attribute__((cold, noinline))

void recoat_replay_fini(struct recoat_replay *replay)
{
	recoat_blocks_fini(&replay->blocks);
	free(replay->row);
	free(replay->owed);
}

uint32_t recoat_replay_add_row(struct recoat_replay *replay)
{
	replay->row =
		recoat_grow(replay->row, replay->rows, &replay->row_room, sizeof(*replay->row));
	replay->row[replay->rows] = (struct recoat_replay_row){.epoch = replay->epoch};
	return (uint32_t)replay->rows++;
}

static int64_t live_bytes(const struct recoat_replay_row *row)
{
	return (int64_t)(row->bytes - row->freed_bytes);
}

/* A row that is about to change: what it held at the peak is kept first. */
static inline struct recoat_replay_row *touch(struct recoat_replay *replay, uint32_t number)
{
	struct recoat_replay_row *row = &replay->row[number];

	if (row->epoch != replay->epoch) {
		row->at_peak = live_bytes(row);
		row->epoch = replay->epoch;
	}
	return row;
}

/* Take a live block out. */
static inline void release(struct recoat_replay *replay, struct recoat_blocks_place *place,
			   bool temporary, uint64_t now, struct recoat_replay_freed *freed)
{
	struct recoat_block block = recoat_blocks_get(&replay->blocks, place);
	struct recoat_replay_row *row = touch(replay, block.row);
	unsigned class = recoat_lifetimes_class(now > block.time ? now - block.time : 0,
						RECOAT_LIFETIME_CLASSES);

	*freed = (struct recoat_replay_freed){
		.block = block, .temporary = temporary, .class = class};
	row->freed_bytes += block.size;
	row->temporary += temporary;
	row->lifetime[class]++;
	replay->live = recoat_add(replay->live, -(int64_t)block.size);
	recoat_blocks_take(&replay->blocks, place);
}

/* Put it back as if nothing had been. There is room: an event adds no more than one block. */
static void undo(struct recoat_replay *replay, const struct recoat_replay_freed *freed)
{
	const struct recoat_block *block = &freed->block;
	struct recoat_replay_row *row = touch(replay, block->row);

	row->freed_bytes -= block->size;
	row->temporary -= freed->temporary;
	row->lifetime[freed->class]--;
	replay->live = recoat_add(replay->live, (int64_t)block->size);
	recoat_blocks_put(&replay->blocks, recoat_blocks_seek(&replay->blocks, block->block),
			  block);
}

/* The block is live that is allocated now: its free is owed. */
static SELDOM void owe(struct recoat_replay *replay, struct recoat_blocks_place *before,
		       uint64_t now)
{
	replay->owed = recoat_grow(replay->owed, replay->owed_count, &replay->owed_room,
				   sizeof(*replay->owed));
	release(replay, before, false, now, &replay->owed[replay->owed_count++]);
}

/* Take the debt of a block's free off the list. False if it is not owed. */
static bool settle(struct recoat_replay *replay, uint64_t block, struct recoat_replay_freed *freed)
{
	for (size_t i = replay->owed_count; i-- > 0;) {
		if (replay->owed[i].block.block != block)
			continue;
		*freed = replay->owed[i];
		replay->owed[i] = replay->owed[--replay->owed_count];
		return true;
	}
	return false;
}

void recoat_replay_tick(struct recoat_replay *replay, uint64_t tick)
{
	if (tick == replay->tick)
		return;
	replay->tick = tick;
	replay->overlaps += replay->owed_count;
	replay->owed_count = 0;
}

/* `place` is where the block is or would be; 0 is no block at all and can only be damage. */
static inline void allocate(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			    const struct recoat_heap_event *event,
			    struct recoat_blocks_place *place)
{
	struct recoat_replay_row *row;

	if (__builtin_expect(place->block != 0, 0)) {
		owe(replay, place, event->time);
		place = recoat_blocks_seek(&replay->blocks, event->block);
	}
	row = touch(replay, event->path);
	row->bytes += event->size;
	row->size[recoat_lifetimes_class(event->size, RECOAT_SIZE_CLASSES)]++;
	recoat_blocks_put(&replay->blocks, place,
			  &(struct recoat_block){.block = event->block,
						 .size = event->size,
						 .time = event->time,
						 .row = event->path});
	thread->newest = event->block;
	replay->live = recoat_add(replay->live, (int64_t)event->size);
	if (replay->live <= replay->peak)
		return;
	replay->peak = replay->live;
	replay->peak_time = event->time;
	replay->epoch++;
}

/* A free where some are owed: the one that came first is meant, unless it is clearly its own. */
static SELDOM void release_owed(struct recoat_replay *replay, struct recoat_replay_thread *thread,
				const struct recoat_heap_event *event,
				struct recoat_blocks_place *place, bool temporary)
{
	struct recoat_replay_freed owed;
	bool is_owed = settle(replay, event->block, &owed);

	if (is_owed && (!temporary || !place->block))
		return;
	if (!place->block) {
		replay->strangers++;
		return;
	}
	release(replay, place, temporary, event->time, &thread->freed);
	if (is_owed)
		undo(replay, &owed);
}

static inline void release_block(struct recoat_replay *replay, struct recoat_replay_thread *thread,
				 const struct recoat_heap_event *event,
				 struct recoat_blocks_place *place)
{
	bool temporary = thread->newest == event->block;

	if (temporary)
		thread->newest = 0;
	thread->freed.block.block = 0;
	if (__builtin_expect(replay->owed_count != 0, 0))
		release_owed(replay, thread, event, place, temporary);
	else if (place->block)
		release(replay, place, temporary, event->time, &thread->freed);
	else
		replay->strangers++;
}

/* The thread's last free did not happen. */
static SELDOM void keep(struct recoat_replay *replay, struct recoat_replay_thread *thread)
{
	uint64_t block = thread->freed.block.block;

	if (!block || recoat_blocks_seek(&replay->blocks, block)->block)
		return;
	undo(replay, &thread->freed);
	thread->freed.block.block = 0;
}

/* Does the event make sense where `place` is that of its block? */
static inline bool fits(const struct recoat_heap_event *event,
			const struct recoat_blocks_place *place)
{
	switch (event->what) {
	case RECOAT_HEAP_ALLOCATED:
		return !place->block;
	case RECOAT_HEAP_FREED:
		return place->block;
	default:
		return true;
	}
}

bool recoat_replay_fits(struct recoat_replay *replay, const struct recoat_heap_event *event)
{
	recoat_blocks_reserve(&replay->blocks, 1);
	return fits(event, recoat_blocks_seek(&replay->blocks, event->block));
}

void recoat_replay_prefetch(struct recoat_replay *replay, const struct recoat_heap_event *event,
			    size_t count)
{
	recoat_blocks_reserve(&replay->blocks, count);
	for (size_t i = 0; i < count; i++)
		recoat_blocks_prefetch(&replay->blocks, event[i].block);
}

size_t recoat_replay_apply(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			   const struct recoat_heap_event *event, size_t count, bool fitting)
{
	size_t i = 0;

	recoat_blocks_reserve(&replay->blocks, count);
	do {
		struct recoat_blocks_place *place =
			recoat_blocks_seek(&replay->blocks, event[i].block);

		if (fitting && i && !fits(&event[i], place))
			break;
		switch (event[i].what) {
		case RECOAT_HEAP_ALLOCATED:
			allocate(replay, thread, &event[i], place);
			break;
		case RECOAT_HEAP_FREED:
			release_block(replay, thread, &event[i], place);
			break;
		case RECOAT_HEAP_KEPT:
			keep(replay, thread);
			break;
		case RECOAT_HEAP_NOTHING:
			break;
		}
		i++;
	} while (i < count && event[i].time <= replay->tick);
	return i;
}

static uint64_t sum(const uint64_t *class, unsigned classes)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < classes; i++)
		all += class[i];
	return all;
}

struct recoat_heap_counts recoat_replay_counts(const struct recoat_replay *replay, uint32_t number)
{
	const struct recoat_replay_row *row = &replay->row[number];

	return (struct recoat_heap_counts){
		.allocations = sum(row->size, RECOAT_SIZE_CLASSES),
		.bytes = row->bytes,
		.frees = sum(row->lifetime, RECOAT_LIFETIME_CLASSES),
		.freed_bytes = row->freed_bytes,
		.temporary = row->temporary,
		.at_peak = row->epoch == replay->epoch ? row->at_peak : live_bytes(row),
	};
}

struct recoat_lifetimes recoat_replay_lifetimes(const struct recoat_replay *replay, uint32_t number)
{
	const struct recoat_replay_row *row = &replay->row[number];
	struct recoat_lifetimes lifetimes = {.freed = sum(row->lifetime, RECOAT_LIFETIME_CLASSES)};

	memcpy(lifetimes.size, row->size, sizeof(row->size));
	memcpy(lifetimes.lifetime, row->lifetime, sizeof(row->lifetime));
	return lifetimes;
}
