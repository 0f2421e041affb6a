/* SPDX-License-Identifier: Apache-2.0 */
/* The open spans of a thread, for those who end them. */
#ifndef RECOAT_SPAN_OPEN_H
#define RECOAT_SPAN_OPEN_H

/* Private to span.c and span_left.c. The thread is the caller's and busy. */

#include <stdbool.h>
#include <stdint.h>

#include "preload/stack_cache.h"
#include "preload/thread.h"

/* End open span number `at`. `now` is the clock "span", `more_flags` are RECOAT_SPAN_*. */
void recoat_span_close(struct recoat_thread *thread, uint32_t at, uint64_t now, uint8_t more_flags);

/*
 * End the spans that were left by longjmp, as the call whose thunk's frame is at `stack` shows: on
 * the thread's own stack those below `free`, on others the one at that very place if it is below.
 */
void recoat_span_close_left(struct recoat_thread *thread, uint64_t stack, uint64_t free);

/* Does the call run on a stack that is not the thread's own: a coroutine's, a handler's? */
static inline bool recoat_span_is_apart(const struct recoat_thread *thread, uint64_t stack)
{
	return thread->attached && !recoat_stack_has(&thread->attached->stack, stack);
}

#endif
