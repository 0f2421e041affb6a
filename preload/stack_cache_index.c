/* SPDX-License-Identifier: Apache-2.0 */
/* A hash trie: entries that collide move behind a word that tells them apart. */
#include "preload/stack_cache_index.h"

#include <string.h>

#include "preload/stack_cache_work.h"

static uint64_t index_words(const struct recoat_stack_cache *cache)
{
	return 2 * (cache->bucket_mask + 1);
}

static void use(struct recoat_stack_cache *cache, uint64_t *index, uint64_t words)
{
	cache->index = index;
	cache->bucket_mask = words / 2 - 1;
	cache->index_used = 0;
	cache->index_evicted = 0;
}

void recoat_stack_index_reset(struct recoat_stack_cache *cache)
{
	memset(cache->index, 0, index_words(cache) * sizeof *cache->index);
	use(cache, cache->small_index, RECOAT_STACK_INDEX_SMALL);
}

/* Store `payload` under `hash`. The older word of a full bucket is dropped. */
static void put(struct recoat_stack_cache *cache, uint64_t hash, uint64_t payload)
{
	uint64_t *bucket = cache->index + 2 * (hash & cache->bucket_mask);
	uint64_t tag = recoat_stack_tag(hash);

	for (int way = 0; way < 2; way++) {
		if (bucket[way] && (bucket[way] & ~RECOAT_STACK_PAYLOAD) != tag)
			continue;
		cache->index_used += !bucket[way];
		bucket[way] = tag | payload;
		return;
	}
	cache->index_evicted++;
	bucket[1] = bucket[0];
	bucket[0] = tag | payload;
}

/*
 * The grown index has four buckets for each of the small one; which of them follows from the
 * two lowest bits of the tag.
 */
static void grow(struct recoat_stack_cache *cache)
{
	const uint64_t *old = cache->index;
	uint64_t words = index_words(cache);

	use(cache, cache->large_index, RECOAT_STACK_INDEX_LARGE);
	memset(cache->index, 0, RECOAT_STACK_INDEX_LARGE * sizeof *cache->index);
	for (uint64_t i = 0; i < words; i++) {
		uint64_t high = (old[i] >> 48 & 3) << RECOAT_STACK_BUCKET_BITS;

		if (!old[i])
			continue;
		cache->index[2 * (i / 2 | high) + i % 2] = old[i];
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

	*place->word = recoat_stack_tag(place->hash) | (uint64_t)difference->offset << 1 | 1;
	put(cache, recoat_stack_hash_on(place->hash, difference->value), (uint64_t)old);
	put(cache, recoat_stack_hash_on(place->hash, value), (uint64_t)entry);
}

static void add_on_stack(struct recoat_stack_cache *cache, struct recoat_stack_entry *entry)
{
	struct recoat_stack_place place;
	struct recoat_stack_slot difference;
	struct recoat_stack_entry *old =
		recoat_stack_cache_walk(cache, entry->ra, entry->sp, &place);

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
	uint64_t hash = recoat_stack_hash(ra, sp);
	const uint64_t *bucket = cache->index + 2 * (hash & cache->bucket_mask);
	uint64_t tag = recoat_stack_tag(hash);

	for (int way = 0; way < 2; way++)
		if ((bucket[way] & ~RECOAT_STACK_PAYLOAD) == tag && !(bucket[way] & 1))
			return (struct recoat_stack_entry *)(bucket[way] & RECOAT_STACK_PAYLOAD);
	return NULL;
}
