/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of an allocation or a free. */
#include "preload/heap.h"

#include <unistd.h>

#include "preload/clock.h"
#include "preload/heap_slots.h"
#include "preload/heap_total.h"
#include "preload/pointer_table.h"
#include "preload/recording.h"
#include "preload/snapshot.h"
#include "preload/trace.h"

#define ALLOCATIONS_A_LOOK 128 /* Of a thread at the clock; when sampling, each. */

bool recoat_heap_tracing;
bool recoat_heap_counts_all;

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

	recoat_sampling_init(setting->period, now ^ (uint64_t)getpid() << 32);
	put_level(setting, now);
	recoat_heap_tracing = setting->level == RECOAT_HEAP_TRACE;
	recoat_heap_counts_all = !recoat_heap_tracing && !setting->period;
	recoat_heap_between_looks = recoat_heap_counts_all ? ALLOCATIONS_A_LOOK - 1 : 0;
	if (recoat_heap_tracing)
		return true;
	if (!recoat_heap_total_init(now))
		return false;
	recoat_snapshot_init(now);
	return true;
}

void recoat_heap_reset(void)
{
	recoat_heap_total_reset();
	recoat_heap_epochs = (struct recoat_heap_epochs){0};
	recoat_snapshot_init(0);
	if (recoat_sampling_period)
		recoat_sampled_reset();
	recoat_pointer_reset();
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
	struct recoat_heap_path *counts = recoat_heap_counters(thread, block.path);
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
		recoat_heap_pass_ceiling(thread);
}

static RECOAT_FAST void count_free(struct recoat_thread *thread, const void *address,
				   const struct recoat_block *block, bool temporary, bool sampled)
{
	struct recoat_weight weight = weight_of(address, block->size, sampled);
	struct recoat_heap_path *counts = recoat_heap_counters(thread, block->path);

	if (__builtin_expect(counts != NULL, 1)) {
		counts->frees += weight.count;
		counts->freed_bytes += weight.bytes;
		if (temporary)
			counts->temporary += weight.count;
	}
	thread->pending -= (int64_t)weight.bytes;
	if (__builtin_expect(thread->pending < -RECOAT_HEAP_SLACK, 0))
		recoat_heap_tell_and_look(thread);
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
	counts = recoat_heap_counters(thread, release->path);
	if (counts) {
		counts->frees -= weight.count;
		counts->freed_bytes -= weight.bytes;
		counts->temporary -= release->temporary ? weight.count : 0;
	}
	put_block(address, (struct recoat_block){.path = release->path, .size = release->size},
		  recoat_sampling_period != 0);
	thread->pending += (int64_t)weight.bytes;
	if (thread->pending > thread->ceiling)
		recoat_heap_pass_ceiling(thread);
}

void recoat_heap_end(void)
{
	struct recoat_thread *thread = recoat_heap_tracing ? NULL : recoat_thread_enter();

	if (!thread)
		return;
	recoat_heap_take_sample(thread, recoat_clock_monotonic());
	recoat_thread_leave(thread);
}
