/* SPDX-License-Identifier: Apache-2.0 */
/* One step from a frame to its caller, and the loop around it. */
#include "preload/unwind.h"

#define PAGE 4096ull
#define RED_ZONE 128ull
#define FIRST_PC 4096ull /* Lower ones are no code: the end of a chain, or a wild jump. */

/* A step in progress: the caller's registers as they become known. */
struct step {
	struct recoat_cursor *cursor;
	struct recoat_frame *frame;
	const struct recoat_rule *rule;
	uint64_t cfa;
};

static uint64_t lookup_pc(const struct recoat_registers *registers)
{
	return registers->pc - !registers->exact;
}

static void enter(struct recoat_cursor *cursor)
{
	cursor->on_stack = recoat_stack_has(&cursor->stack, cursor->registers.sp);
	cursor->readable_end = cursor->on_stack ? cursor->stack.end : 0;
}

static bool probe(struct recoat_cursor *cursor, uint64_t address)
{
	uint64_t page = address / PAGE;

	if (page == cursor->probed_page)
		return true;
	if (!recoat_stack_probe(address))
		return false;
	cursor->probed_page = page;
	return true;
}

/*
 * In an epilogue, where a signal may interrupt, call frame information still names the place
 * from which rbp was popped just now. Signals leave the red zone alone, so it is still there.
 */
static uint64_t lowest_word(const struct recoat_registers *registers)
{
	return registers->exact ? registers->sp - RED_ZONE : registers->sp;
}

/* Whether the frame may read the word at `address`. Words are aligned, so they cross no page. */
static bool may_read(const struct step *step, uint64_t address)
{
	struct recoat_cursor *cursor = step->cursor;

	if ((address & 7) || address < lowest_word(&step->frame->registers))
		return false;
	if (__builtin_expect(cursor->on_stack, 1))
		return address < cursor->stack.end - 7;
	return probe(cursor, address);
}

/* The caller's stack lies above the frame, except across a signal frame. */
static bool accept_cfa(struct step *step, uint64_t cfa)
{
	step->cfa = cfa;
	return !(cfa & 7) && (cfa > step->frame->registers.sp || step->rule->signal);
}

static bool load_cfa(struct step *step, uint64_t slot)
{
	if (!may_read(step, slot))
		return false;
	step->frame->cfa_slot = slot;
	return accept_cfa(step,
			  recoat_stack_word(slot) + (uint64_t)(int64_t)step->rule->cfa_addend);
}

static bool find_cfa(struct step *step)
{
	uint64_t offset = (uint64_t)(int64_t)step->rule->cfa_offset;
	struct recoat_frame *frame = step->frame;

	switch (step->rule->cfa) {
	case RECOAT_CFA_SP:
		return accept_cfa(step, frame->registers.sp + offset);
	case RECOAT_CFA_BP:
		frame->uses_bp = true;
		return accept_cfa(step, frame->registers.bp + offset);
	case RECOAT_CFA_AT_SP:
		return load_cfa(step, frame->registers.sp + offset);
	case RECOAT_CFA_AT_BP:
		frame->uses_bp = true;
		return load_cfa(step, frame->registers.bp + offset);
	default:
		return false;
	}
}

static uint64_t place_address(struct step *step, enum recoat_place place, int32_t offset)
{
	uint64_t distance = (uint64_t)(int64_t)offset;

	switch (place) {
	case RECOAT_PLACE_AT_SP:
		return step->frame->registers.sp + distance;
	case RECOAT_PLACE_AT_BP:
		step->frame->uses_bp = true;
		return step->frame->registers.bp + distance;
	default:
		return step->cfa + distance;
	}
}

static bool restore_ra(struct step *step)
{
	uint64_t slot = place_address(step, step->rule->ra, step->rule->ra_offset);

	if (!may_read(step, slot))
		return false;
	step->frame->ra_slot = slot;
	step->cursor->registers.pc = recoat_stack_word(slot);
	return true;
}

