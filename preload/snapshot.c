/* SPDX-License-Identifier: Apache-2.0 */
/* Reading all counters as of one moment, and keeping a bounded number of such readings. */
#include "preload/snapshot.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "preload/clock.h"
#include "preload/heap_slots.h"
#include "preload/in_place.h"
#include "preload/lock.h"
#include "preload/memory.h"
#include "preload/recording.h"
#include "preload/thread.h"

#define INTERVAL_NS 10000000u /* Between the first snapshots. */
#define PAUSE_CPU 100         /* Times what the last one took of the CPU, at least, */
#define PAUSE 10              /* and times what it took in all: the disk may be slow. */

/* The events of a packet as they stand there, byte packed. */
struct __attribute__((packed)) snapshot_event {
	uint64_t word;
	uint64_t live, blocks;
	uint32_t paths, rest_paths;
	uint64_t rest_bytes, rest_blocks;
};
struct __attribute__((packed)) live_event {
	uint64_t word;
	uint32_t path;
	uint64_t bytes, blocks;
};

struct snapshot {
	struct recoat_packet packet;
	struct snapshot_event total;
	struct live_event live[];
};

static struct recoat_lock lock; /* Guards all below but `due`; who finds it taken goes away. */
static _Atomic uint64_t due;    /* When the next one is to be taken. */
static uint64_t interval;
static uint32_t taken;                      /* Number of the next one. */
static uint32_t kept[RECOAT_SNAPSHOTS_MAX]; /* Numbers of those that are there. */
static size_t count;
static struct recoat_heap_held sums[RECOAT_PATHS_A_LEAF];

void recoat_snapshot_init(uint64_t now)
{
	lock = (struct recoat_lock){0};
	interval = INTERVAL_NS;
	taken = 0;
	count = 0;
	atomic_store_explicit(&due, now + interval, memory_order_relaxed);
}

/* What a slot held when `epoch`, that of the snapshot, began. */
static struct recoat_heap_held held_at(const struct recoat_heap_slot *slot,
				       const struct recoat_heap_held *saved, uint32_t epoch)
{
	/* Acquire, both: pairs with the release of the slot's epoch in heap.c. If that has not
	 * come to the snapshot's even after the counters were read, they had not changed. */
	if (recoat_epoch_before(__atomic_load_n(&slot->counts.epoch, __ATOMIC_ACQUIRE), epoch)) {
		struct recoat_heap_held held = recoat_heap_holds(&slot->counts);

		atomic_thread_fence(memory_order_acquire);
		if (recoat_epoch_before(__atomic_load_n(&slot->counts.epoch, __ATOMIC_ACQUIRE),
					epoch))
			return held;
	}
	return (struct recoat_heap_held){
		.bytes = __atomic_load_n(&saved->bytes, __ATOMIC_RELAXED),
		.blocks = __atomic_load_n(&saved->blocks, __ATOMIC_RELAXED),
	};
}

static void add_leaf(const struct recoat_heap_leaf *leaf, uint32_t epoch)
{
	for (size_t i = 0; i < RECOAT_PATHS_A_LEAF; i++) {
		struct recoat_heap_slot *slot = __atomic_load_n(&leaf->slot[i], __ATOMIC_ACQUIRE);
		struct recoat_heap_held held;

		if (!slot)
			continue;
		held = held_at(slot, &leaf->held[i], epoch);
		sums[i].bytes += held.bytes;
		sums[i].blocks += held.blocks;
	}
}

/* Sum up the shards' leaves of one row of paths. False if there is none. */
static bool add_leaves(size_t row, uint32_t epoch)
{
	bool any = false;

	for (struct recoat_thread *at = recoat_thread_first(); at; at = at->next) {
		const struct recoat_heap_leaf *leaf =
			__atomic_load_n(&at->slot_of_path[row], __ATOMIC_ACQUIRE);

		if (!leaf)
			continue;
		if (!any)
			memset(sums, 0, sizeof sums);
		any = true;
		add_leaf(leaf, epoch);
	}
	return any;
}

static uint64_t not_negative(int64_t value)
{
	return value > 0 ? (uint64_t)value : 0;
}

static void append(struct snapshot *snapshot, size_t room, uint32_t path,
		   const struct recoat_heap_held *held)
{
	struct live_event *event = &snapshot->live[snapshot->total.paths];

	if (snapshot->total.paths == room || (held->bytes <= 0 && held->blocks <= 0))
		return;
	event->word = snapshot->total.word + RECOAT_EVENT_heap_live - RECOAT_EVENT_heap_snapshot;
	event->path = path;
	event->bytes = not_negative(held->bytes);
	event->blocks = not_negative(held->blocks);
	snapshot->total.paths++;
	snapshot->total.live += event->bytes;
	snapshot->total.blocks += event->blocks;
}

static void fill(struct snapshot *snapshot, size_t room, uint32_t epoch)
{
	for (uint32_t row = 0; row < RECOAT_HEAP_LEAVES; row++) {
		if (!add_leaves(row, epoch))
			continue;
		for (uint32_t i = 0; i < RECOAT_PATHS_A_LEAF; i++)
			append(snapshot, room, row * RECOAT_PATHS_A_LEAF + i, &sums[i]);
	}
}

