/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning and ending spans, with what each cost. */
#include "preload/span.h"

#include <errno.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#include "preload/chain.h"
#include "preload/clock.h"
#include "preload/heap.h"
#include "preload/link.h"
#include "preload/recording.h"
#include "preload/tree.h"

/*
 * Reading a thread's CPU time is a system call, and a span needs two. They are made while
 * the spans of a link last this many nanoseconds on average, so that they stay under 1%.
 */
#define CPU_TIME_WORTH_NS 100000u
#define CPU_TIME_TRIALS 4 /* Spans of a link whose CPU time is read before that is known. */

/*
 * The target's memory at an address that a catalogue computed. Through the kernel, because
 * a wrong catalogue must not crash the target.
 */
static bool read_target(uint64_t address, void *to, size_t bytes)
{
	struct iovec local = {to, bytes};
	struct iovec remote = {(void *)address, bytes};

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) == (ssize_t)bytes;
}

static uint64_t problem_size(struct recoat_link *link, const struct recoat_call *call,
			     uint8_t *flags)
{
	uint64_t size = 0;

	if (!link->kernel->size.steps)
		return 0;
	if (recoat_size_evaluate(&link->kernel->size, call->arguments, read_target, &size)) {
		*flags |= RECOAT_SPAN_SIZE;
		return size;
	}
	return 0;
}

static bool cpu_time_is_worth_it(const struct recoat_link *link)
{
	/* Torn or stale counts do no harm: they only choose. */
	uint64_t spans = __atomic_load_n(&link->spans, __ATOMIC_RELAXED);
	uint64_t ticks = __atomic_load_n(&link->ticks, __ATOMIC_RELAXED);

	return spans < CPU_TIME_TRIALS ||
	       ticks / spans > recoat_clock_span_frequency / (1000000000u / CPU_TIME_WORTH_NS);
}

static void count_span(struct recoat_link *link, uint64_t duration)
{
	__atomic_store_n(&link->spans, link->spans + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&link->ticks, link->ticks + duration, __ATOMIC_RELAXED);
}

static bool open_stream(struct recoat_thread *thread, uint64_t now)
{
	char name[32];

	if (thread->spans.packet)
		return true;
	snprintf(name, sizeof name, "spans-%u", thread->shard);
	return !recoat_stream_open(&thread->spans, RECOAT_STREAM_SPANS, name, RECOAT_SPANS_PACKET,
				   (uint32_t)thread->tid, thread->shard, now);
}

static void put_span(struct recoat_thread *thread, const struct recoat_open_span *span,
		     uint64_t now, const struct recoat_span_costs *costs)
{
	if (!open_stream(thread, span->begin)) {
		recoat_drop(RECOAT_DROP_SPANS);
		return;
	}
	if (costs->allocations || costs->flags & RECOAT_SPAN_CPU) {
		recoat_put_span_costs(&thread->spans, now, costs);
	} else {
		struct recoat_span plain = {
			.duration = costs->duration,
			.link = costs->link,
			.depth = costs->depth,
			.flags = costs->flags,
			.path = costs->path,
			.size = costs->size,
		};

		recoat_put_span(&thread->spans, now, &plain);
	}
}

/* End the innermost open span of a busy thread. */
static void end_innermost(struct recoat_thread *thread, uint64_t now, uint8_t more_flags)
{
	struct recoat_open_span *span = &thread->open[--thread->depth];
	struct recoat_span_costs costs = {
		.duration = now - span->begin,
		.link = span->link,
		.depth = (uint8_t)thread->depth,
		.flags = span->flags | more_flags,
		.path = span->path,
		.size = span->size,
		.allocations = thread->allocations - span->allocations,
		.bytes = thread->bytes - span->bytes,
		.peak = (uint64_t)(thread->live_peak - span->live),
	};

	if (span->flags & RECOAT_SPAN_CPU)
		costs.cpu_time = recoat_clock_read(CLOCK_THREAD_CPUTIME_ID) - span->cpu_begin;
	if (span->outer_peak > thread->live_peak)
		thread->live_peak = span->outer_peak;
	count_span(&recoat_links[span->link], costs.duration);
	put_span(thread, span, now, &costs);
}

/*
 * Spans that were left by longjmp: their thunks' frames lay where the stack is free now. On
 * the thread's own stack that is all below `stack`.
 */
static void end_abandoned(struct recoat_thread *thread, uint64_t stack)
{
	while (thread->depth && thread->open[thread->depth - 1].stack < stack)
		end_innermost(thread, recoat_clock_span(), RECOAT_SPAN_UNWOUND);
}