/* A bp that cannot be told becomes 0, with which no caller can compute a CFA. */
static bool restore_bp(struct step *step)
{
	uint64_t slot;

	if (step->rule->bp == RECOAT_PLACE_KEPT)
		return true;
	step->frame->drops_bp = true;
	step->cursor->registers.bp = 0;
	if (step->rule->bp == RECOAT_PLACE_LOST)
		return true;
	slot = place_address(step, step->rule->bp, step->rule->bp_offset);
	if (!may_read(step, slot))
		return false;
	step->frame->bp_slot = slot;
	step->cursor->registers.bp = recoat_stack_word(slot);
	return true;
}

/* The caller's registers are complete but for sp. */
static enum recoat_unwind_end arrive(struct step *step)
{
	struct recoat_cursor *cursor = step->cursor;

	if (cursor->registers.pc == 0 && !step->rule->signal)
		return RECOAT_UNWIND_OUTERMOST;
	cursor->registers.sp = step->cfa;
	cursor->registers.exact = step->rule->signal;
	if (__builtin_expect(step->rule->signal, 0))
		enter(cursor);
	return RECOAT_UNWIND_MORE;
}

/*
 * No call frame information. {saved bp, return address} may stand at bp, if the code keeps
 * frame pointers: believed only on the thread's own stack, where a wrong guess can be read.
 */
static enum recoat_unwind_end step_by_frame_pointer(struct step *step)
{
	static const struct recoat_rule by_frame_pointer = {
		.cfa = RECOAT_CFA_BP,
		.ra = RECOAT_PLACE_AT_CFA,
		.bp = RECOAT_PLACE_AT_CFA,
		.cfa_offset = 16,
		.ra_offset = -8,
		.bp_offset = -16,
	};

	step->rule = &by_frame_pointer;
	if (!step->cursor->on_stack)
		return RECOAT_UNWIND_BLIND;
	if (!find_cfa(step) || !may_read(step, step->cfa - 16) || !may_read(step, step->cfa - 8))
		return RECOAT_UNWIND_BLIND;
	restore_ra(step);
	restore_bp(step);
	return step->cursor->registers.pc < FIRST_PC ? RECOAT_UNWIND_BLIND : arrive(step);
}

void recoat_cursor_init(struct recoat_cursor *cursor, const struct recoat_registers *start,
			const struct recoat_stack *stack)
{
	cursor->registers = *start;
	cursor->stack = stack ? *stack : (struct recoat_stack){0};
	cursor->probed_page = UINT64_MAX; /* No page has this number. */
	enter(cursor);
}

static enum recoat_unwind_end step_by_rule(struct step *step)
{
	switch (step->rule->cfa) {
	case RECOAT_CFA_OUTERMOST:
		return RECOAT_UNWIND_OUTERMOST;
	case RECOAT_CFA_NO_FDE:
		return step_by_frame_pointer(step);
	default:
		if (!find_cfa(step) || !restore_ra(step) || !restore_bp(step))
			return RECOAT_UNWIND_INCOMPLETE;
		return arrive(step);
	}
}

enum recoat_unwind_end recoat_cursor_step_slowly(struct recoat_cursor *cursor,
						 struct recoat_frame *frame)
{
	struct recoat_rule scratch;
	struct step step = {
		.cursor = cursor,
		.frame = frame,
		.rule = recoat_unwind_rule(lookup_pc(&cursor->registers), &scratch),
	};

	*frame = (struct recoat_frame){.registers = cursor->registers};
	return step_by_rule(&step);
}

size_t recoat_unwind(const struct recoat_registers *start, const struct recoat_stack *stack,
		     uint64_t *ips, size_t max, enum recoat_unwind_end *end)
{
	struct recoat_cursor cursor;
	struct recoat_frame frame;
	size_t count = 0;

	*end = RECOAT_UNWIND_MORE;
	recoat_cursor_init(&cursor, start, stack);
	while (*end == RECOAT_UNWIND_MORE && count < max) {
		ips[count++] = cursor.registers.pc;
		*end = recoat_cursor_step(&cursor, &frame);
	}
	if (*end == RECOAT_UNWIND_MORE)
		*end = RECOAT_UNWIND_FULL;
	return count;
}

void recoat_unwind_forget(void)
{
	recoat_unwind_rules_clear();
}
