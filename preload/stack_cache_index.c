/* SPDX-License-Identifier: Apache-2.0 */
/* A hash trie: entries that collide move behind a word that tells them apart. */
#include "preload/stack_cache_index.h"

#include <string.h>

#include "preload/stack_cache_work.h"

static uint64_t index_words(const struct recoat_stack_cache *cache)
{
	return cache->index_mask + 1;
}

static void use(struct recoat_stack_cache *cache, uint64_t *index, uint64_t words)
{
	cache->index = index;
	cache->index_mask = words - 1;
	cache->index_used = 0;
	cache->index_evicted = 0;
}

void recoat_stack_index_reset(struct recoat_stack_cache *cache)
{
	memset(cache->index, 0, index_words(cache) * sizeof *cache->index);
	use(cache, cache->small_index, RECOAT_STACK_INDEX_SMALL);
}

/* Store `payload` under `hash`. In a full line the word at home is dropped. */
static void put(struct recoat_stack_cache *cache, uint64_t hash, uint64_t payload)
{
	uint64_t *home = recoat_stack_index_home(cache, hash);
	uint64_t *word = recoat_stack_index_find(cache, hash);

	for (size_t i = 0; !word && i < RECOAT_STACK_LINE; i++)
		if (!*recoat_stack_index_place(home, i))
			word = recoat_stack_index_place(home, i);
	cache->index_evicted += !word;
	if (!word)
		word = home;
	cache->index_used += !*word;
	*word = (hash & ~RECOAT_STACK_PAYLOAD) | payload;
}

/*
 * The grown index has four lines for each of the small one; which of them follows from the
 * two lowest bits of the tag.
 */
static void grow(struct recoat_stack_cache *cache)
{
	const uint64_t *old = cache->index;
	uint64_t words = index_words(cache);

	use(cache, cache->large_index, RECOAT_STACK_INDEX_LARGE);
	memset(cache->index, 0, RECOAT_STACK_INDEX_LARGE * sizeof *cache->index);
	for (uint64_t i = 0; i < words; i++) {
		uint64_t high = (old[i] >> 48 & 3) << RECOAT_STACK_INDEX_BITS;

		if (!old[i])
			continue;
		cache->index[i | high] = old[i];
		cache->index_used++;
	}
	memset(cache->small_index, 0, words * sizeof *cache->index);
}

static void grow_if_crowded(struct recoat_stack_cache *cache)
{
	uint64_t words = index_words(cache);

	if (words < RECOAT_STACK_INDEX_LARGE &&
	    (cache->index_used * 2 > words || cache->index_evicted * 8 > words))
		grow(cache);
}

/* Put a discriminator where `old` is found, and both entries behind it. */
static void separate(struct recoat_stack_cache *cache, const struct recoat_stack_place *place,
		     struct recoat_stack_entry *old, struct recoat_stack_entry *entry,
		     const struct recoat_stack_slot *difference)
{
	uint64_t value = recoat_stack_word(recoat_stack_slot_address(entry, *difference));

	*place->word = (place->hash & ~RECOAT_STACK_PAYLOAD) | (uint64_t)difference->offset << 1 | 1;
	put(cache, recoat_stack_hash_on(place->hash, difference->value), (uint64_t)old);
	put(cache, recoat_stack_hash_on(place->hash, value), (uint64_t)entry);
}

static void add_on_stack(struct recoat_stack_cache *cache, struct recoat_stack_entry *entry)
{
	struct recoat_stack_place place;
	struct recoat_stack_slot difference;
	struct recoat_stack_entry *old =
		recoat_stack_index_walk(cache, entry->ra, entry->sp, &place);

	if (old && recoat_stack_registers_equal(old, entry->ra, entry->sp, entry->bp) &&
	    recoat_stack_find_difference(old, 0, &difference))
		separate(cache, &place, old, entry, &difference);
	else
		put(cache, place.hash, (uint64_t)entry);
}

void recoat_stack_index_add(struct recoat_stack_cache *cache, struct recoat_stack_entry *entry)
{
	grow_if_crowded(cache);
	if (recoat_stack_has(&cache->stack, entry->sp))
		add_on_stack(cache, entry);
	else
		put(cache, recoat_stack_hash(entry->ra, entry->sp), (uint64_t)entry);
}

struct recoat_stack_entry *recoat_stack_index_first(const struct recoat_stack_cache *cache,
						    uint64_t ra, uint64_t sp)
{
	const uint64_t *word = recoat_stack_index_find(cache, recoat_stack_hash(ra, sp));

	if (!word || *word & 1)
		return NULL;
	return (struct recoat_stack_entry *)(*word & RECOAT_STACK_PAYLOAD);
}
