/* SPDX-License-Identifier: Apache-2.0 */
/* Giving states to threads and taking them back. */
#include "preload/thread.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/cpu.h"
#include "preload/memory.h"
#include "preload/recording.h"
#include "preload/stack_cache.h"
#include "preload/thread_name.h"

__thread struct recoat_thread_local recoat_local;

/* Any pointer makes a thread busy. */
#define NO_STATE ((struct recoat_thread *)&recoat_local)

static struct recoat_thread *_Atomic first;
static _Atomic uint32_t made;
static _Atomic bool allowed;
static bool (*_Atomic begin_later)(void);
static pthread_key_t key;

struct recoat_thread *recoat_thread_first(void)
{
	/* Acquire pairs with the release in make_state(). */
	return atomic_load_explicit(&first, memory_order_acquire);
}

static bool take(struct recoat_thread *thread)
{
	/* Acquire pairs with the release in give_back(): its counters are all there. */
	return !atomic_exchange_explicit(&thread->taken, true, memory_order_acquire);
}

static void give_back(struct recoat_thread *thread)
{
	atomic_store_explicit(&thread->taken, false, memory_order_release);
}

static struct recoat_thread *find_free(void)
{
	struct recoat_thread *thread = recoat_thread_first();

	while (thread &&
	       (atomic_load_explicit(&thread->taken, memory_order_relaxed) || !take(thread)))
		thread = thread->next;
	return thread;
}

static struct recoat_thread *make_state(void)
{
	struct recoat_thread *thread = recoat_map(sizeof *thread);

	if (!thread) {
		recoat_drop(RECOAT_DROP_THREADS);
		return NULL;
	}
	atomic_store_explicit(&thread->taken, true, memory_order_relaxed);
	thread->shard = atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
	thread->next = atomic_load_explicit(&first, memory_order_relaxed);
	/* Release pairs with the acquire in recoat_thread_first(). */
	while (!atomic_compare_exchange_weak_explicit(&first, &thread->next, thread,
						      memory_order_release, memory_order_relaxed))
		;
	return thread;
}

/* A state for this thread; the open spans and the newest block of the last one are gone. */
static struct recoat_thread *attach(void)
{
	struct recoat_thread *thread = find_free();

	if (!thread)
		thread = make_state();
	if (!thread)
		return NULL;
	thread->tid = gettid();
	thread->depth = 0;
	thread->too_deep = 0;
	thread->serves = 0;
	thread->last = NULL;
	thread->attached = NULL;
	thread->own_stack_known = false;
	recoat_thread_watch_live(thread);
	recoat_stream_hand_over(&thread->trace, (uint32_t)thread->tid, recoat_clock_tick());
	recoat_stream_hand_over(&thread->spans, (uint32_t)thread->tid, recoat_clock_span());
	return thread;
}

/* Whether threads are let in, after a beginning that was put off has been made. */
static bool let_in(void)
{
	bool (*begin)(void);

	if (atomic_load_explicit(&allowed, memory_order_relaxed))
		return true;
	if (!atomic_load_explicit(&begin_later, memory_order_relaxed))
		return false;
	begin = atomic_exchange_explicit(&begin_later, NULL, memory_order_relaxed);
	/* Busy, so that what `begin` does is not recorded. */
	recoat_local.own = NO_STATE;
	if (begin && begin())
		recoat_thread_allow(true);
	recoat_local.own = NULL;
	return atomic_load_explicit(&allowed, memory_order_relaxed);
}

/*
 * The hook that made the thread busy is gone: a signal handler has jumped out of it. The thread
 * runs at its frame's place or above, on the same stack, and holds none of our locks. Nothing is
 * known of other stacks, such as a handler's that lies higher.
 */
static bool hook_is_gone(const struct recoat_thread *thread, uint64_t frame)
{
	struct recoat_stack stack;
	stack_t alternate;

	if (frame < recoat_local.busy_at || recoat_locks_held || thread == NO_STATE ||
	    syscall(SYS_sigaltstack, NULL, &alternate) || alternate.ss_flags & SS_ONSTACK)
		return false;
	if (thread->attached)
		stack = thread->attached->stack;
	else
		recoat_stack_find(&stack, frame);
	return recoat_stack_has(&stack, frame) && recoat_stack_has(&stack, recoat_local.busy_at);
}

/* What it was in the middle of stays as it is: its counters are good, and nobody goes on there. */
static void abandon(struct recoat_thread *thread)
{
	for (uint32_t i = 0; i < thread->depth; i++)
		recoat_drop(RECOAT_DROP_SPANS);
	recoat_cpu_disarm(thread);
	recoat_vectors_area = NULL;
	recoat_local.own = NULL;
	recoat_local.lent = false;
}

struct recoat_thread *recoat_thread_enter_slowly(uint64_t frame)
{
	int kept = errno;
	struct recoat_thread *thread = recoat_local.own;

	if (thread && hook_is_gone(thread, frame))
		abandon(thread);
	errno = kept;
	if (recoat_local.own)
		return NULL;
	recoat_vectors_save();
	recoat_local.busy_at = frame;
	thread = let_in() ? attach() : NULL;
	recoat_local.own = thread;
	/* May allocate; the thread is busy, so that is not recorded. */
	if (thread && !recoat_local.ended) {
		pthread_setspecific(key, (void *)1);
		recoat_cpu_arm(thread);
	}
	errno = kept;
	return thread;
}

void recoat_thread_leave_slowly(struct recoat_thread *thread)
{
	recoat_local.own = NULL;
	give_back(thread);
}

/*
 * Runs when a thread ends. Other destructors may still free memory: it asks to be called
 * again until the last round, so that nearly all of that is recorded as usual.
 */
static void end_thread(void *round)
{
	intptr_t rounds = (intptr_t)round;
	struct recoat_thread *thread;

	if (rounds < PTHREAD_DESTRUCTOR_ITERATIONS) {
		pthread_setspecific(key, (void *)(rounds + 1));
		return;
	}
	recoat_thread_name_put();
	thread = recoat_local.own;
	if (thread)
		recoat_cpu_disarm(thread);
	recoat_local = (struct recoat_thread_local){.ended = true};
	if (thread)
		give_back(thread);
}

int recoat_thread_init(void)
{
	return pthread_key_create(&key, end_thread) ? -1 : 0;
}

void recoat_thread_allow(bool recording)
{
	atomic_store_explicit(&allowed, recording, memory_order_relaxed);
}

void recoat_thread_begin_later(bool (*begin)(void))
{
	atomic_store_explicit(&begin_later, begin, memory_order_relaxed);
}

bool recoat_thread_busy(void)
{
	return recoat_local.own && !recoat_local.idle;
}

void recoat_thread_reset(void)
{
	recoat_local.idle = recoat_local.own = recoat_local.sampled = NULL;
	recoat_local.lent = recoat_local.forking = false;
	recoat_locks_held = 0;
	atomic_store_explicit(&first, NULL, memory_order_relaxed);
	atomic_store_explicit(&made, 0, memory_order_relaxed);
}
