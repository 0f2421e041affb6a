/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of kernels in a recording, one by one. */
#ifndef RECOAT_CALLS_H
#define RECOAT_CALLS_H

#include <stdint.h>

struct recoat_error;

/*
 * Called for every call of a kernel that is not inside another one of the same kernel, which a
 * chain's inner links and recursion are. `kernel` is valid during the call; nanoseconds.
 */
typedef void recoat_call_taker(void *user, const char *kernel, uint64_t time);

/*
 * Read the spans of the recording at `path` once. A call waits until the one around it has
 * ended; beyond RECOAT_CALLS_WAITING at a time, nested calls are passed over. So are nested ones of
 * a kernel that the runtime summed up; of its others, those that were written are given. 0, or
 * -errno with `error` filled.
 */
#define RECOAT_CALLS_WAITING 1000000
int recoat_calls_read(const char *path, recoat_call_taker *take, void *user,
		      struct recoat_error *error);

#endif
