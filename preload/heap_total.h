/* SPDX-License-Identifier: Apache-2.0 */
/* The heap as a whole: what is live, the peak, and both over time. */
#ifndef RECOAT_HEAP_TOTAL_H
#define RECOAT_HEAP_TOTAL_H

/*
 * The total is one heap_total event in a shared mapping, which all threads add to. Each gathers
 * what it allocates and frees in `pending` first and tells it when that passes RECOAT_HEAP_SLACK
 * either way, or, by its `ceiling`, when it may be a new peak. Any thread, busy; no lock held.
 */

#include <stdbool.h>
#include <stdint.h>

#include "preload/hot.h"
#include "preload/thread.h"

/* Create it. False if its file cannot be made. */
bool recoat_heap_total_init(uint64_t now);

/* Forget it, in a forked child. */
void recoat_heap_total_reset(void);

/*
 * `pending` has passed the ceiling. To be called after the counters have changed: what they hold
 * now belongs to the new peak.
 */
RECOAT_SLOW void recoat_heap_pass_ceiling(struct recoat_thread *thread);

/* Much has changed: tell it, and sample it if it is time. */
RECOAT_SLOW void recoat_heap_tell_and_look(struct recoat_thread *thread);

/* Write a heap_sample, time or not. `now` is the clock "monotonic". */
RECOAT_SLOW void recoat_heap_take_sample(struct recoat_thread *thread, uint64_t now);

/*
 * Write a heap_sample if it is time for one. Happens by itself every so many allocations; to be
 * called besides before and after long work, if there were any since.
 */
RECOAT_SLOW void recoat_heap_look(struct recoat_thread *thread);

/* Allocations between looks; 0 when each looks, or nothing is counted. Set at start. */
extern int32_t recoat_heap_between_looks RECOAT_HIDDEN;

static inline bool recoat_heap_changed(const struct recoat_thread *thread)
{
	return thread->until_look != recoat_heap_between_looks;
}

#endif
