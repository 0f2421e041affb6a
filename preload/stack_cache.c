/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a stack cache, and what happens where the inlined lookup gives up. */
#include "preload/stack_cache.h"

#include <string.h>

#include "preload/memory.h"
#include "preload/stack_cache_index.h"
#include "preload/stack_cache_work.h"
#include "preload/tree.h"
#include "preload/vectors.h"

#define DEFAULT_ARENA (8ul << 20)
#define SMALLEST_ARENA (256ul << 10) /* Several times what one stack can need. */
#define LARGEST_ARENA (8ul << 30)    /* Places are 32 bits of words. */
#define SUFFIX_NOTES (1ul << 16)
#define ARENA_ALIGN 32
#define PAGE 4096

static size_t aligned(size_t bytes, size_t to)
{
	return (bytes + to - 1) / to * to;
}

static void normalise(struct recoat_stack_cache_options *options)
{
	if (!options->max_frames || options->max_frames > RECOAT_STACK_FRAMES_MAX)
		options->max_frames = RECOAT_STACK_FRAMES_MAX;
	if (!options->arena_bytes)
		options->arena_bytes = DEFAULT_ARENA;
	if (options->arena_bytes < SMALLEST_ARENA)
		options->arena_bytes = SMALLEST_ARENA;
	if (options->arena_bytes > LARGEST_ARENA)
		options->arena_bytes = LARGEST_ARENA;
	options->arena_bytes = aligned(options->arena_bytes, PAGE);
}

/* Cut a part of `bytes` off what is left of the cache's pages. */
static void *cut_off(uint8_t **rest, size_t bytes)
{
	void *part = *rest;

	*rest += aligned(bytes, PAGE);
	return part;
}

static size_t total_bytes(const struct recoat_stack_cache_options *options)
{
	return aligned(sizeof(struct recoat_stack_cache), PAGE) +
	       aligned(sizeof(struct recoat_stack_work), PAGE) +
	       (RECOAT_STACK_INDEX_SMALL + RECOAT_STACK_INDEX_LARGE) * sizeof(uint64_t) +
	       SUFFIX_NOTES * sizeof(uint32_t) + options->arena_bytes;
}

static const struct recoat_stack_entry of_no_stack;

static void forget_entries(struct recoat_stack_cache *cache)
{
	cache->repeated = cache->found = &of_no_stack;
	cache->entries_end = ARENA_ALIGN; /* Place 0 stands for nothing. */
	cache->suffixes_start = cache->options.arena_bytes;
}

struct recoat_stack_cache *recoat_stack_cache_create(
	const struct recoat_stack_cache_options *options)
{
	struct recoat_stack_cache_options wanted = *options;
	struct recoat_stack_cache *cache;
	uint8_t *rest;

	normalise(&wanted);
	rest = recoat_map(total_bytes(&wanted));
	if (!rest)
		return NULL;
	cache = cut_off(&rest, sizeof *cache);
	cache->options = wanted;
	cache->mapped_bytes = total_bytes(&wanted);
	cache->epoch = wanted.epoch;
	cache->epoch_seen = atomic_load_explicit(cache->epoch, memory_order_relaxed);
	cache->until_verified = wanted.verify_every;
	cache->work = cut_off(&rest, sizeof *cache->work);
	cache->small_index = cut_off(&rest, RECOAT_STACK_INDEX_SMALL * sizeof(uint64_t));
	cache->large_index = cut_off(&rest, RECOAT_STACK_INDEX_LARGE * sizeof(uint64_t));
	cache->suffixes = cut_off(&rest, SUFFIX_NOTES * sizeof(uint32_t));
	cache->arena = cut_off(&rest, wanted.arena_bytes);
	cache->index = cache->small_index;
	cache->index_mask = RECOAT_STACK_INDEX_SMALL - 1;
	forget_entries(cache);
	return cache;
}

void recoat_stack_cache_destroy(struct recoat_stack_cache *cache)
{
	if (cache)
		recoat_unmap(cache, cache->mapped_bytes);
}

/* Pages that were never used are not touched. */
void recoat_stack_cache_flush(struct recoat_stack_cache *cache)
{
	if (cache->entries_end == ARENA_ALIGN)
		return;
	recoat_stack_index_reset(cache);
	memset(cache->suffixes, 0, SUFFIX_NOTES * sizeof *cache->suffixes);
	forget_entries(cache);
	cache->statistics.flushes++;
}

void recoat_stack_cache_attach(struct recoat_stack_cache *cache, uint64_t sp)
{
	recoat_stack_find(&cache->stack, sp);
	recoat_stack_cache_flush(cache);
}

