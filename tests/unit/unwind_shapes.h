/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks of every shape that compilers, libc and the kernel make, for tests of the unwinder. */
#ifndef UNWIND_SHAPES_H
#define UNWIND_SHAPES_H

/*
 * Every shape calls shapes_visit() many times, at depths that a seeded generator picks; the
 * visitor looks at the stack that called it.
 */

#include <stdint.h>

#include "preload/unwind.h"

/* What is called at each point, with the registers of the shape's function. */
extern void (*shapes_visitor)(const struct recoat_registers *registers);

/* A hook as the heap's: its caller's return address, sp and rbp are at hand. */
void shapes_visit(void);

void shapes_seed(uint64_t seed);
unsigned shapes_random(void);

void shapes_plain(int depth);         /* No frame pointers. */
void shapes_frame_pointer(int depth); /* rbp-based, mixed with the others. */
void shapes_alloca(int depth);
void shapes_vla(int depth);
void shapes_realigned(int depth); /* DRAP: the CFA is loaded from memory. */
void shapes_longjmp(void);
void shapes_qsort(void);     /* Callbacks from libc. */
void shapes_signal(void);    /* Handlers with and without an alternate stack. */
void shapes_fault(void);     /* A handler in the middle of an instruction. */
void shapes_coroutine(void); /* One of 16 coroutines with stacks that come and go. */
void shapes_thread(void);    /* All of the above but signals, in a new thread. */

/*
 * One of all of them, at random, `rounds` times. Installs the signal handlers; from within a
 * test, since cmocka installs one for SIGSEGV when a test begins.
 */
void shapes_all(int rounds);

#endif
