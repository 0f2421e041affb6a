/* SPDX-License-Identifier: Apache-2.0 */
/* Packing heap events into the trace stream of their thread. */
#include "preload/trace.h"

#include <stdio.h>

#include "preload/clock.h"
#include "preload/put.h"
#include "preload/recording.h"

#define GRANULE_BITS 4 /* Blocks are told apart by address / 16. */

static bool open_stream(struct recoat_thread *thread, uint64_t now)
{
	char name[32];

	if (thread->trace_failed)
		return false;
	snprintf(name, sizeof name, "trace-%u", thread->shard);
	thread->trace_failed =
		recoat_stream_open(&thread->trace, RECOAT_STREAM_TRACE, name, RECOAT_TRACE_PACKET,
				   (uint32_t)thread->tid, thread->shard, now) != 0;
	return !thread->trace_failed;
}

/* The time of an event to be put now, in a packet that may still hold it; 0: there is none. */
static inline uint64_t begin_event(struct recoat_thread *thread)
{
	struct recoat_stream *stream = &thread->trace;
	uint64_t now = recoat_clock_tick();

	if (__builtin_expect(!stream->packet, 0) && !open_stream(thread, now)) {
		recoat_drop(RECOAT_DROP_TRACE);
		return 0;
	}
	now = recoat_stream_time(stream, now);
	if (__builtin_expect(now - stream->packet->time_begin >= RECOAT_TRACE_SPAN, 0))
		recoat_stream_next_packet(stream, now);
	return now;
}

void recoat_trace_allocated(struct recoat_thread *thread, const void *address, size_t size,
			    uint32_t path)
{
	uint64_t block = (uint64_t)address >> GRANULE_BITS;
	uint64_t now = begin_event(thread);
	uint64_t words[3];

	thread->allocations++;
	thread->bytes += size;
	if (!now)
		return;
	if (__builtin_expect(size > UINT32_MAX, 0)) {
		recoat_pack_trace_alloc_large(words, now,
					      &(struct recoat_trace_alloc_large){
						      .block = block, .path = path, .size = size});
		recoat_put_packed(&thread->trace, now, words, RECOAT_PACKED_trace_alloc_large);
		return;
	}
	recoat_pack_trace_alloc(
		words, now,
		&(struct recoat_trace_alloc){.block = block, .path = path, .size = (uint32_t)size});
	recoat_put_packed(&thread->trace, now, words, RECOAT_PACKED_trace_alloc);
}

void recoat_trace_freed(struct recoat_thread *thread, const void *address)
{
	const struct recoat_trace_free event = {.block = (uint64_t)address >> GRANULE_BITS};
	uint64_t now = begin_event(thread);
	uint64_t word;

	if (!now)
		return;
	recoat_pack_trace_free(&word, now, &event);
	recoat_put_packed(&thread->trace, now, &word, RECOAT_PACKED_trace_free);
}

void recoat_trace_kept(struct recoat_thread *thread, const void *address)
{
	const struct recoat_trace_kept event = {.block = (uint64_t)address >> GRANULE_BITS};
	uint64_t now = begin_event(thread);
	uint64_t word;

	if (!now)
		return;
	recoat_pack_trace_kept(&word, now, &event);
	recoat_put_packed(&thread->trace, now, &word, RECOAT_PACKED_trace_kept);
}