/*
 * The epoch is read before anything is unwound: should it change meanwhile, the next lookup
 * flushes again. Acquire pairs with the release of whoever bumped it after
 * recoat_unwind_forget(): rules read from here on are no older than the epoch.
 */
static void flush_if_stale(struct recoat_stack_cache *cache)
{
	uint32_t now = atomic_load_explicit(cache->epoch, memory_order_acquire);

	if (cache->epoch_seen == now)
		return;
	cache->epoch_seen = now;
	recoat_stack_cache_flush(cache);
}

/* What the groups hold: the slots up to the first whose offset is too large for them. */
static size_t count_near(const struct recoat_stack_work *work)
{
	size_t near = 0;

	while (near < work->slots && work->slot[near].offset >= 0 &&
	       work->slot[near].offset <= UINT16_MAX)
		near++;
	return near;
}

static void fill_groups(struct recoat_stack_entry *entry, const struct recoat_stack_work *work)
{
	size_t near = recoat_stack_near(entry);

	for (size_t i = 0; i < 8u * entry->groups; i++) {
		const struct recoat_stack_slot *slot = &work->slot[i < near ? i : near - 1];

		entry->group[i / 8].value[i % 8] = slot->value;
		entry->group[i / 8].offset[i % 8] = (uint16_t)slot->offset;
	}
}

static struct recoat_stack_entry *make_entry(struct recoat_stack_cache *cache, uint32_t path)
{
	const struct recoat_stack_work *work = cache->work;
	struct recoat_stack_entry *entry =
		(struct recoat_stack_entry *)(cache->arena + cache->entries_end);
	size_t near = count_near(work);
	size_t far = work->slots - near;

	*entry = (struct recoat_stack_entry){
		.ra = work->frame[0].registers.pc,
		.sp = work->frame[0].registers.sp,
		.bp = work->frame[0].registers.bp,
		.path = path,
		.groups = (uint8_t)((near + 7) / 8),
		.repeated = -near % 8,
		.bp_live = work->bp_live[0],
		.far = (uint16_t)far,
	};
	fill_groups(entry, work);
	memcpy((void *)recoat_stack_far(entry), work->slot + near, far * sizeof *work->slot);
	cache->entries_end =
		aligned((size_t)((const uint8_t *)(recoat_stack_far(entry) + far) - cache->arena),
			ARENA_ALIGN);
	return entry;
}

static struct recoat_stack_suffix suffix_of(const struct recoat_stack_cache *cache,
					    const struct recoat_stack_entry *entry, size_t number,
					    size_t frames)
{
	const struct recoat_stack_work *work = cache->work;
	const struct recoat_registers *registers = &work->frame[number].registers;

	return (struct recoat_stack_suffix){
		.pc = registers->pc,
		.sp = registers->sp,
		.bp = registers->bp,
		.exact = registers->exact,
		.bp_live = work->bp_live[number],
		.path = work->path[number],
		.first_slot = work->first_slot[number],
		.frames = (uint16_t)(frames - number),
		.entry = (uint32_t)(((const uint8_t *)entry - cache->arena) / 8),
	};
}

/* Stacks that were cut must not be joined: what is outside them depends on what is inside. */
static void remember_suffixes(struct recoat_stack_cache *cache,
			      const struct recoat_stack_entry *entry, size_t frames)
{
	if (cache->work->end == RECOAT_UNWIND_FULL || !recoat_stack_has(&cache->stack, entry->sp))
		return;
	for (size_t i = 1; i < cache->work->frames; i++) {
		struct recoat_stack_suffix suffix = suffix_of(cache, entry, i, frames);

		cache->suffixes_start -= sizeof suffix;
		memcpy(cache->arena + cache->suffixes_start, &suffix, sizeof suffix);
		*recoat_stack_suffix_note(cache, suffix.pc, suffix.sp) =
			(uint32_t)(cache->suffixes_start / 8);
	}
}

/* An upper bound of what the entry and its suffixes take. */
static size_t bytes_needed(const struct recoat_stack_work *work)
{
	return sizeof(struct recoat_stack_entry) + sizeof(struct recoat_stack_group) +
	       work->slots * sizeof(struct recoat_stack_slot) + ARENA_ALIGN +
	       work->frames * sizeof(struct recoat_stack_suffix);
}

/* The read set is complete in `work`, so that nothing in the arena is needed any more. */
static void store(struct recoat_stack_cache *cache, uint32_t path)
{
	size_t frames =
		cache->work->frames + (cache->work->joined ? cache->work->joined->frames : 0);
	struct recoat_stack_entry *entry;

	if (bytes_needed(cache->work) > cache->suffixes_start - cache->entries_end)
		recoat_stack_cache_flush(cache);
	entry = make_entry(cache, path);
	remember_suffixes(cache, entry, frames);
	recoat_stack_index_add(cache, entry);
}

