/* SPDX-License-Identifier: Apache-2.0 */
/* Functions in assembly: beginnings that can be hooked, and others that cannot. */
#ifndef INLINE_SHAPES_H
#define INLINE_SHAPES_H

#include <stdint.h>

/*
 * Each entry is a function of two words that keeps the psABI, or begins in a way that is to be
 * refused, with its size as an assembler would put it into the symbol.
 */
struct inline_shape {
	const char *name;
	uint64_t (*function)(uint64_t, uint64_t);
	uint64_t size;
	const char *refusal; /* NULL if it can be hooked. */
};

extern const struct inline_shape inline_shapes[]; /* Ends with a NULL name. */

/* Functions of which nobody knows the size; the first is shorter than a jump. */
extern const char not_padding[], of_unknown_size[], long_of_unknown_size[];

/* Registers before a call, and after it. inline_call() keeps to the order. */
struct inline_registers {
	uint64_t rax, rdx, rcx, rbx, rbp, rsi, rdi, r8, r9, r10, r12, r13, r14, r15, xmm0;
};

/* Call `function`, which must keep the stack, with these registers. */
void inline_call(uint64_t function, struct inline_registers *registers);

#endif
