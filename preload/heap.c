/* SPDX-License-Identifier: Apache-2.0 */
/* Counters in place, the peak by copy on write, and the heap over time. */
#include "preload/heap.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/heap_slots.h"
#include "preload/in_place.h"
#include "preload/memory.h"
#include "preload/pointer_table.h"
#include "preload/recording.h"
#include "preload/snapshot.h"
#include "preload/trace.h"
#include "preload/tree.h"
#include "preload/vectors.h"

#define ALLOCATIONS_A_LOOK 128       /* Of a thread at the clock; when sampling, each. */
#define SAMPLE_INTERVAL_NS 10000000u /* Between two heap_sample events. */

/* The one event of the file heap-total. */
struct total_packet {
	struct recoat_packet packet;
	uint64_t word;
	_Atomic int64_t live;
	_Atomic int64_t peak;
	_Atomic uint64_t epoch;
	_Atomic uint64_t peak_time;
};
static_assert(sizeof(_Atomic int64_t) == 8, "atomics must have the layout on disk");
static_assert(sizeof(struct total_packet) ==
		      sizeof(struct recoat_packet) + 8 + sizeof(struct recoat_heap_total),
	      "the same fields as in events.def");

struct recoat_heap_epochs recoat_heap_epochs;
static struct total_packet no_file; /* Serves until, and unless, there is a file. */
static struct total_packet *total = &no_file;
static _Atomic uint64_t last_sample; /* Its time, and the live bytes that it told. */
static _Atomic int64_t sampled_live;
bool recoat_heap_tracing;
bool recoat_heap_counts_all;
int32_t recoat_heap_between_looks;

static void put_level(const struct recoat_heap_setting *setting, uint64_t now)
{
	const struct recoat_heap_recording event = {
		.level = setting->level == RECOAT_HEAP_TRACE    ? "trace"
			 : setting->level == RECOAT_HEAP_SAMPLE ? "sample"
								: "profile",
		.period = setting->period,
	};

	recoat_lock_take(&recoat_process_lock);
	recoat_put_heap_recording(&recoat_process_stream, now, &event);
	recoat_lock_drop(&recoat_process_lock);
}

bool recoat_heap_init(const struct recoat_heap_setting *setting)
{
	uint64_t now = recoat_clock_monotonic();
	struct total_packet *file;

	recoat_sampling_init(setting->period, now ^ (uint64_t)getpid() << 32);
	put_level(setting, now);
	recoat_heap_tracing = setting->level == RECOAT_HEAP_TRACE;
	recoat_heap_counts_all = !recoat_heap_tracing && !setting->period;
	recoat_heap_between_looks = recoat_heap_counts_all ? ALLOCATIONS_A_LOOK - 1 : 0;
	if (recoat_heap_tracing)
		return true;
	file = recoat_file_map("heap-total", 4096);
	if (!file)
		return false;
	recoat_in_place_init(&file->packet, 4096, 0, now);
	file->word = recoat_event_word(RECOAT_EVENT_heap_total, now);
	recoat_in_place_publish(&file->packet, sizeof *file);
	total = file;
	recoat_snapshot_init(now);
	return true;
}

void recoat_heap_reset(void)
{
	total = &no_file;
	no_file = (struct total_packet){0};
	recoat_heap_epochs = (struct recoat_heap_epochs){0};
	recoat_snapshot_init(0);
	if (recoat_sampling_period)
		recoat_sampled_reset();
	recoat_pointer_reset();
}

/* A packet for this shard's next slots; memory that nobody reads if there can be no file. */
static bool add_chunk(struct recoat_thread *thread)
{
	char name[32];
	struct recoat_packet *packet;

	snprintf(name, sizeof name, "heap-%u-%u", thread->shard, thread->chunks++);
	packet = recoat_file_map(name, RECOAT_HEAP_PACKET);
	if (!packet) {
		recoat_drop(RECOAT_DROP_COUNTERS);
		packet = recoat_map(RECOAT_HEAP_PACKET);
	}
	if (!packet)
		return false;
	recoat_in_place_init(packet, RECOAT_HEAP_PACKET, thread->shard, recoat_clock_monotonic());
	recoat_in_place_publish(packet, sizeof *packet);
	thread->heap_packet = packet;
	thread->free_slot = (struct recoat_heap_slot *)(packet + 1);
	thread->slots_end = (struct recoat_heap_slot *)((char *)packet + RECOAT_HEAP_PACKET);
	return true;
}

