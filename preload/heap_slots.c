/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of call paths that a shard meets for the first time. */
#include "preload/heap_slots.h"

#include <errno.h>
#include <stdio.h>

#include "preload/clock.h"
#include "preload/in_place.h"
#include "preload/memory.h"
#include "preload/recording.h"

struct recoat_heap_epochs recoat_heap_epochs;

/* A packet for this shard's next slots. */
static bool add_chunk(struct recoat_thread *thread)
{
	struct recoat_packet head = recoat_packet_head(
		RECOAT_STREAM_HEAP, RECOAT_HEAP_PACKET, thread->shard, recoat_clock_monotonic());
	struct recoat_packet *packet;
	char name[32];

	snprintf(name, sizeof name, "heap-%u-%u", thread->shard, thread->chunks++);
	packet = recoat_in_place_open(name, &head);
	if (!packet)
		return false;
	thread->heap_packet = packet;
	thread->free_slot = (struct recoat_heap_slot *)(packet + 1);
	thread->slots_end = (struct recoat_heap_slot *)((char *)packet + RECOAT_HEAP_PACKET);
	return true;
}

/* Errno is kept. */
RECOAT_SLOW struct recoat_heap_slot *recoat_heap_add_slot(struct recoat_thread *thread,
							  uint32_t path)
{
	struct recoat_heap_leaf *leaf = thread->slot_of_path[path / RECOAT_PATHS_A_LEAF];
	struct recoat_heap_slot *slot;
	int kept = errno;

	if (!leaf) {
		leaf = recoat_map(sizeof *leaf);
		/* Release, as of the slot below: pairs with the acquire in snapshot.c. */
		__atomic_store_n(&thread->slot_of_path[path / RECOAT_PATHS_A_LEAF], leaf,
				 __ATOMIC_RELEASE);
	}
	if (!leaf || (thread->free_slot == thread->slots_end && !add_chunk(thread))) {
		recoat_drop(RECOAT_DROP_COUNTERS);
		return NULL;
	}
	errno = kept;
	slot = thread->free_slot++;
	slot->word = recoat_event_word(RECOAT_EVENT_heap_path, thread->heap_packet->time_begin);
	slot->counts.path = path;
	/* A counter that was not there at the peak held nothing then, which is its zero. */
	slot->counts.epoch = atomic_load_explicit(&recoat_heap_epochs.now, memory_order_relaxed);
	recoat_in_place_publish(thread->heap_packet, thread->free_slot);
	__atomic_store_n(&leaf->slot[path % RECOAT_PATHS_A_LEAF], slot, __ATOMIC_RELEASE);
	return slot;
}
