/* SPDX-License-Identifier: Apache-2.0 */
/* The total of all threads, the beginning of peaks, and samples over time. */
#include "preload/heap_total.h"

#include <stdatomic.h>

#include "preload/clock.h"
#include "preload/heap_slots.h"
#include "preload/in_place.h"
#include "preload/recording.h"
#include "preload/snapshot.h"
#include "preload/vectors.h"

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

static struct total_packet no_file; /* Serves until, and unless, there is a file. */
static struct total_packet *total = &no_file;
static _Atomic uint64_t last_sample; /* Its time, and the live bytes that it told. */
static _Atomic int64_t sampled_live;
int32_t recoat_heap_between_looks;

bool recoat_heap_total_init(uint64_t now)
{
	struct recoat_packet head = recoat_packet_head(RECOAT_STREAM_HEAP, 4096, 0, now);
	struct total_packet *file = recoat_file_map("heap-total", &head);

	if (!file)
		return false;
	file->word = recoat_event_word(RECOAT_EVENT_heap_total, now);
	recoat_in_place_publish(&file->packet, file + 1);
	total = file;
	return true;
}

void recoat_heap_total_reset(void)
{
	total = &no_file;
	no_file = (struct total_packet){0};
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

RECOAT_SLOW void recoat_heap_take_sample(struct recoat_thread *thread, uint64_t now)
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
		recoat_heap_take_sample(thread, now);
}

RECOAT_SLOW void recoat_heap_tell_and_look(struct recoat_thread *thread)
{
	tell_total(thread);
	recoat_heap_look(thread);
}

RECOAT_SLOW void recoat_heap_pass_ceiling(struct recoat_thread *thread)
{
	int64_t live;

	if (thread->pending > RECOAT_HEAP_SLACK)
		recoat_heap_tell_and_look(thread);
	live = recoat_thread_live(thread);
	if (live > thread->live_peak)
		thread->live_peak = live;
	live = thread->others + thread->pending;
	if (live > atomic_load_explicit(&total->peak, memory_order_relaxed))
		raise_peak(live);
	set_ceiling(thread);
}