/* How many binary digits a number has. */
static unsigned digits(uint64_t number)
{
	return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

/* The digits of the bytes of those paths of which not all can be kept; `above` have more. */
static unsigned find_limit(const struct snapshot *snapshot, uint32_t *above)
{
	uint32_t paths[65] = {0};
	unsigned limit = 64;

	for (uint32_t i = 0; i < snapshot->total.paths; i++)
		paths[digits(snapshot->live[i].bytes)]++;
	*above = 0;
	while (*above + paths[limit] <= RECOAT_SNAPSHOT_PATHS_MAX)
		*above += paths[limit--];
	return limit;
}

/* Of too many paths, keep the largest, if not to the byte, and sum up the rest. */
static void leave_out_small(struct snapshot *snapshot)
{
	struct snapshot_event *total = &snapshot->total;
	uint32_t paths = total->paths, above, spare;
	unsigned limit;

	if (paths <= RECOAT_SNAPSHOT_PATHS_MAX)
		return;
	limit = find_limit(snapshot, &above);
	spare = RECOAT_SNAPSHOT_PATHS_MAX - above;
	total->paths = 0;
	for (uint32_t i = 0; i < paths; i++) {
		struct live_event event = snapshot->live[i];
		unsigned size = digits(event.bytes);

		if (size > limit || (size == limit && spare && spare--)) {
			snapshot->live[total->paths++] = event;
			continue;
		}
		total->rest_paths++;
		total->rest_bytes += event.bytes;
		total->rest_blocks += event.blocks;
	}
}

static void name_of(uint32_t number, char name[32])
{
	snprintf(name, 32, "snapshot-%u", number);
}

static bool store(struct snapshot *snapshot)
{
	size_t bytes = sizeof *snapshot + snapshot->total.paths * sizeof *snapshot->live;
	char name[32];

	snapshot->packet.packet_bits = 8 * (uint64_t)bytes;
	snapshot->packet.content_bits = snapshot->packet.packet_bits;
	name_of(taken, name);
	if (!recoat_file_store(name, snapshot, bytes))
		return false;
	kept[count++] = taken++;
	return true;
}

/* Remove every second one but not the newest; from now on they come half as often. */
static void thin_out(void)
{
	char name[32];

	for (size_t i = 0; i < count; i += 2) {
		name_of(kept[i], name);
		recoat_file_remove(name);
	}
	for (size_t i = 1; i < count; i += 2)
		kept[i / 2] = kept[i];
	count /= 2;
	interval *= 2;
}

/* No more paths can have live blocks than there are slots. */
static size_t slots_made(void)
{
	size_t slots = 0;

	for (struct recoat_thread *at = recoat_thread_first(); at; at = at->next)
		slots += (size_t)__atomic_load_n(&at->chunks, __ATOMIC_RELAXED) *
			 (RECOAT_HEAP_PACKET / sizeof(struct recoat_heap_slot));
	return slots;
}

static uint32_t begin_epoch(void)
{
	uint32_t epoch;

	recoat_lock_take(&recoat_heap_epochs.lock);
	epoch = recoat_heap_begin_epoch(&recoat_heap_epochs.snapshot);
	recoat_lock_drop(&recoat_heap_epochs.lock);
	/* Counters are read after everybody can see the epoch. */
	atomic_thread_fence(memory_order_seq_cst);
	return epoch;
}

static bool take(const struct recoat_thread *thread, uint64_t now)
{
	size_t room = slots_made();
	size_t bytes = sizeof(struct snapshot) + room * sizeof(struct live_event);
	struct snapshot *snapshot = recoat_map(bytes);
	bool stored;

	if (!snapshot)
		return false;
	snapshot->packet = recoat_packet_head(RECOAT_STREAM_HEAP, bytes, thread->shard, now);
	snapshot->packet.tid = (uint32_t)thread->tid;
	snapshot->total.word = recoat_event_word(RECOAT_EVENT_heap_snapshot, now);
	fill(snapshot, room, begin_epoch());
	leave_out_small(snapshot);
	stored = store(snapshot);
	recoat_unmap(snapshot, bytes);
	return stored;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void take_and_wait(const struct recoat_thread *thread)
{
	uint64_t begin = recoat_clock_monotonic(), end;
	uint64_t cpu = recoat_clock_read(CLOCK_THREAD_CPUTIME_ID);
	uint64_t pause;

	if (!take(thread, begin))
		recoat_drop(RECOAT_DROP_SNAPSHOTS);
	if (count == RECOAT_SNAPSHOTS_MAX)
		thin_out();
	cpu = recoat_clock_read(CLOCK_THREAD_CPUTIME_ID) - cpu;
	end = recoat_clock_monotonic();
	pause = larger(PAUSE_CPU * cpu, PAUSE * (end - begin));
	atomic_store_explicit(&due, end + larger(pause, interval), memory_order_relaxed);
}

void recoat_snapshot_take(const struct recoat_thread *thread)
{
	if (!recoat_lock_try(&lock))
		return;
	take_and_wait(thread);
	recoat_lock_drop(&lock);
}

void recoat_snapshot_look(const struct recoat_thread *thread, uint64_t now)
{
	if (now >= atomic_load_explicit(&due, memory_order_relaxed))
		recoat_snapshot_take(thread);
}
