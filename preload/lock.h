/* SPDX-License-Identifier: Apache-2.0 */
/* A spin lock that can be reset in a forked child and needs nothing from libc. */
#ifndef RECOAT_LOCK_H
#define RECOAT_LOCK_H

/*
 * For short critical sections off the hot paths. Not recursive: the runtime never takes
 * one while busy in the same thread (thread.h), so a signal handler cannot deadlock on it.
 * Order: the module refresh lock before the process lock (recording.h); nobody calls into
 * the dynamic loader while holding the process lock.
 */

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>

struct recoat_lock {
	_Atomic int taken;
};

/* How many this thread holds, or is about to take: thread.c must know. */
extern __thread unsigned recoat_locks_held __attribute__((tls_model("initial-exec")));

static inline bool recoat_lock_try(struct recoat_lock *lock)
{
	bool taken;

	recoat_locks_held++;
	atomic_signal_fence(memory_order_seq_cst);
	/* Acquire pairs with the release in recoat_lock_drop. */
	taken = !atomic_exchange_explicit(&lock->taken, 1, memory_order_acquire);
	if (!taken)
		recoat_locks_held--;
	return taken;
}

static inline void recoat_lock_take(struct recoat_lock *lock)
{
	for (unsigned spins = 0; !recoat_lock_try(lock); spins++) {
		if (spins % 64 == 63)
			sched_yield();
		else
			__builtin_ia32_pause();
	}
}

static inline void recoat_lock_drop(struct recoat_lock *lock)
{
	/* Release pairs with the acquire in recoat_lock_try. */
	atomic_store_explicit(&lock->taken, 0, memory_order_release);
	atomic_signal_fence(memory_order_seq_cst);
	recoat_locks_held--;
}

#endif
