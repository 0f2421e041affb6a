/* SPDX-License-Identifier: Apache-2.0 */
/* Where the heap's counters stand, and the epochs that tell moments apart. */
#ifndef RECOAT_HEAP_SLOTS_H
#define RECOAT_HEAP_SLOTS_H

/*
 * Private to heap.c, heap_total.c and snapshot.c. An epoch begins at each new peak and at each
 * snapshot. A counter that is touched in a later epoch than it was touched last first saves what
 * it held, for the peak and for the snapshot, whichever began in between. Its epoch is stored
 * behind what was saved and before the counter changes, so that whoever takes the snapshot can
 * tell which of the two to read.
 */

#include <stdatomic.h>
#include <stdint.h>

#include "preload/hot.h"
#include "preload/lock.h"
#include "preload/thread.h"
#include "recoat/recording.h"

#define RECOAT_PATHS_A_LEAF 1024
#define RECOAT_HEAP_LEAVES 4096

/* A heap_path event as it stands in a heap packet; its thread alone writes it. */
struct recoat_heap_slot {
	uint64_t word;
	struct recoat_heap_path counts;
};
static_assert(sizeof(struct recoat_heap_slot) == 64, "one cache line, as on disk");

/* What was live on a call path. */
struct recoat_heap_held {
	int64_t bytes;
	int64_t blocks;
};

/* The slots of a shard for a row of call paths, and what they held at the latest snapshot. */
struct recoat_heap_leaf {
	struct recoat_heap_slot *slot[RECOAT_PATHS_A_LEAF];
	struct recoat_heap_held held[RECOAT_PATHS_A_LEAF]; /* Valid from that epoch on. */
};

struct recoat_heap_epochs {
	_Atomic uint32_t now;
	_Atomic uint32_t peak;     /* When the latest peak, */
	_Atomic uint32_t snapshot; /* and the latest snapshot began. */
	struct recoat_lock lock;   /* To begin one. */
};
extern struct recoat_heap_epochs recoat_heap_epochs RECOAT_HIDDEN;

/* Begin an epoch of the kind of `latest`, a member of recoat_heap_epochs. Its lock is held. */
static inline uint32_t recoat_heap_begin_epoch(_Atomic uint32_t *latest)
{
	struct recoat_heap_epochs *epochs = &recoat_heap_epochs;
	uint32_t next = atomic_load_explicit(&epochs->now, memory_order_relaxed) + 1;

	atomic_store_explicit(latest, next, memory_order_relaxed);
	/* Release pairs with the acquire below: who sees it sees of what kind it is. */
	atomic_store_explicit(&epochs->now, next, memory_order_release);
	return next;
}

static inline struct recoat_heap_held recoat_heap_holds(const struct recoat_heap_path *counts)
{
	return (struct recoat_heap_held){
		.bytes = (int64_t)(__atomic_load_n(&counts->bytes, __ATOMIC_RELAXED) -
				   __atomic_load_n(&counts->freed_bytes, __ATOMIC_RELAXED)),
		.blocks = (int64_t)(__atomic_load_n(&counts->allocations, __ATOMIC_RELAXED) -
				    __atomic_load_n(&counts->frees, __ATOMIC_RELAXED)),
	};
}

/* Make this shard's counters of a path that has none. NULL, counted, if there is no memory. */
RECOAT_SLOW struct recoat_heap_slot *recoat_heap_add_slot(struct recoat_thread *thread,
							  uint32_t path);

/* An epoch has begun since the slot was touched: save what it held then. */
static RECOAT_FAST void recoat_heap_save_held(struct recoat_heap_leaf *leaf, uint32_t path,
					      uint32_t epoch)
{
	struct recoat_heap_path *counts = &leaf->slot[path % RECOAT_PATHS_A_LEAF]->counts;
	struct recoat_heap_held *held = &leaf->held[path % RECOAT_PATHS_A_LEAF];
	struct recoat_heap_held now = recoat_heap_holds(counts);

	if (recoat_epoch_before(counts->epoch, atomic_load_explicit(&recoat_heap_epochs.peak,
								    memory_order_relaxed)))
		counts->at_peak = now.bytes;
	if (recoat_epoch_before(counts->epoch, atomic_load_explicit(&recoat_heap_epochs.snapshot,
								    memory_order_relaxed))) {
		__atomic_store_n(&held->bytes, now.bytes, __ATOMIC_RELAXED);
		__atomic_store_n(&held->blocks, now.blocks, __ATOMIC_RELAXED);
	}
	/* Behind what was saved, before the counters change: pairs with snapshot.c. */
	__atomic_store_n(&counts->epoch, epoch, __ATOMIC_RELEASE);
	atomic_thread_fence(memory_order_release);
}

/*
 * This shard's counters of a path, with its part of the peak's snapshot made. NULL, counted, if
 * there is no memory for them.
 */
static RECOAT_FAST struct recoat_heap_path *recoat_heap_counters(struct recoat_thread *thread,
								 uint32_t path)
{
	struct recoat_heap_leaf *leaf = thread->slot_of_path[path / RECOAT_PATHS_A_LEAF];
	struct recoat_heap_slot *slot = leaf ? leaf->slot[path % RECOAT_PATHS_A_LEAF] : NULL;
	/* Acquire: of what kind it is, is known with it. */
	uint32_t epoch = atomic_load_explicit(&recoat_heap_epochs.now, memory_order_acquire);

	if (__builtin_expect(!slot, 0)) {
		slot = recoat_heap_add_slot(thread, path);
		return slot ? &slot->counts : NULL;
	}
	if (__builtin_expect(slot->counts.epoch != epoch, 0))
		recoat_heap_save_held(leaf, path, epoch);
	return &slot->counts;
}

#endif
