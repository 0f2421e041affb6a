/* SPDX-License-Identifier: Apache-2.0 */
/* Work that other threads do for a call: whose CPU time that is. */
#ifndef RECOAT_WORK_H
#define RECOAT_WORK_H

/*
 * A plugin's own threads work for calls of other threads. While they do, their CPU samples count
 * as taken in the span of that call, and what CPU time they used is added to the caller's, so that
 * all its open spans have it. A call is told by a word that the caller hands to them:
 *
 *   bits 0 to 47    its state, a struct recoat_thread
 *   bits 48 to 62   the link of its innermost span plus 1
 *   bit 63          one of its open spans wants CPU time
 *
 * States are never freed, so that a word that is too old does no harm.
 */

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

#include "preload/clock.h"
#include "preload/thread.h"

/* The call that the calling thread is in, or works for; 0 if it is in none that is recorded. */
uint64_t recoat_work_call(void);

/* The calling thread works for `call` from here to recoat_work_end(). 0 is none. */
void recoat_work_begin(uint64_t call);
void recoat_work_end(void);

/* The link of the innermost span that the thread is in or works for plus 1, or 0. */
static inline uint32_t recoat_work_link(const struct recoat_thread *thread)
{
	return thread->depth ? thread->open[thread->depth - 1].link + 1u
			     : (uint32_t)(thread->serves >> 48 & 0x7fff);
}

/* CPU time of the calling thread, whose state this is, with that of those that worked for it. */
static inline uint64_t recoat_work_cpu_time(const struct recoat_thread *thread)
{
	/* Relaxed: a call waits for those that work for it by means of its own. */
	return recoat_clock_read(CLOCK_THREAD_CPUTIME_ID) +
	       atomic_load_explicit(&thread->helped, memory_order_relaxed);
}

#endif
