/* SPDX-License-Identifier: Apache-2.0 */
/* Other people's unwinders, and counting where ours disagrees with them. */
#ifndef UNWIND_ORACLE_H
#define UNWIND_ORACLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/unwind.h"

#define ORACLE_MAX 512

/* What a test has compared. Updated atomically: shapes run in threads and signal handlers. */
struct oracle_tally {
	_Atomic uint64_t stacks;
	_Atomic uint64_t frames;
	_Atomic uint64_t different;    /* Stacks with a frame that the oracle saw differently. */
	_Atomic uint64_t incomplete;   /* Stacks of which ours is a proper beginning. */
	_Atomic uint64_t blind;        /* The same, where there is no call frame information. */
	_Atomic uint64_t oracle_short; /* Stacks that the oracle gave up earlier than ours. */
};

/* The calling thread's stack from the frame with `pc` outwards, by libgcc or by libunwind. */
size_t oracle_libgcc(uint64_t pc, uint64_t *ips, size_t max);
size_t oracle_libunwind(uint64_t pc, uint64_t *ips, size_t max);

/*
 * Unwind from `start` with ours and both oracles (libgcc alone if `fast`), compare and count.
 * The first few differences are printed.
 */
void oracle_compare(const struct recoat_registers *start, const struct recoat_stack *stack,
		    bool fast, struct oracle_tally *tally);

/* Compare `ours` with libgcc's view of the same stack. True if they agree. */
bool oracle_agrees(const uint64_t *ours, size_t count, enum recoat_unwind_end end,
		   const char *oracle, const uint64_t *theirs, size_t their_count,
		   struct oracle_tally *tally);

#endif
