/* SPDX-License-Identifier: Apache-2.0 */
/* The extent of a thread's own stack, and whether memory outside it can be read. */
#ifndef RECOAT_UNWIND_STACK_H
#define RECOAT_UNWIND_STACK_H

/*
 * From the current stack pointer up to `end`, a thread's stack is mapped for as long as the
 * thread lives. Nothing is known of other stacks (coroutines, sigaltstack): a page there is
 * probed before it is read.
 */

#include <stdbool.h>
#include <stdint.h>

/* [low, end); both 0 if it is not known. */
struct recoat_stack {
	uint64_t low;
	uint64_t end;
};

/*
 * Find the calling thread's own stack, whichever stack it runs on now (`sp`). Reads
 * /proc/self/maps through system calls of its own: about 50 us, no malloc, no lock, no
 * cancellation point, keeps errno. Once a thread; a forked child's thread keeps its stack.
 */
void recoat_stack_find(struct recoat_stack *stack, uint64_t sp);

/* Whether the word at `address` can be read. A system call, 0.1 us; keeps errno. */
bool recoat_stack_probe(uint64_t address);

/*
 * The word at `address`, which is some word of a live stack: a sanitizer would take it for an
 * access to somebody's local variable.
 */
__attribute__((no_sanitize("address"))) static inline uint64_t recoat_stack_word(uint64_t address)
{
	return *(const uint64_t *)address;
}

static inline bool recoat_stack_has(const struct recoat_stack *stack, uint64_t sp)
{
	return sp - stack->low < stack->end - stack->low;
}

#endif