static void begin(struct recoat_thread *thread, uint32_t index, uint32_t on,
		  const struct recoat_call *call)
{
	struct recoat_link *link = &recoat_links[index];
	struct recoat_open_span *span = &thread->open[thread->depth];

	*span = (struct recoat_open_span){
		.stack = call->caller.stack,
		.link = (uint16_t)index,
		.path = recoat_call_path(thread, &call->caller),
		.on = on,
		.allocations = thread->allocations,
		.bytes = thread->bytes,
		.live = recoat_thread_live(thread),
		.outer_peak = thread->live_peak,
	};
	span->size = problem_size(link, call, &span->flags);
	if (recoat_heap_changed(thread))
		recoat_heap_look(thread);
	recoat_thread_watch_live(thread);
	thread->depth++;
	if (cpu_time_is_worth_it(link)) {
		span->flags |= RECOAT_SPAN_CPU;
		span->cpu_begin = recoat_clock_read(CLOCK_THREAD_CPUTIME_ID);
	}
	span->begin = recoat_clock_span();
}

/*
 * The plugins that serve a call of link `index`. One that a link of the same chain makes goes
 * on with those that the outer call began with, so that a swap leaves calls under way alone.
 */
static uint32_t plugins_on(const struct recoat_thread *thread, uint32_t index)
{
	const struct recoat_open_span *outer;

	if (recoat_links[index].bit == RECOAT_LINK_ORIGINAL)
		return RECOAT_LINK_ORIGINAL;
	if (!thread->depth)
		return recoat_chain_on();
	outer = &thread->open[thread->depth - 1];
	return outer->link < index && recoat_links[outer->link].first == recoat_links[index].first
		       ? outer->on
		       : recoat_chain_on();
}

uint64_t recoat_span_begin(uint32_t index, const struct recoat_call *call)
{
	struct recoat_thread *thread = recoat_thread_enter();
	int kept = errno;
	uint32_t on;

	if (!thread)
		return recoat_links[recoat_link_serving(index, recoat_chain_on())].target;
	end_abandoned(thread, call->caller.stack + 1);
	on = plugins_on(thread, index);
	index = recoat_link_serving(index, on);
	if (thread->depth < RECOAT_SPAN_DEPTH_MAX) {
		begin(thread, index, on, call);
	} else {
		thread->too_deep++;
		recoat_drop(RECOAT_DROP_SPANS);
	}
	errno = kept;
	recoat_thread_leave(thread);
	return recoat_links[index].target;
}

void recoat_span_end(uint32_t index, const struct recoat_call *call)
{
	uint64_t now = recoat_clock_span();
	struct recoat_thread *thread = recoat_thread_enter();
	int kept = errno;

	(void)index;
	if (!thread)
		return;
	end_abandoned(thread, call->caller.stack);
	/* If it did not begin (the thread was busy, or too deep), there is nothing to end. */
	if (thread->depth && thread->open[thread->depth - 1].stack == call->caller.stack)
		end_innermost(thread, now, 0);
	else if (thread->too_deep)
		thread->too_deep--;
	errno = kept;
	recoat_thread_leave(thread);
}

/*
 * The thunk's personality routine: an exception or a cancellation is unwinding through it.
 * Frames are unwound from the inside, so the innermost span is the one.
 */
_Unwind_Reason_Code recoat_thunk_personality(int version, _Unwind_Action actions,
					     _Unwind_Exception_Class class,
					     struct _Unwind_Exception *exception,
					     struct _Unwind_Context *context);

_Unwind_Reason_Code recoat_thunk_personality(int version, _Unwind_Action actions,
					     _Unwind_Exception_Class class,
					     struct _Unwind_Exception *exception,
					     struct _Unwind_Context *context)
{
	struct recoat_thread *thread;
	int kept = errno;

	(void)version, (void)class, (void)exception, (void)context;
	if (!(actions & _UA_CLEANUP_PHASE))
		return _URC_CONTINUE_UNWIND;
	thread = recoat_thread_enter();
	if (!thread)
		return _URC_CONTINUE_UNWIND;
	if (thread->too_deep)
		thread->too_deep--;
	else if (thread->depth)
		end_innermost(thread, recoat_clock_span(), RECOAT_SPAN_UNWOUND);
	errno = kept;
	recoat_thread_leave(thread);
	return _URC_CONTINUE_UNWIND;
}
