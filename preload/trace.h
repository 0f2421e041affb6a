/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation and free as an event of the thread's trace stream. */
#ifndef RECOAT_TRACE_H
#define RECOAT_TRACE_H

/*
 * Nothing is remembered about blocks: what was live, for how long and at which peak is
 * worked out from the events afterwards. The thread is busy in all of these (thread.h).
 */

#include <stddef.h>
#include <stdint.h>

#include "preload/thread.h"

void recoat_trace_allocated(struct recoat_thread *thread, const void *address, size_t size,
			    uint32_t path);

/* The block is about to be freed. */
void recoat_trace_freed(struct recoat_thread *thread, const void *address);

/* The free that was recorded last did not happen. */
void recoat_trace_kept(struct recoat_thread *thread, const void *address);

#endif
