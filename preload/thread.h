/* SPDX-License-Identifier: Apache-2.0 */
/* What the runtime keeps a thread, and the guard against entering itself. */
#ifndef RECOAT_THREAD_H
#define RECOAT_THREAD_H

/*
 * States are recycled: a thread that ends leaves its state, with its counters and its live
 * packet, to the next one, so that thousands of short threads need few files.
 *
 *   recoat_thread_enter() -> state, the thread is now busy: whatever it allocates or calls
 *                            until recoat_thread_leave() is not recorded
 *                         -> NULL: recording is off, or the thread is busy already, or there
 *                            is no memory for a state
 *
 * A signal handler that interrupts a busy thread gets NULL too, so a state has one user.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "preload/cpu_counters.h"
#include "preload/sampling.h"
#include "preload/span_sums.h"
#include "preload/stream.h"
#include "preload/unwind_stack.h"
#include "preload/vectors.h"

#define RECOAT_SPAN_DEPTH_MAX 128
#define RECOAT_FRAMES_MAX 512

struct recoat_heap_slot; /* heap_slots.h */
struct recoat_heap_leaf;
struct recoat_stack_cache;

/* What becomes of a span. */
enum recoat_span_record {
	RECOAT_SPAN_WRITTEN,
	RECOAT_SPAN_SUMMED,
	RECOAT_SPAN_SAMPLED, /* Both. */
};

/* A span that has begun and not ended. */
struct recoat_open_span {
	uint64_t stack; /* Address of its thunk's frame: tells spans apart after longjmp. */
	uint64_t begin; /* Clock "span". */
	uint64_t cpu_begin;
	uint64_t size;
	uint64_t allocations; /* The thread's counts when it began. */
	uint64_t bytes;
	int64_t live;
	int64_t outer_peak; /* The watermark of the span around it. */
	uint32_t path;
	uint32_t on; /* The plugins that served when it began. */
	uint32_t outer_path;
	uint16_t outer; /* Link of the innermost span around it on its stack plus 1, or 0. */
	uint16_t link;
	uint8_t depth;
	uint8_t flags;
	uint8_t record; /* enum recoat_span_record. */
};

struct recoat_thread {
	struct recoat_thread *next; /* All states; set once. */
	_Atomic bool taken;
	uint32_t shard;
	pid_t tid;

	/* Heap: the thread's own totals, and where its counters stand. */
	uint64_t allocations;
	uint64_t bytes;
	int64_t pending;     /* Bytes that heap_total has not been told. */
	int64_t ceiling;     /* Nothing happens (heap_total.h) until `pending` is above it. */
	const void *last;    /* Newest block, while no other was allocated after it. */
	int32_t until_look;  /* Allocations until the next look at the clock. */
	uint32_t chunks;     /* Heap packets of this shard so far. */
	int64_t told;        /* Bytes it allocated minus bytes it freed, without `pending`. */
	int64_t live_peak;   /* Most of these, with `pending`, since the current span began. */
	int64_t others;      /* heap_total without `pending`, as of the last telling. */
	struct recoat_sampler sampler;
	struct recoat_heap_slot *free_slot, *slots_end; /* In the newest heap packet. */
	struct recoat_packet *heap_packet;
	struct recoat_heap_leaf *slot_of_path[4096]; /* By path / 1024, path % 1024. */

	struct recoat_stream trace; /* With RECOAT_HEAP=trace. */
	bool trace_failed;          /* It could not be opened. */

	/* Spans. */
	struct recoat_stream spans;
	uint32_t depth;
	uint32_t too_deep; /* Open spans beyond RECOAT_SPAN_DEPTH_MAX. */
	struct recoat_open_span open[RECOAT_SPAN_DEPTH_MAX];
	struct recoat_span_table sums;
	struct recoat_vectors vectors;

	/* Work of one thread for calls of another: work.h. */
	uint64_t serves;         /* The call that this one works for, or 0. */
	uint64_t serves_from;    /* Its CPU time when it began. */
	_Atomic uint64_t helped; /* CPU time of others that have worked for this one. */