/* NULL, counted, if there is no memory at all. Errno is kept. */
static RECOAT_SLOW struct recoat_heap_slot *add_slot(struct recoat_thread *thread, uint32_t path)
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
	recoat_in_place_publish(thread->heap_packet,
				(size_t)((char *)thread->free_slot - (char *)thread->heap_packet));
	__atomic_store_n(&leaf->slot[path % RECOAT_PATHS_A_LEAF], slot, __ATOMIC_RELEASE);
	return slot;
}

/* An epoch has begun since the slot was touched: save what it held then. */
static RECOAT_FAST void save_held(struct recoat_heap_leaf *leaf, uint32_t path, uint32_t epoch)
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

/* This shard's counters of a path, with its part of the peak's snapshot made. */
static RECOAT_FAST struct recoat_heap_path *counters(struct recoat_thread *thread, uint32_t path)
{
	struct recoat_heap_leaf *leaf = thread->slot_of_path[path / RECOAT_PATHS_A_LEAF];
	struct recoat_heap_slot *slot = leaf ? leaf->slot[path % RECOAT_PATHS_A_LEAF] : NULL;
	/* Acquire: of what kind it is, is known with it. */
	uint32_t epoch = atomic_load_explicit(&recoat_heap_epochs.now, memory_order_acquire);

	if (__builtin_expect(!slot, 0)) {
		slot = add_slot(thread, path);
		return slot ? &slot->counts : NULL;
	}
	if (__builtin_expect(slot->counts.epoch != epoch, 0))
		save_held(leaf, path, epoch);
	return &slot->counts;
}

static RECOAT_SLOW void raise_peak(int64_t live)
{
	uint64_t now = recoat_clock_coarse();
	uint32_t epoch;

	recoat_lock_take(&recoat_heap_epochs.lock);
	if (live > atomic_load_explicit(&total->peak, memory_order_relaxed)) {
		epoch = recoat_heap_begin_epoch(&recoat_heap_epochs.peak);
		atomic_store_explicit(&total->epoch, epoch, memory_order_relaxed);
		atomic_store_explicit(&total->peak, live, memory_order_relaxed);
		atomic_store_explicit(&total->peak_time, now, memory_order_relaxed);
	}
	recoat_lock_drop(&recoat_heap_epochs.lock);
}

