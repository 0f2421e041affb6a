/* SPDX-License-Identifier: Apache-2.0 */
/* The heap, event by event. */
#include "analyzer/replay.h"

#include <stdlib.h>

#include "analyzer/memory.h"

void recoat_replay_fini(struct recoat_replay *replay)
{
	recoat_blocks_fini(&replay->blocks);
	free(replay->owed);
}

/* The counts of a path that are about to change: what they held at the peak is kept first. */
static struct recoat_heap_counts *touch(struct recoat_replay *replay, uint32_t node)
{
	struct recoat_replay_path *path = &replay->path[node];

	if (path->epoch != replay->epoch) {
		path->counts.at_peak = recoat_heap_counts_live(&path->counts);
		path->epoch = replay->epoch;
	}
	return &path->counts;
}

static unsigned age_class(const struct recoat_block *block, uint64_t now)
{
	return recoat_lifetimes_class(now > block->time ? now - block->time : 0,
				      RECOAT_LIFETIME_CLASSES);
}

/* Take a live block out. */
static struct recoat_replay_freed release(struct recoat_replay *replay, struct recoat_block *found,
					  bool temporary, uint64_t now)
{
	const struct recoat_replay_freed freed = {
		.block = *found, .temporary = temporary, .class = age_class(found, now)};
	struct recoat_heap_counts *counts = touch(replay, found->node);
	struct recoat_lifetimes *lifetimes = recoat_lifetimes_of(replay->lifetimes, found->node);

	counts->frees++;
	counts->freed_bytes += found->size;
	counts->temporary += temporary;
	lifetimes->lifetime[freed.class]++;
	lifetimes->freed++;
	replay->live = recoat_add(replay->live, -(int64_t)found->size);
	recoat_blocks_take(&replay->blocks, found);
	return freed;
}

/* Put it back as if nothing had been. */
static void undo(struct recoat_replay *replay, const struct recoat_replay_freed *freed)
{
	const struct recoat_block *block = &freed->block;
	struct recoat_heap_counts *counts = touch(replay, block->node);
	struct recoat_lifetimes *lifetimes = recoat_lifetimes_of(replay->lifetimes, block->node);

	counts->frees--;
	counts->freed_bytes -= block->size;
	counts->temporary -= freed->temporary;
	lifetimes->lifetime[freed->class]--;
	lifetimes->freed--;
	replay->live = recoat_add(replay->live, (int64_t)block->size);
	recoat_blocks_put(&replay->blocks, block);
}

static void owe(struct recoat_replay *replay, const struct recoat_replay_freed *freed)
{
	replay->owed = recoat_grow(replay->owed, replay->owed_count, &replay->owed_room,
				   sizeof(*replay->owed));
	replay->owed[replay->owed_count++] = *freed;
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

void recoat_replay_allocate(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			    const struct recoat_block *block)
{
	struct recoat_block *before = recoat_blocks_find(&replay->blocks, block->block);
	struct recoat_heap_counts *counts;

	if (before) {
		struct recoat_replay_freed freed = release(replay, before, false, block->time);

		owe(replay, &freed);
	}
	counts = touch(replay, block->node);
	counts->allocations++;
	counts->bytes += block->size;
	recoat_lifetimes_of(replay->lifetimes, block->node)
		->size[recoat_lifetimes_class(block->size, RECOAT_SIZE_CLASSES)]++;
	recoat_blocks_put(&replay->blocks, block);
	thread->newest = block->block;
	replay->live = recoat_add(replay->live, (int64_t)block->size);
	if (replay->live <= replay->peak)
		return;
	replay->peak = replay->live;
	replay->peak_time = block->time;
	replay->epoch++;
}

void recoat_replay_free(struct recoat_replay *replay, struct recoat_replay_thread *thread,
			uint64_t block, uint64_t time)
{
	struct recoat_block *found = recoat_blocks_find(&replay->blocks, block);
	bool temporary = thread->newest == block;
	struct recoat_replay_freed owed = {0};
	bool is_owed = replay->owed_count && settle(replay, block, &owed);

	thread->freed = (struct recoat_replay_freed){0};
	if (temporary)
		thread->newest = 0;
	/* The one that came first is meant, unless it is clearly the thread's own. */
	if (is_owed && (!temporary || !found))
		return;
	if (!found) {
		replay->strangers++;
		return;
	}
	thread->freed = release(replay, found, temporary, time);
	if (is_owed)
		undo(replay, &owed);
}

void recoat_replay_keep(struct recoat_replay *replay, struct recoat_replay_thread *thread)
{
	if (!thread->freed.block.block ||
	    recoat_blocks_find(&replay->blocks, thread->freed.block.block))
		return;
	undo(replay, &thread->freed);
	thread->freed = (struct recoat_replay_freed){0};
}

struct recoat_heap_counts recoat_replay_counts(const struct recoat_replay *replay, uint32_t node)
{
	struct recoat_heap_counts counts = replay->path[node].counts;

	if (replay->path[node].epoch != replay->epoch)
		counts.at_peak = recoat_heap_counts_live(&counts);
	return counts;
}
