/* SPDX-License-Identifier: Apache-2.0 */
/* From a caller's registers to its call path. */
#ifndef RECOAT_CALL_PATH_H
#define RECOAT_CALL_PATH_H

#include <stdint.h>

#include "preload/hot.h"
#include "preload/settings.h"
#include "preload/stack_cache.h"
#include "preload/thread.h"

/* The state of the caller at the moment when the called function has returned. */
struct recoat_caller {
	uint64_t ip; /* Return address. */
	uint64_t stack;
	uint64_t base; /* rbp. */
};

/* Of the function in which it stands, which needs a frame pointer (RUNTIME_CFLAGS). */
#define RECOAT_CALLER()                                                                            \
	((struct recoat_caller){                                                                   \
		.ip = (uint64_t)__builtin_return_address(0),                                       \
		.stack = (uint64_t)__builtin_frame_address(0) + 16,                                \
		.base = *(const uint64_t *)__builtin_frame_address(0),                             \
	})

/* Choose the unwinder, and open what it needs. At start, before threads. */
void recoat_call_path_init(enum recoat_unwinder unwinder);

/* The path of `caller`, RECOAT_PATH_UNKNOWN if it cannot be told. The thread is busy. */
uint32_t recoat_call_path(struct recoat_thread *thread, const struct recoat_caller *caller);

/* By libunwind, or at the thread's first call, or without memory for a cache. */
uint32_t recoat_call_path_slowly(struct recoat_thread *thread, uint64_t ip, uint64_t stack,
				 uint64_t base);

/* The same as recoat_call_path(). */
static RECOAT_FAST uint32_t recoat_call_path_inlined(struct recoat_thread *thread, uint64_t ip,
						     uint64_t stack, uint64_t base)
{
	struct recoat_stack_cache *cache = thread->attached;

	if (__builtin_expect(!cache, 0))
		return recoat_call_path_slowly(thread, ip, stack, base);
	return recoat_stack_cache_lookup(cache, ip, stack, base);
}

/* Sums over all threads so far. Takes no lock; threads that run on may be a little ahead. */
struct recoat_call_path_counts;
void recoat_call_path_count(struct recoat_call_path_counts *counts);
struct recoat_call_path_fallback;
void recoat_call_path_count_fallback(struct recoat_call_path_fallback *counts);

#endif