static int64_t smaller(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/*
 * Until `pending` is above the ceiling, nothing is due: no telling, no new peak, of the process
 * or of the span. A peak that another thread raises meanwhile only makes it lower than it need be.
 */
static void set_ceiling(struct recoat_thread *thread)
{
	int64_t peak = atomic_load_explicit(&total->peak, memory_order_relaxed);

	thread->ceiling = smaller(RECOAT_HEAP_SLACK, smaller(peak - thread->others,
							     thread->live_peak - thread->told));
}

/* Add `pending` to the total, and learn what the other threads have told. */
static RECOAT_SLOW void tell_total(struct recoat_thread *thread)
{
	thread->others =
		atomic_fetch_add_explicit(&total->live, thread->pending, memory_order_relaxed) +
		thread->pending;
	thread->told += thread->pending;
	thread->pending = 0;
	set_ceiling(thread);
}

static RECOAT_SLOW void take_sample(struct recoat_thread *thread, uint64_t now)
{
	struct recoat_heap_sample event;

	recoat_vectors_save();
	tell_total(thread);
	atomic_store_explicit(&sampled_live, thread->others, memory_order_relaxed);
	event.live = (uint64_t)(thread->others > 0 ? thread->others : 0);
	event.peak = (uint64_t)atomic_load_explicit(&total->peak, memory_order_relaxed);
	if (event.peak < event.live)
		event.peak = event.live; /* Which is about to be raised. */
	recoat_lock_take(&recoat_process_lock);
	recoat_put_heap_sample(&recoat_process_stream, now, &event);
	recoat_lock_drop(&recoat_process_lock);
	recoat_snapshot_look(thread, now);
}

/* The heap has changed by more than an eighth since the last sample. */
static bool changed_much(const struct recoat_thread *thread)
{
	int64_t last = atomic_load_explicit(&sampled_live, memory_order_relaxed);
	int64_t change = thread->others + thread->pending - last;

	return change > last / 8 + RECOAT_HEAP_SLACK || change < -last / 8 - RECOAT_HEAP_SLACK;
}

/* A sample every 10 ms, and one a tick of the kernel where much has changed. */
RECOAT_SLOW void recoat_heap_look(struct recoat_thread *thread)
{
	uint64_t now = recoat_clock_coarse();
	uint64_t last = atomic_load_explicit(&last_sample, memory_order_relaxed);

	thread->until_look = recoat_heap_between_looks;
	if (now - last < SAMPLE_INTERVAL_NS && (now == last || !changed_much(thread)))
		return;
	if (atomic_compare_exchange_strong_explicit(&last_sample, &last, now, memory_order_relaxed,
						    memory_order_relaxed))
		take_sample(thread, now);
}

/* Much has changed: tell it, and sample it if it is time. */
static RECOAT_SLOW void tell_and_look(struct recoat_thread *thread)
{
	tell_total(thread);
	recoat_heap_look(thread);
}

/*
 * `pending` has passed the ceiling. After the counters: what they hold now belongs to the new
 * peak.
 */
static RECOAT_SLOW void pass_ceiling(struct recoat_thread *thread)
{
	int64_t live;

	if (thread->pending > RECOAT_HEAP_SLACK)
		tell_and_look(thread);
	live = recoat_thread_live(thread);
	if (live > thread->live_peak)
		thread->live_peak = live;
	live = thread->others + thread->pending;
	if (live > atomic_load_explicit(&total->peak, memory_order_relaxed))
		raise_peak(live);
	set_ceiling(thread);
}

/* What a recorded block counts for. Here and below, `sampled` is a constant on the fast path. */
static RECOAT_FAST struct recoat_weight weight_of(const void *address, uint64_t size, bool sampled)
{
	if (sampled)
		return recoat_sampling_weight(address, size);
	return (struct recoat_weight){.count = 1, .bytes = size};
}

/* Remember whose block it is; without memory for that, its free will not be counted. */
static RECOAT_FAST void put_block(const void *address, struct recoat_block block, bool sampled)
{
	if (__builtin_expect(!recoat_pointer_put(address, block), 0))
		recoat_drop(RECOAT_DROP_POINTERS);
	else if (sampled)
		recoat_sampled_add(address);
}

static RECOAT_FAST bool take_block(const void *address, struct recoat_block *block, bool sampled)
{
	if (!recoat_pointer_take(address, block))
		return false;
	if (sampled)
		recoat_sampled_remove(address);
	return true;
}

static RECOAT_FAST void count_allocation(struct recoat_thread *thread, const void *address,
					 struct recoat_block block, bool sampled)
{
	struct recoat_heap_path *counts = counters(thread, block.path);
	struct recoat_weight weight;

	if (__builtin_expect(block.size > RECOAT_BLOCK_SIZE_MAX, 0))
		block.size = RECOAT_BLOCK_SIZE_MAX;
	if (__builtin_expect(!counts, 0))
		return;
	put_block(address, block, sampled);
	weight = weight_of(address, block.size, sampled);
	counts->allocations += weight.count;
	counts->bytes += weight.bytes;
	thread->last = address;
	thread->allocations += weight.count;
	thread->bytes += weight.bytes;
	thread->pending += (int64_t)weight.bytes;
	if (__builtin_expect(--thread->until_look < 0, 0))
		recoat_heap_look(thread);
	if (__builtin_expect(thread->pending > thread->ceiling, 0))
		pass_ceiling(thread);
}

static RECOAT_FAST void count_free(struct recoat_thread *thread, const void *address,
				   const struct recoat_block *block, bool temporary, bool sampled)
{
	struct recoat_weight weight = weight_of(address, block->size, sampled);
	struct recoat_heap_path *counts = counters(thread, block->path);

	if (__builtin_expect(counts != NULL, 1)) {
		counts->frees += weight.count;
		counts->freed_bytes += weight.bytes;
		if (temporary)
			counts->temporary += weight.count;
	}
	thread->pending -= (int64_t)weight.bytes;
	if (__builtin_expect(thread->pending < -RECOAT_HEAP_SLACK, 0))
		tell_and_look(thread);
}

static RECOAT_FAST bool forget_if_newest(struct recoat_thread *thread, const void *address)
{
	if (thread->last != address)
		return false;
	thread->last = NULL;
	return true;
}

void recoat_heap_allocated(struct recoat_thread *thread, const void *address, size_t size,
			   uint32_t path)
{
	const struct recoat_block block = {.path = path, .size = size};

	if (recoat_heap_tracing)
		recoat_trace_allocated(thread, address, size, path);
	else
		count_allocation(thread, address, block, recoat_sampling_period != 0);
}

void *recoat_heap_record(struct recoat_thread *thread, void *block, size_t size, uint64_t ip,
			 uint64_t stack, uint64_t base)
{
	if (__builtin_expect(block != NULL, 1)) {
		uint32_t path = recoat_call_path_inlined(thread, ip, stack, base);

		count_allocation(thread, block, (struct recoat_block){.path = path, .size = size},
				 false);
	}
	recoat_thread_leave(thread);
	return block;
}

struct recoat_heap_release recoat_heap_released(struct recoat_thread *thread, const void *address)
{
	struct recoat_heap_release release = {0};
	struct recoat_block block;

	if (recoat_heap_tracing) {
		recoat_trace_freed(thread, address);
		release.known = true;
		return release;
	}
	if (!take_block(address, &block, recoat_sampling_period != 0))
		return release;
	release = (struct recoat_heap_release){
		.known = true,
		.temporary = forget_if_newest(thread, address),
		.path = block.path,
		.size = block.size,
	};
	count_free(thread, address, &block, release.temporary, recoat_sampling_period != 0);
	return release;
}

void recoat_heap_freed(struct recoat_thread *thread, const void *address)
{
	struct recoat_block block;

	if (__builtin_expect(!recoat_heap_counts_all, 0)) {
		recoat_heap_released(thread, address);
	} else if (take_block(address, &block, false)) {
		count_free(thread, address, &block, forget_if_newest(thread, address), false);
	}
}

void recoat_heap_restore(struct recoat_thread *thread, const void *address,
			 const struct recoat_heap_release *release)
{
	struct recoat_heap_path *counts;
	struct recoat_weight weight;

	if (recoat_heap_tracing)
		recoat_trace_kept(thread, address);
	if (!release->known || recoat_heap_tracing)
		return;
	weight = weight_of(address, release->size, recoat_sampling_period != 0);
	counts = counters(thread, release->path);
	if (counts) {
		counts->frees -= weight.count;
		counts->freed_bytes -= weight.bytes;
		counts->temporary -= release->temporary ? weight.count : 0;
	}
	put_block(address, (struct recoat_block){.path = release->path, .size = release->size},
		  recoat_sampling_period != 0);
	thread->pending += (int64_t)weight.bytes;
	if (thread->pending > thread->ceiling)
		pass_ceiling(thread);
}

void recoat_heap_end(void)
{
	struct recoat_thread *thread = recoat_heap_tracing ? NULL : recoat_thread_enter();

	if (!thread)
		return;
	take_sample(thread, recoat_clock_monotonic());
	recoat_thread_leave(thread);
}
