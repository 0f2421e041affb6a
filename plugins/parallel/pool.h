/* SPDX-License-Identifier: Apache-2.0 */
/* A team of threads that sleeps between calls. */
#ifndef PARALLEL_POOL_H
#define PARALLEL_POOL_H

#ifndef __cplusplus
#include <stdatomic.h>
#endif
#include <stdbool.h>
#include <stdint.h>

#define POOL_THREADS_MAX 256

#define POOL_GRAIN 100000 /* Waking a thread costs some ten microseconds. */

/*
 * Set how many threads a call may use, the caller among them; 0: as many as the caller's
 * affinity and the process's control groups allow. Threads are started when first needed, and
 * only as many that each has `steps_a_thread` elementary steps (of about a nanosecond) to do.
 */
void pool_configure(unsigned threads, uint64_t steps_a_thread);

struct recoat_plugin_host;

/* Tell the host from now on for whose call the pool's threads work, if it wants to know. */
void pool_tell(const struct recoat_plugin_host *host);

/* End the pool's threads. Calls that come later run on the caller alone. */
void pool_fini(void);

/* How many threads to ask for, for work of so many elementary steps. */
unsigned pool_wanted(double steps);

/*
 * One member's part of the work: `member` of `members`. A member may be left out that has not
 * begun when member 0 is done; so work is taken from a share, or the members meet.
 */
typedef void pool_work(void *context, unsigned member, unsigned members);

/*
 * Run `work` on up to `wanted` threads, the caller being member 0, and return when all that
 * began are done. There may be fewer: threads that cannot be started are gone without; and only one
 * call at a time has the team, so a call that comes meanwhile (from another thread, or from within)
 * runs on its caller alone. A child after fork() starts a team of its own. Members have the
 * caller's floating-point control word, and no signal is delivered to them.
 */
void pool_run(pool_work *work, void *context, unsigned wanted);

#ifndef __cplusplus
/* Items that members take in chunks, in ascending order. */
struct pool_share {
	_Atomic uint64_t next;
	uint64_t end, chunk;
};

static inline bool pool_take(struct pool_share *share, uint64_t *from, uint64_t *to)
{
	/* Relaxed: what was computed is published by the end of pool_run(). */
	uint64_t taken =
		atomic_fetch_add_explicit(&share->next, share->chunk, memory_order_relaxed);

	if (taken >= share->end)
		return false;
	*from = taken;
	*to = share->end - taken < share->chunk ? share->end : taken + share->chunk;
	return true;
}

/* A meeting of all members inside of their work, several times in a row. */
struct pool_barrier {
	_Atomic unsigned arrived, round;
};

void pool_meet(struct pool_barrier *barrier, unsigned members);
#endif

#endif
