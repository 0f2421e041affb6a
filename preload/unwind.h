/* SPDX-License-Identifier: Apache-2.0 */
/* Unwinding the calling thread's own stack, as a pure function of a few registers and words. */
#ifndef RECOAT_UNWIND_H
#define RECOAT_UNWIND_H

/*
 * From {pc, sp, bp} to the caller's, frame after frame, by .eh_frame; where a pc has no call
 * frame information at all (generated code) by frame pointers, as long as they stay inside
 * the stack and grow. Each step tells which words it read, so that stack_cache.c can say
 * later that the same words give the same stack.
 *
 * All functions: any thread, async-signal-safe (but see cfi.h for glibc before 2.35), no
 * allocation, no lock, errno is kept. Memory is only read at or above the frame's sp (less
 * the red zone where a signal interrupted), and outside the given stack only after a probe of
 * the page.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/unwind_rules.h"
#include "preload/unwind_stack.h"

/*
 * `pc` is a return address unless `exact` says that a signal interrupted right there. sp is not
 * pc's neighbour because compilers would store the two as one, and the next step, which needs
 * them first, would wait for it: a third of the price of a frame.
 */
struct recoat_registers {
	uint64_t pc;
	uint64_t bp;
	uint64_t sp;
	bool exact;
};

/* Why unwinding stopped. */
enum recoat_unwind_end {
	RECOAT_UNWIND_MORE,       /* It did not; the caller's registers are there. */
	RECOAT_UNWIND_OUTERMOST,  /* The thread's first frame: the stack is complete. */
	RECOAT_UNWIND_BLIND,      /* Code without call frame information or frame pointers. */
	RECOAT_UNWIND_INCOMPLETE, /* A frame this unwinder cannot represent: ask libunwind. */
	RECOAT_UNWIND_FULL,       /* `max` frames were found and there are more. */
};

/* A frame, and how its caller was found. Slots are addresses of words; 0 for none. */
struct recoat_frame {
	struct recoat_registers registers;
	uint64_t cfa_slot; /* Loaded to compute the CFA. */
	uint64_t ra_slot;
	uint64_t bp_slot;
	bool uses_bp;  /* The caller, or a slot, depends on registers.bp. */
	bool drops_bp; /* The caller's bp does not: it was loaded, or cannot be told. */
};

struct recoat_cursor {
	struct recoat_registers registers; /* Of the next frame. */
	struct recoat_stack stack;
	bool on_stack;         /* registers.sp lies in `stack`. */
	uint64_t readable_end; /* stack.end then, else 0. */
	uint64_t probed_page;  /* Outside it: the last page known to be readable. */
};

/* Start at `start`. `stack` is the thread's own stack, or NULL if it is not known. */
void recoat_cursor_init(struct recoat_cursor *cursor, const struct recoat_registers *start,
			const struct recoat_stack *stack);

/* What recoat_cursor_step() cannot do at once. */
enum recoat_unwind_end recoat_cursor_step_slowly(struct recoat_cursor *cursor,
						 struct recoat_frame *frame);

/* Describe the frame at the cursor and move the cursor to its caller. Never FULL. */
static inline enum recoat_unwind_end recoat_cursor_step(struct recoat_cursor *cursor,
							struct recoat_frame *frame)
{
	struct recoat_registers *registers = &cursor->registers;
	uint32_t known = recoat_unwind_rule_known(registers->pc - !registers->exact);
	uint64_t cfa = registers->sp + recoat_rule_cfa_bytes(known);
	uint64_t below = recoat_rule_bp_bytes(known);

	if (__builtin_expect(!(known & RECOAT_RULE_REGULAR) || (cfa & 7) ||
				     cfa - 1 >= cursor->readable_end,
			     0))
		return recoat_cursor_step_slowly(cursor, frame);
	/* One by one: the last step has just written them so, and wider loads would wait. */
	frame->registers.pc = registers->pc;
	frame->registers.sp = registers->sp;
	frame->registers.bp = registers->bp;
	frame->registers.exact = registers->exact;
	frame->cfa_slot = 0;
	frame->ra_slot = cfa - 8;
	frame->bp_slot = below ? cfa - below : 0;
	frame->uses_bp = false;
	frame->drops_bp = below != 0;
	if (below)
		registers->bp = recoat_stack_word(cfa - below);
	registers->sp = cfa;
	registers->exact = false;
	registers->pc = recoat_stack_word(cfa - 8);
	return registers->pc ? RECOAT_UNWIND_MORE : RECOAT_UNWIND_OUTERMOST;
}

/*
 * The pcs of at most `max` frames, innermost first, beginning with start->pc. Returns how many
 * and why it stopped there. The rest of an INCOMPLETE stack may be had from libunwind.
 */
size_t recoat_unwind(const struct recoat_registers *start, const struct recoat_stack *stack,
		     uint64_t *ips, size_t max, enum recoat_unwind_end *end);

/*
 * Forget what is known of all pcs. To be called after a dlclose and before other code can be
 * mapped at the same place; safe while other threads unwind. A thread that is just working out
 * a rule for code of the closed module does not bring it back.
 */
void recoat_unwind_forget(void);

#endif
