/* SPDX-License-Identifier: Apache-2.0 */
/* Heap accounting: what every call path allocated, freed, and held at the peak. */
#ifndef RECOAT_HEAP_H
#define RECOAT_HEAP_H

/*
 * Counters are heap_path events in shared mappings, one shard a thread state, updated where
 * they stand: they are complete at any moment, however the process ends, and no lock is taken.
 *
 * The peak is a snapshot made by copy on write. heap_total.epoch counts the times that the
 * heap reached a new peak; a counter that is touched in a later epoch than its own first
 * saves its live bytes as at_peak. So a new peak costs one increment, and afterwards each
 * counter one copy at most.
 */

#include <stdbool.h>
#include <stddef.h>

#include "preload/call_path.h"
#include "preload/hot.h"
#include "preload/sampling.h"
#include "preload/thread.h"
#include "recoat/heap_level.h"

/* Say in the recording what is recorded, and create the total. False if its file cannot be made. */
bool recoat_heap_init(const struct recoat_heap_setting *setting);

/* Every allocation and free is an event, and nothing is counted (trace.h). Set at start. */
extern bool recoat_heap_tracing RECOAT_HIDDEN;

/* Every allocation is counted: neither sampled nor traced. Set at start. */
extern bool recoat_heap_counts_all RECOAT_HIDDEN;

/* Is this allocation to be recorded? One that succeeded is asked for once. */
static inline bool recoat_heap_takes(struct recoat_thread *thread, size_t size)
{
	if (!recoat_sampling_period)
		return true;
	/* Whatever was allocated before is not the newest block any more. */
	thread->last = NULL;
	return recoat_sampling_takes(&thread->sampler, size);
}

/* May this block have been recorded? False is certain, and cheaper than asking for it. */
static inline bool recoat_heap_may_know(const void *address)
{
	return !recoat_sampling_period || recoat_sampled_may_be(address);
}

/* `path` allocated a block of `size` bytes at `address`, to be recorded. Errno is kept. */
void recoat_heap_allocated(struct recoat_thread *thread, const void *address, size_t size,
			   uint32_t path);

/*
 * With recoat_heap_counts_all: the real function has returned `block` to the thread, which is
 * busy. Record it unless it is NULL, and leave. ip, stack and base are a struct recoat_caller, in
 * registers so that the caller can be done with its frame. Returns `block`; errno is kept.
 */
void *recoat_heap_record(struct recoat_thread *thread, void *block, size_t size, uint64_t ip,
			 uint64_t stack, uint64_t base);

/* The block at `address` is about to be freed: call before another thread can get it. */
void recoat_heap_freed(struct recoat_thread *thread, const void *address);

/* What recoat_heap_released() took away, to put it back should a realloc fail. */
struct recoat_heap_release {
	bool known; /* The block was recorded when it was allocated. */
	bool temporary;
	uint32_t path;
	uint64_t size;
};

/* The same, where it may have to be put back; and it is known that the block may be. */
struct recoat_heap_release recoat_heap_released(struct recoat_thread *thread, const void *address);

/* It was not freed after all. */
void recoat_heap_restore(struct recoat_thread *thread, const void *address,
			 const struct recoat_heap_release *release);

/* Write a last heap_sample. Process lock not held. */
void recoat_heap_end(void);

/* Forget everything, in a forked child. */
void recoat_heap_reset(void);

#endif
