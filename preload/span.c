/* SPDX-License-Identifier: Apache-2.0 */
/* Beginning and ending spans, with what each cost. */
#include "preload/span.h"

#include <errno.h>
#include <stdio.h>

#include "preload/chain.h"
#include "preload/clock.h"
#include "preload/heap_total.h"
#include "preload/hot.h"
#include "preload/link.h"
#include "preload/peek.h"
#include "preload/recording.h"
#include "preload/span_open.h"
#include "preload/span_rate.h"
#include "preload/span_sums.h"
#include "preload/stack_cache.h"
#include "preload/vectors.h"
#include "preload/work.h"

#define PAGE 4096u

/*
 * Reading a thread's CPU time is a system call, and a span needs two. They are made while
 * the spans of a link last this many nanoseconds on average, so that they stay under 1%.
 */
#define CPU_TIME_WORTH_NS 100000u
#define CPU_TIME_TRIALS 4 /* Spans of a link whose CPU time is read before that is known. */

bool recoat_spans_off;
static enum recoat_spans_setting recording;
static struct recoat_span_rate rate[RECOAT_LINKS_MAX];

void recoat_spans_init(enum recoat_spans_setting setting)
{
	recording = setting;
	recoat_spans_off = setting == RECOAT_SPANS_OFF;
}

/* ---- What is known of a call. ---- */