static void count_miss(struct recoat_stack_cache *cache)
{
	struct recoat_stack_cache_statistics *statistics = &cache->statistics;

	statistics->misses++;
	statistics->joins += cache->work->joined != NULL;
	statistics->frames += cache->work->frames;
	statistics->truncated += cache->work->end == RECOAT_UNWIND_FULL;
	statistics->incomplete += cache->work->end == RECOAT_UNWIND_INCOMPLETE;
}

static uint32_t unwind_and_store(struct recoat_stack_cache *cache,
				 const struct recoat_registers *start)
{
	uint32_t path;

	recoat_stack_work_unwind(cache, start, true);
	count_miss(cache);
	path = recoat_stack_work_path(cache);
	if (!cache->work->cut && recoat_stack_work_slots(cache))
		store(cache, path);
	else
		cache->statistics.uncached++;
	return path;
}

/* Word by word, and no page is touched that was not probed: the stack may have been replaced. */
static bool words_equal_carefully(const struct recoat_stack_entry *entry)
{
	size_t count = recoat_stack_near(entry) + entry->far;
	uint64_t probed = UINT64_MAX;

	for (size_t i = 0; i < count; i++) {
		struct recoat_stack_slot slot = recoat_stack_entry_slot(entry, i);
		uint64_t address = recoat_stack_slot_address(entry, slot);

		if (address / PAGE != probed && !recoat_stack_probe(address))
			return false;
		probed = address / PAGE;
		if (recoat_stack_word(address) != slot.value)
			return false;
	}
	return true;
}

/* On a coroutine's or a signal handler's stack. */
static bool look_up_elsewhere(struct recoat_stack_cache *cache,
			      const struct recoat_registers *start, uint32_t *path)
{
	const struct recoat_stack_entry *entry =
		recoat_stack_index_first(cache, start->pc, start->sp);

	if (!entry || !recoat_stack_registers_equal(entry, start->pc, start->sp, start->bp) ||
	    !words_equal_carefully(entry))
		return false;
	*path = recoat_stack_cache_hit(cache, entry, start->bp);
	return true;
}

static RECOAT_SLOW uint32_t miss(struct recoat_stack_cache *cache, uint64_t ra, uint64_t sp,
				 uint64_t bp)
{
	struct recoat_registers start = {.pc = ra, .sp = sp, .bp = bp};
	uint32_t path;

	recoat_vectors_save();
	flush_if_stale(cache);
	if (!recoat_stack_has(&cache->stack, sp) && look_up_elsewhere(cache, &start, &path))
		return path;
	return unwind_and_store(cache, &start);
}

uint32_t recoat_stack_cache_search(struct recoat_stack_cache *cache, uint64_t ra, uint64_t sp,
				   uint64_t bp)
{
	const struct recoat_stack_entry *entry;
	struct recoat_stack_place place;

	if (__builtin_expect(!recoat_stack_cache_fresh(cache) ||
				     !recoat_stack_has(&cache->stack, sp),
			     0))
		return miss(cache, ra, sp, bp);
	entry = recoat_stack_index_walk(cache, ra, sp, &place);
	if (__builtin_expect(!entry || !recoat_stack_registers_equal(entry, ra, sp, bp) ||
				     !recoat_stack_words_equal(entry),
			     0))
		return miss(cache, ra, sp, bp);
	/*
	 * Programs allocate in loops, but where paths take turns, comparing the wrong one first
	 * would take longer than the search.
	 */
	cache->repeated = entry == cache->found ? entry : &of_no_stack;
	cache->found = entry;
	return recoat_stack_cache_hit(cache, entry, bp);
}

/* A cache that was wrong once has nothing left to be believed. */
uint32_t recoat_stack_cache_verify(struct recoat_stack_cache *cache, uint32_t path, uint64_t ra,
				   uint64_t sp, uint64_t bp)
{
	struct recoat_registers start = {.pc = ra, .sp = sp, .bp = bp};
	uint32_t fresh;

	recoat_vectors_save();
	cache->until_verified = cache->options.verify_every;
	recoat_stack_work_unwind(cache, &start, false);
	fresh = recoat_stack_work_path(cache);
	cache->statistics.verified++;
	if (fresh != path && !cache->work->cut) {
		cache->statistics.disagreements++;
		recoat_stack_cache_flush(cache);
	}
	return fresh;
}
