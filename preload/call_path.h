/* SPDX-License-Identifier: Apache-2.0 */
/* From a caller's registers to its call path. */
#ifndef RECOAT_CALL_PATH_H
#define RECOAT_CALL_PATH_H

#include <stdint.h>

#include "preload/thread.h"

/* The state of the caller at the moment when the called function has returned. */
struct recoat_caller {
	uint64_t ip; /* Return address. */
	uint64_t stack;
	uint64_t base; /* rbp. */
};

/* Of the function in which it stands, which needs a frame pointer (AM_CFLAGS see to that). */
#define RECOAT_CALLER()                                                                            \
	((struct recoat_caller){                                                                   \
		.ip = (uint64_t)__builtin_return_address(0),                                       \
		.stack = (uint64_t)__builtin_frame_address(0) + 16,                                \
		.base = *(const uint64_t *)__builtin_frame_address(0),                             \
	})

/* Open what unwinding needs. At start, before threads; a failure is reported once. */
void recoat_call_path_init(void);

/* The path of `caller`, RECOAT_PATH_UNKNOWN if it cannot be told. The thread is busy. */
uint32_t recoat_call_path(struct recoat_thread *thread, const struct recoat_caller *caller);

#endif
