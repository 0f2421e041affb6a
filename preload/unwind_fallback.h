/* SPDX-License-Identifier: Apache-2.0 */
/* libunwind, opened on demand and kept to ourselves, for what our own unwinder cannot represent. */
#ifndef RECOAT_UNWIND_FALLBACK_H
#define RECOAT_UNWIND_FALLBACK_H

/*
 * It is opened only where the loader may be called: from the constructor; after a dlopen or
 * dlclose of the target's that succeeded, or at the start of a thread, once a stack has asked for
 * it. Until then, and in processes that never come by such a place, those stacks are cut.
 *
 * One thread at a time is inside libunwind, whose locks a fork might otherwise copy taken, or
 * hold while they wait for the loader's. Who finds it busy does without.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_registers;

/* Open it now. False if it, or a function of it, is not there. No lock of the runtime is held. */
bool recoat_fallback_open(void);

/* The same if a stack has asked for it. The thread is busy; its dlerror() is forgotten. */
void recoat_fallback_open_if_wanted(void);

/* Whether a stack has asked for it, and nobody has tried to open it. */
bool recoat_fallback_wanted(void);

/* Whether it is open. */
bool recoat_fallback_ready(void);

/*
 * The pcs of at most `max` frames of the calling thread's stack, innermost first, beginning with
 * pc and sp of `start`, which the runtime's own frames stand on. A recoat_unwind_fallback, whose
 * context is the thread's state. Returns 0 if libunwind is not open or busy, if there is not
 * enough stack for it, or if it cannot tell all frames for certain; and, where it was opened
 * because a stack asked for it, for all but 500 stacks a second.
 */
size_t recoat_fallback_unwind(void *thread, const struct recoat_registers *start, uint64_t *ips,
			      size_t max);

/*
 * The same as libunwind says it, once it is open, with no lock taken. `whole` says whether it
 * found no fault on its way.
 */
size_t recoat_libunwind_backtrace(const struct recoat_registers *start, uint64_t *ips, size_t max,
				  bool *whole);

/* Around fork: nobody is inside libunwind while the process is copied. */
void recoat_fallback_lock(void);
void recoat_fallback_unlock(void);

#endif