	/* CPU samples; a signal handler of the thread itself writes them. */
	struct recoat_cpu_counters samples;
	struct recoat_stack own_stack; /* Found at the first sample if `stacks` cannot tell. */
	bool own_stack_known;
	bool timer_runs;
	int timer;

	/* Call paths. */
	struct recoat_stack_cache *stacks;   /* Kept when the state changes hands; */
	struct recoat_stack_cache *attached; /* NULL until it is told whom it serves. */
	uint64_t frames[RECOAT_FRAMES_MAX]; /* Scratch for libunwind and CPU samples. */
};

/* What recoat_thread_enter() looks at. `idle` is `own`, or NULL while the thread is busy. */
struct recoat_thread_local {
	struct recoat_thread *idle;
	struct recoat_thread *own;
	struct recoat_thread *sampled; /* `own` while a timer samples the thread. */
	bool ended;   /* Its destructors have run; the state is borrowed for each event. */
	bool forking; /* It holds the process lock over a fork; nothing is half done. */
	uint64_t busy_at; /* Frame of the function that made the thread busy. */
	bool lent;    /* Busy, but in the target's allocator: the runtime is not in use. */
};
extern __thread struct recoat_thread_local recoat_local __attribute__((tls_model("initial-exec")));

struct recoat_thread *recoat_thread_enter_slowly(uint64_t frame);
void recoat_thread_leave_slowly(struct recoat_thread *thread);

/* For a hook whose frame is at `frame`; the thread is not busy any more when that is gone. */
static inline struct recoat_thread *recoat_thread_enter_at(uint64_t frame)
{
	struct recoat_thread *thread = recoat_local.idle;

	if (__builtin_expect(!thread, 0))
		return recoat_thread_enter_slowly(frame);
	/* Before anything else: a signal handler from here on must find the thread busy. */
	recoat_local.idle = NULL;
	recoat_local.busy_at = frame;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return thread;
}

/* The function that this is inlined into must outlive the busy time, and not enter in it again. */
static inline __attribute__((always_inline)) struct recoat_thread *recoat_thread_enter(void)
{
	return recoat_thread_enter_at((uint64_t)__builtin_frame_address(0));
}

static inline void recoat_thread_leave(struct recoat_thread *thread)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (__builtin_expect(recoat_local.ended, 0))
		recoat_thread_leave_slowly(thread);
	else
		recoat_local.idle = thread;
}

/*
 * Around a call of a displaced function by a busy thread: CPU samples taken there are the
 * target's own. `thread` is what recoat_thread_enter() returned, NULL included.
 */
static inline void recoat_thread_lend(const struct recoat_thread *thread)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	recoat_local.lent = thread != NULL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline void recoat_thread_take_back(void)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	recoat_local.lent = false;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

/* Bytes that the thread allocated minus bytes that it freed. */
static inline int64_t recoat_thread_live(const struct recoat_thread *thread)
{
	return thread->told + thread->pending;
}

/* Look for the highest of these anew. */
static inline void recoat_thread_watch_live(struct recoat_thread *thread)
{
	thread->live_peak = recoat_thread_live(thread);
	thread->ceiling = INT64_MIN; /* So that the next allocation finds out where it is. */
}

/* Let threads in from now on (true) or turn them away (false). */
void recoat_thread_allow(bool recording);

/* Register the destructor that ends a thread's part. 0 or -1. At start, once. */
int recoat_thread_init(void);

/*
 * Have `begin` called at the next event, whose thread is busy meanwhile; if it returns true,
 * threads are let in. NULL: not any more.
 */
void recoat_thread_begin_later(bool (*begin)(void));

/* Is this thread inside the runtime? */
bool recoat_thread_busy(void);

/*
 * In a forked child: forget every state. The calling thread is the only one; whether it was
 * busy is forgotten too.
 */
void recoat_thread_reset(void);

/* All states ever made, newest first. */
struct recoat_thread *recoat_thread_first(void);

#endif