static uint64_t problem_size(struct recoat_link *link, const struct recoat_call *call,
			     uint8_t *flags)
{
	uint64_t size = 0;

	if (!link->kernel->size.steps)
		return 0;
	if (recoat_size_evaluate(&link->kernel->size, call->arguments, recoat_peek, &size)) {
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

static void count_span(uint32_t index, uint64_t duration, uint64_t now)
{
	struct recoat_link *link = &recoat_links[index];

	__atomic_store_n(&link->spans, link->spans + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&link->ticks, link->ticks + duration, __ATOMIC_RELAXED);
	recoat_span_rate_count(&rate[index], now);
}

/*
 * What is around a span that is summed up is summed up too or written before it ends, but a
 * span that is written must find what is around it written.
 */
static enum recoat_span_record choose(uint32_t index, const struct recoat_open_span *outer)
{
	enum recoat_span_record around = outer ? outer->record : RECOAT_SPAN_WRITTEN;

	if (recording == RECOAT_SPANS_AGGREGATE || around == RECOAT_SPAN_SUMMED)
		return RECOAT_SPAN_SUMMED;
	if (recording == RECOAT_SPANS_ALL || !rate[index].summed)
		return around;
	return recoat_span_rate_sample(&rate[index]) ? RECOAT_SPAN_SAMPLED : RECOAT_SPAN_SUMMED;
}

/* ---- Ending. ---- */

static bool open_stream(struct recoat_thread *thread, uint64_t now)
{
	char name[32];

	if (thread->spans.packet)
		return true;
	recoat_vectors_save();
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

static void sum_span(struct recoat_thread *thread, const struct recoat_open_span *span,
		     uint64_t now, const struct recoat_span_costs *costs)
{
	const struct recoat_span_context context = {
		.paths = (uint64_t)span->outer_path << 32 | span->path,
		.links = (uint64_t)span->depth << 32 | (uint32_t)span->outer << 16 | span->link,
	};

	if (!recoat_span_table_add(&thread->sums, thread->shard, &context, costs, now,
				   (uint32_t)thread->tid))
		recoat_drop(RECOAT_DROP_SPANS);
}

static void record(struct recoat_thread *thread, const struct recoat_open_span *span, uint64_t now,
		   struct recoat_span_costs *costs)
{
	if (span->record != RECOAT_SPAN_WRITTEN)
		sum_span(thread, span, now, costs);
	if (span->record == RECOAT_SPAN_SAMPLED)
		costs->flags |= RECOAT_SPAN_SAMPLE | (uint8_t)(rate[span->link].step << 5);
	if (span->record != RECOAT_SPAN_SUMMED)
		put_span(thread, span, now, costs);
}

/* Spans of other stacks may be open further in. */
static void remove_span(struct recoat_thread *thread, uint32_t at)
{
	thread->depth--;
	if (__builtin_expect(at == thread->depth, 1))
		return;
	recoat_vectors_save();
	for (; at < thread->depth; at++)
		thread->open[at] = thread->open[at + 1];
}

void recoat_span_close(struct recoat_thread *thread, uint32_t at, uint64_t now, uint8_t more_flags)
{
	struct recoat_open_span *span = &thread->open[at];
	struct recoat_span_costs costs = {
		.duration = now - span->begin,
		.link = span->link,
		.depth = span->depth,
		.flags = span->flags | more_flags,
		.path = span->path,
		.size = span->size,
		.allocations = thread->allocations - span->allocations,
		.bytes = thread->bytes - span->bytes,
		.peak = (uint64_t)(thread->live_peak - span->live),
	};

	if (span->flags & RECOAT_SPAN_CPU)
		costs.cpu_time = recoat_work_cpu_time(thread) - span->cpu_begin;
	if (span->outer_peak > thread->live_peak)
		thread->live_peak = span->outer_peak;
	count_span(span->link, costs.duration, now);
	record(thread, span, now, &costs);
	remove_span(thread, at);
}

/* ---- Beginning. ---- */

/* The innermost open span that is known to be around a new one: on the thread's own stack. */
static const struct recoat_open_span *innermost(const struct recoat_thread *thread)
{
	for (uint32_t at = thread->depth; at-- > 0;)
		if (!(thread->open[at].flags & RECOAT_SPAN_APART))
			return &thread->open[at];
	return NULL;
}

static void begin(struct recoat_thread *thread, uint32_t index, uint32_t on,
		  const struct recoat_call *call)
{
	struct recoat_link *link = &recoat_links[index];
	struct recoat_open_span *span = &thread->open[thread->depth];
	uint32_t path = recoat_call_path(thread, &call->caller);
	bool apart = recoat_span_is_apart(thread, call->caller.stack);
	const struct recoat_open_span *outer = apart ? NULL : innermost(thread);

	*span = (struct recoat_open_span){
		.stack = call->caller.stack,
		.link = (uint16_t)index,
		.path = path,
		.on = on,
		.outer = outer ? (uint16_t)(outer->link + 1) : 0,
		.outer_path = outer ? outer->path : 0,
		.depth = outer ? (uint8_t)(outer->depth + 1) : 0,
		.record = (uint8_t)choose(index, outer),
		.flags = apart ? RECOAT_SPAN_APART : 0,
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
		span->cpu_begin = recoat_work_cpu_time(thread);
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

/*
 * The call's stack arguments, to be passed on; less if there are none so many: on a coroutine's
 * stack, what is above its first frame may not be mapped.
 */
static inline struct recoat_callee callee(uint32_t index, const struct recoat_call *call)
{
	uint64_t words = recoat_links[index].kernel->stack_words;
	uint64_t first = call->caller.stack, page = (first + PAGE - 1) & -(uint64_t)PAGE;

	if (__builtin_expect(first + 8 * words > page, 0) && words && !recoat_stack_probe(page))
		words = (page - first) / 8;
	return (struct recoat_callee){.target = recoat_links[index].target,
				      .stack_pairs = (words + 1) / 2};
}

/* The first call of a thread: it gets its state. */
static RECOAT_SLOW struct recoat_thread *enter_first(uint64_t frame)
{
	struct recoat_vectors area;
	struct recoat_thread *thread;

	recoat_vectors_begin(&area);
	thread = recoat_thread_enter_at(frame);
	recoat_vectors_end(&area);
	return thread;
}

/* Make the thread busy, and see to its vector registers. `frame` is that of the hook. */
static inline struct recoat_thread *enter(uint64_t frame)
{
	struct recoat_thread *thread =
		recoat_local.idle ? recoat_thread_enter_at(frame) : enter_first(frame);

	if (thread)
		recoat_vectors_begin(&thread->vectors);
	return thread;
}

static inline void leave(struct recoat_thread *thread)
{
	recoat_vectors_end(&thread->vectors);
	recoat_thread_leave(thread);
}

struct recoat_callee recoat_span_begin(uint32_t index, const struct recoat_call *call)
{
	struct recoat_thread *thread = enter((uint64_t)__builtin_frame_address(0));
	int kept = errno;
	uint32_t on;

	if (!thread)
		return callee(recoat_link_serving(index, recoat_chain_on()), call);
	if (thread->depth)
		recoat_span_close_left(thread, call->caller.stack, call->caller.stack + 1);
	on = plugins_on(thread, index);
	index = recoat_link_serving(index, on);
	if (thread->depth < RECOAT_SPAN_DEPTH_MAX) {
		begin(thread, index, on, call);
	} else {
		thread->too_deep++;
		recoat_drop(RECOAT_DROP_SPANS);
	}
	errno = kept;
	leave(thread);
	return callee(index, call);
}

/* The open span of this call; RECOAT_SPAN_DEPTH_MAX if it did not begin: busy, or too deep. */
static inline uint32_t find_open(const struct recoat_thread *thread, uint64_t stack)
{
	for (uint32_t at = thread->depth; at-- > 0;)
		if (thread->open[at].stack == stack)
			return at;
	return RECOAT_SPAN_DEPTH_MAX;
}

void recoat_span_end(uint32_t index, const struct recoat_call *call)
{
	uint64_t now = recoat_clock_span();
	struct recoat_thread *thread = enter((uint64_t)__builtin_frame_address(0));
	int kept = errno;
	uint32_t at;

	(void)index;
	if (!thread)
		return;
	at = find_open(thread, call->caller.stack);
	if (at + 1 != thread->depth) {
		recoat_span_close_left(thread, call->caller.stack, call->caller.stack);
		at = find_open(thread, call->caller.stack);
	}
	if (at < RECOAT_SPAN_DEPTH_MAX)
		recoat_span_close(thread, at, now, 0);
	else if (thread->too_deep)
		thread->too_deep--;
	errno = kept;
	leave(thread);
}
