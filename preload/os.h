/* SPDX-License-Identifier: Apache-2.0 */
/* System calls that are no cancellation points. */
#ifndef RECOAT_OS_H
#define RECOAT_OS_H

/*
 * open, read, write and close of libc may end the calling thread if it was cancelled: in the
 * middle of the runtime, with its locks held. These may not. They set errno as those do;
 * descriptors are opened close-on-exec. Async-signal-safe.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int recoat_open(const char *path, int flags, mode_t mode);
void recoat_close(int fd);
ssize_t recoat_read(int fd, void *to, size_t bytes);

/* All of it, however many calls that takes; the second from offset `at` on. */
bool recoat_write(int fd, const void *from, size_t bytes);
bool recoat_write_at(int fd, const void *from, size_t bytes, off_t at);

/*
 * May a file be `bytes` long? Beyond RLIMIT_FSIZE a write would raise SIGXFSZ, which would be
 * the end of the target.
 */
bool recoat_may_be_long(uint64_t bytes);

/*
 * Put off all signals but those of faults, for as long as a handler that jumped away would leave
 * a lock behind; and let them in again.
 */
void recoat_signals_hold(uint64_t *kept);
void recoat_signals_release(uint64_t kept);

/* Make a new file `bytes` long with blocks for all of it, so that storing cannot fail. */
bool recoat_reserve(int fd, size_t bytes);

#endif
