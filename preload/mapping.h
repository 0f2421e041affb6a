/* SPDX-License-Identifier: Apache-2.0 */
/* Accounting of mmap, munmap and mremap: what every call path mapped and still holds. */
#ifndef RECOAT_MAPPING_H
#define RECOAT_MAPPING_H

/*
 * Counters are mapping_path events in shared mappings of the files mappings-K, updated where
 * they stand, for all threads together: one lock guards them, which a system call a time
 * can afford. The heap's counters have no part in this.
 *
 * The lock is held over the real munmap and mremap, so that nobody can be given the address
 * before it is known to be free. The thread is busy in all of these (thread.h), so a signal
 * handler cannot wait for the thread that it interrupts. Errno may change.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void recoat_mapping_lock(void);
void recoat_mapping_unlock(void);

/* `path` mapped `bytes` at `start`, over whatever was there. Takes the lock. */
void recoat_mapping_added(const void *start, size_t bytes, uint32_t kind, uint32_t path);

/* The same with the lock held. */
void recoat_mapping_add(const void *start, size_t bytes, uint32_t kind, uint32_t path);

/* [start, start + bytes) is not mapped any more. Lock held. */
void recoat_mapping_remove(const void *start, size_t bytes);

/*
 * `path` moved the end of the data segment `from` `to`: what lies between is mapped now, to the
 * byte, or is not any more, whoever had mapped it. Lock held.
 */
void recoat_mapping_break(const void *from, const void *to, uint32_t path);

/* RECOAT_MAPPING_* of what is mapped at an address; anonymous if that is not known. Lock held. */
uint32_t recoat_mapping_kind(const void *start);

/* Forget everything, in a forked child. */
void recoat_mapping_reset(void);

#endif
