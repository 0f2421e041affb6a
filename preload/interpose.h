/* SPDX-License-Identifier: Apache-2.0 */
/* What startup needs of the interposed functions. */
#ifndef RECOAT_INTERPOSE_H
#define RECOAT_INTERPOSE_H

#include <stdbool.h>
#include <sys/types.h>

#include "preload/hot.h"

/* Whether heap calls are recorded; set at start, then only read. */
extern bool recoat_heap_wanted RECOAT_HIDDEN;

/* Look up the displaced functions. Happens by itself at the first call. */
void recoat_malloc_resolve(void);
void recoat_signal_resolve(void);

/* The same for mmap and its kin, which until then go to the kernel. */
void recoat_mmap_resolve(void);
void recoat_brk_resolve(void);
void recoat_fork_resolve(void);

/* Around a fork that runs no handlers; `pid` is what it returned, negative if it failed. */
void recoat_fork_before(void);
void recoat_fork_after(pid_t pid);

/* The closing facts, for what is about to end without _exit. */
void recoat_process_end(void);

#endif
