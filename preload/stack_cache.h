/* SPDX-License-Identifier: Apache-2.0 */
/* From a caller's registers to its call path, without unwinding where the stack is known. */
#ifndef RECOAT_STACK_CACHE_H
#define RECOAT_STACK_CACHE_H

/*
 * A cache belongs to one thread at a time, which must not enter it twice: a signal handler
 * that interrupts a lookup must stay out (thread.h sees to that). Nothing here takes a lock
 * but recoat_tree_intern(); nothing allocates after creation; errno is kept.
 *
 * Results depend on call frame information, so what a module contributed must be dropped when
 * it goes: first recoat_unwind_forget(), then bump the epoch; each cache flushes itself at its
 * next lookup. The same after fork if the tree starts anew.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/stack_cache_entry.h"
#include "preload/unwind.h"

#define RECOAT_STACK_FRAMES_MAX 512

/*
 * Another unwinder, for stacks with a frame that ours cannot represent: the pcs of at most
 * `max` frames from start->pc outwards. Returns 0 if it cannot tell either.
 */
typedef size_t recoat_unwind_fallback(void *context, const struct recoat_registers *start,
				      uint64_t *ips, size_t max);

struct recoat_stack_cache_options {
	const _Atomic uint32_t *epoch; /* Not NULL; a change flushes. */
	uint32_t max_frames;           /* 0: RECOAT_STACK_FRAMES_MAX. Deeper stacks are cut. */
	size_t arena_bytes;            /* 0: 8 MiB. Address space; pages come as they are used. */
	uint32_t verify_every;         /* One hit in so many is verified, a power of 2. 0: none. */
	recoat_unwind_fallback *fallback; /* May be NULL. */
	void *context;
};

/* Counted by the owning thread; others may read them and see them slightly old. */
struct recoat_stack_cache_statistics {
	uint64_t hits;
	uint64_t misses;
	uint64_t joins;      /* Misses that ended at a stack seen before. */
	uint64_t frames;     /* Unwound at misses. */
	uint64_t flushes;    /* Epoch changes, and times that the arena was full. */
	uint64_t uncached;   /* Misses that left no entry. */
	uint64_t truncated;  /* Misses deeper than max_frames. */
	uint64_t incomplete; /* Misses that went to the fallback, */
	uint64_t completed;  /* and of which it could tell the path. */
	uint64_t tree_full;  /* Paths cut because recoat_tree_intern() had no room. */
	uint64_t verified;
	uint64_t disagreements; /* Hits that a fresh unwind contradicted. */
};

struct recoat_stack_work; /* stack_cache_work.h */

struct recoat_stack_cache {
	/* What the inlined lookup reads. */
	const _Atomic uint32_t *epoch;
	uint32_t epoch_seen;
	struct recoat_stack stack; /* The owner's own stack. */
	uint64_t *index;
	uint64_t bucket_mask;
	uint64_t verify_mask; /* Hits whose number has none of these bits are verified. */
	struct recoat_stack_cache_statistics statistics;

	/* What only misses touch. */
	struct recoat_stack_cache_options options;
	size_t mapped_bytes;
	uint64_t *small_index, *large_index;
	uint64_t index_used, index_evicted; /* Words since the last flush. */
	uint32_t *suffixes;                 /* Hash of (pc, sp): address in the arena / 8. */
	uint8_t *arena;
	size_t entries_end;    /* Entries fill the arena from below, */
	size_t suffixes_start; /* suffixes from above. */
	struct recoat_stack_work *work;
	bool without_saved_bp; /* Tests only: leave saved rbp out of the entries, which is wrong. */
};

/* A cache in pages of its own, or NULL. It has no owner yet. */
struct recoat_stack_cache *recoat_stack_cache_create(
	const struct recoat_stack_cache_options *options);
void recoat_stack_cache_destroy(struct recoat_stack_cache *cache);

/* The calling thread, which runs at `sp`, owns the cache from now on. Flushes. */
void recoat_stack_cache_attach(struct recoat_stack_cache *cache, uint64_t sp);

/* Forget all stacks. By the owner. */
void recoat_stack_cache_flush(struct recoat_stack_cache *cache);

/* A lookup that the inlined part cannot answer. */
uint32_t recoat_stack_cache_miss(struct recoat_stack_cache *cache, uint64_t ra, uint64_t sp,
				 uint64_t bp);
uint32_t recoat_stack_cache_verify(struct recoat_stack_cache *cache, uint32_t path, uint64_t ra,
				   uint64_t sp, uint64_t bp);

/* Where a walk through the index ended: `word` is NULL if there is nothing for `hash` yet. */
struct recoat_stack_place {
	uint64_t hash;
	uint64_t *word;
};

static inline struct recoat_stack_entry *recoat_stack_cache_walk(
	const struct recoat_stack_cache *cache, uint64_t ra, uint64_t sp,
	struct recoat_stack_place *place)
{
	place->hash = recoat_stack_hash(ra, sp);
	for (int level = 0; level < RECOAT_STACK_LEVELS; level++) {
		uint64_t *word = cache->index + 2 * (place->hash & cache->bucket_mask);
		uint64_t tag = recoat_stack_tag(place->hash);
		uint64_t address;

		if ((*word & ~RECOAT_STACK_PAYLOAD) != tag)
			word++;
		place->word = NULL;
		if (__builtin_expect((*word & ~RECOAT_STACK_PAYLOAD) != tag, 0))
			return NULL;
		place->word = word;
		if (!(*word & 1))
			return (struct recoat_stack_entry *)(*word & RECOAT_STACK_PAYLOAD);
		address = sp + (*word & RECOAT_STACK_PAYLOAD) / 2 * 8;
		if (__builtin_expect(address > cache->stack.end - 8, 0))
			return NULL; /* Of another stack whose hash is the same. */
		place->hash = recoat_stack_hash_on(place->hash, recoat_stack_word(address));
	}
	return NULL;
}

/*
 * The path of the function that called, given its return address and its sp and rbp at the
 * moment when the called function has returned. Never fails; RECOAT_PATH_UNKNOWN is the parent
 * of what could not be told. By the owner.
 */
static inline uint32_t recoat_stack_cache_lookup(struct recoat_stack_cache *cache, uint64_t ra,
						 uint64_t sp, uint64_t bp)
{
	struct recoat_stack_place place;
	struct recoat_stack_entry *entry;

	/*
	 * Relaxed: who runs code of a new module has synchronised with the one that loaded it,
	 * and that one has seen the epoch change.
	 */
	if (__builtin_expect(
		    cache->epoch_seen != atomic_load_explicit(cache->epoch, memory_order_relaxed) ||
			    !recoat_stack_has(&cache->stack, sp),
		    0))
		return recoat_stack_cache_miss(cache, ra, sp, bp);
	entry = recoat_stack_cache_walk(cache, ra, sp, &place);
	if (__builtin_expect(!entry || !recoat_stack_registers_equal(entry, ra, sp, bp) ||
				     !recoat_stack_words_equal(entry),
			     0))
		return recoat_stack_cache_miss(cache, ra, sp, bp);
	if (__builtin_expect(!(++cache->statistics.hits & cache->verify_mask), 0))
		return recoat_stack_cache_verify(cache, entry->path, ra, sp, bp);
	return entry->path;
}

#endif
