/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the index of the stack cache. */
#ifndef RECOAT_STACK_CACHE_INDEX_H
#define RECOAT_STACK_CACHE_INDEX_H

/* Internal to the stack cache. Layout: stack_cache_entry.h. */

#include <stdint.h>

#include "preload/stack_cache.h"

/* Words of the small and the grown index. */
#define RECOAT_STACK_INDEX_BITS 14
#define RECOAT_STACK_INDEX_SMALL (1ull << RECOAT_STACK_INDEX_BITS)
#define RECOAT_STACK_INDEX_LARGE (RECOAT_STACK_INDEX_SMALL * 4)
#define RECOAT_STACK_LINE 8 /* Words, of which one hash may be any. */

/* Empty, and small again. */
void recoat_stack_index_reset(struct recoat_stack_cache *cache);

/* Make `entry`, whose stack is there now, be found. Another entry may give way. */
void recoat_stack_index_add(struct recoat_stack_cache *cache, struct recoat_stack_entry *entry);

/*
 * For a stack that is not the owner's own: the entry that stands at the first place, or NULL.
 * Such entries are reached without discriminators, whose words might not be mapped.
 */
struct recoat_stack_entry *recoat_stack_index_first(const struct recoat_stack_cache *cache,
						    uint64_t ra, uint64_t sp);

/* Where a walk through the index ended: `word` is NULL if there is nothing for `hash` yet. */
struct recoat_stack_place {
	uint64_t hash;
	uint64_t *word;
};

/* The place where a word for `hash` is put if it is free. */
static RECOAT_FAST uint64_t *recoat_stack_index_home(const struct recoat_stack_cache *cache,
						     uint64_t hash)
{
	return cache->index + (hash >> (48 - RECOAT_STACK_INDEX_BITS) & cache->index_mask);
}

static RECOAT_FAST bool recoat_stack_tag_equal(uint64_t word, uint64_t hash)
{
	return (word ^ hash) <= RECOAT_STACK_PAYLOAD;
}

/* The `number`th place to look at: the one at home, then the others of its line. */
static RECOAT_FAST uint64_t *recoat_stack_index_place(uint64_t *home, size_t number)
{
	return (uint64_t *)((uint64_t)home ^ number * sizeof *home);
}

/* The word for `hash`, NULL if there is none. */
static RECOAT_FAST uint64_t *recoat_stack_index_find(const struct recoat_stack_cache *cache,
						     uint64_t hash)
{
	uint64_t *home = recoat_stack_index_home(cache, hash);

	if (__builtin_expect(recoat_stack_tag_equal(*home, hash), 1))
		return home;
	for (size_t i = 1; i < RECOAT_STACK_LINE; i++) {
		uint64_t *word = recoat_stack_index_place(home, i);

		if (recoat_stack_tag_equal(*word, hash))
			return word;
	}
	return NULL;
}

/* The entry that may be that of the stack at `sp`, the owner's own, or NULL. */
static RECOAT_FAST struct recoat_stack_entry *recoat_stack_index_walk(
	const struct recoat_stack_cache *cache, uint64_t ra, uint64_t sp,
	struct recoat_stack_place *place)
{
	place->hash = recoat_stack_hash(ra, sp);
	for (int level = 0; level < RECOAT_STACK_LEVELS; level++) {
		uint64_t *word = recoat_stack_index_find(cache, place->hash);
		uint64_t address;

		place->word = word;
		if (__builtin_expect(!word, 0))
			return NULL;
		if (!(*word & 1))
			return (struct recoat_stack_entry *)(*word & RECOAT_STACK_PAYLOAD);
		address = sp + (*word & RECOAT_STACK_PAYLOAD) / 2 * 8;
		if (__builtin_expect(address > cache->stack.end - 8, 0))
			break; /* Of another stack whose hash is the same. */
		place->hash = recoat_stack_hash_on(place->hash, recoat_stack_word(address));
	}
	place->word = NULL;
	return NULL;
}

#endif
