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
	uint32_t verify_every;         /* One hit in so many is verified. 0: none. */
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
	uint32_t until_verified;                   /* Hits until one is; 0: none. */
	const struct recoat_stack_entry *repeated; /* Tried first: it was found twice running. */
	struct recoat_stack_cache_statistics statistics;

	/* What a search reads. */
	struct recoat_stack stack;              /* The owner's own stack. */
	const struct recoat_stack_entry *found; /* By the last search. */
	uint64_t *index;
	uint64_t index_mask;

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
uint32_t recoat_stack_cache_search(struct recoat_stack_cache *cache, uint64_t ra, uint64_t sp,
				   uint64_t bp);
uint32_t recoat_stack_cache_verify(struct recoat_stack_cache *cache, uint32_t path, uint64_t ra,
				   uint64_t sp, uint64_t bp);

/* Relaxed: who runs code of a new module has synchronised with the one that loaded it, and that
 * one has seen the epoch change. */
static RECOAT_FAST bool recoat_stack_cache_fresh(const struct recoat_stack_cache *cache)
{
	return cache->epoch_seen == atomic_load_explicit(cache->epoch, memory_order_relaxed);
}

/* The stack is that of `entry`. */
static RECOAT_FAST uint32_t recoat_stack_cache_hit(struct recoat_stack_cache *cache,
						   const struct recoat_stack_entry *entry,
						   uint64_t bp)
{
	cache->statistics.hits++;
	if (__builtin_expect(--cache->until_verified == 0, 0))
		return recoat_stack_cache_verify(cache, entry->path, entry->ra, entry->sp, bp);
	return entry->path;
}

/*
 * The path of the function that called, given its return address and its sp and rbp at the
 * moment when the called function has returned. Never fails; RECOAT_PATH_UNKNOWN is the parent
 * of what could not be told. By the owner.
 */
static RECOAT_FAST uint32_t recoat_stack_cache_lookup(struct recoat_stack_cache *cache,
						      uint64_t ra, uint64_t sp, uint64_t bp)
{
	const struct recoat_stack_entry *entry = cache->repeated;

	if (recoat_stack_registers_equal(entry, ra, sp, bp) && recoat_stack_cache_fresh(cache) &&
	    recoat_stack_words_equal(entry))
		return recoat_stack_cache_hit(cache, entry, bp);
	return recoat_stack_cache_search(cache, ra, sp, bp);
}

#endif
