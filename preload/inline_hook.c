/* SPDX-License-Identifier: Apache-2.0 */
/* From a function to a hook: what is checked, in which order, and what is written. */
#include "preload/inline_hook.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/cfi.h"
#include "preload/cfi_program.h"
#include "preload/code_branches.h"
#include "preload/code_frame.h"
#include "preload/code_memory.h"
#include "preload/code_threads.h"
#include "preload/code_unwinders.h"
#include "preload/decoder.h"
#include "preload/lock.h"
#include "preload/maps.h"

#define ENDBR64 0xfa1e0ff3u
#define JMP_REL32 0xe9

/*
 * What stands in a cell: jmp *pointer(%rip), the pointer, the moved instructions, which begin
 * with the function's endbr64, and the call frame information of all of it, where it is near
 * enough for libunwind's 32-bit offsets.
 */
struct cell {
	uint8_t jump[8];
	uint64_t replacement;
	uint8_t moved[48];
	uint8_t frame[192];
};
static_assert(sizeof(struct cell) == RECOAT_CELL_BYTES, "a cell is filled");

static const uint8_t jump_by_pointer[8] = {0xff, 0x25, 0x02, 0x00, 0x00, 0x00, 0xcc, 0xcc};

static struct recoat_lock lock; /* After the loader's, before all others. */

void recoat_inline_init(void)
{
	recoat_decoder_open();
}

void recoat_inline_modules(const struct recoat_module *modules, uint32_t count)
{
	recoat_lock_take(&lock);
	recoat_code_unwinders_meet(modules, count);
	recoat_branches_forget();
	recoat_lock_drop(&lock);
}

void recoat_inline_rest(void)
{
	recoat_lock_take(&lock);
	recoat_branches_forget();
	recoat_lock_drop(&lock);
}

/* ---- Preparing. ---- */

/* What is known and made of a function on the way to a hook. */
struct plan {
	struct recoat_mapping text; /* That the function lies in. */
	struct recoat_function function;
	struct recoat_moved moved;
	struct recoat_code_range code;
	size_t frame_bytes; /* 0 if it has no call frame information. */
	struct cell cell;
};

static uint64_t end_of(uint64_t start, uint64_t size)
{
	struct recoat_fde fde;

	if (size)
		return start + size;
	return !recoat_cfi_find(start, &fde) && fde.start == start ? start + fde.size : 0;
}

static struct recoat_function describe(uint64_t start, uint64_t size)
{
	struct recoat_function function = {
		.start = start,
		.patch = start,
		.end = end_of(start, size),
	};
	uint32_t first;

	memcpy(&first, (const void *)start, sizeof first);
	if (first == ENDBR64)
		function.patch += sizeof first;
	return function;
}

static const char *check_memory(uint64_t start, uint64_t size, struct recoat_mapping *text)
{
	if (!recoat_maps_find(start, text))
		return "it is not in mapped memory";
	if (text->protection != (PROT_READ | PROT_EXEC))
		return text->protection & PROT_WRITE ? "its memory is writable: generated code"
						     : "its memory is not executable and readable";
	/* A page that was changed for another function is of no file any more. */
	if ((!text->of_file && !recoat_cfi_has_module(start)) || text->shared)
		return "its memory is not of a loaded file";
	if (size > text->end - start || text->end - start < RECOAT_INSTRUCTION_MAX)
		return "its size reaches beyond its memory";
	return NULL;
}

/* Others hook by a jump too, to memory of their own or to a pointer right behind it. */
static const char *check_foreign(const struct recoat_function *function)
{
	struct recoat_instruction first;
	struct recoat_mapping target;

	if (!recoat_decode((const void *)function->patch, RECOAT_INSTRUCTION_MAX, function->patch,
			   &first))
		return "its first bytes are no instructions";
	if (first.flow == RECOAT_FLOW_JUMP) {
		if (recoat_code_cell_of(first.target) != RECOAT_CELL_NONE)
			return "it is hooked already";
		if (!recoat_maps_find(first.target, &target) || !target.of_file)
			return "somebody else has hooked it already";
	}
	if (first.flow == RECOAT_FLOW_END && first.rip_relative &&
	    first.target == function->patch + first.length)
		return "somebody else has hooked it already";
	return NULL;
}

/* The moved instructions, behind an endbr64 if the function has one: it may be called by pointer.
 */
static const char *move(struct plan *plan)
{
	uint64_t skipped = plan->function.patch - plan->function.start;

	memcpy(plan->cell.moved, (const void *)plan->function.start, skipped);
	plan->code.place = plan->code.start + offsetof(struct cell, moved) + skipped;
	return recoat_code_move(&plan->function, plan->code.place, plan->cell.moved + skipped,
				sizeof plan->cell.moved - skipped, &plan->moved);
}

/* A function without call frame information has none when it is moved. */
static const char *describe_frame(struct plan *plan)
{
	struct recoat_fde fde;

	if (recoat_cfi_find(plan->function.patch, &fde))
		return NULL;
	plan->frame_bytes =
		recoat_code_frame_write(&fde, &plan->function, &plan->moved, &plan->code,
					plan->cell.frame, sizeof plan->cell.frame);
	return plan->frame_bytes ? NULL : "its call frame information cannot be moved";
}

static const char *fill_cell(struct plan *plan)
{
	const char *reason;

	memset(&plan->cell, 0xcc, sizeof plan->cell);
	memcpy(plan->cell.jump, jump_by_pointer, sizeof jump_by_pointer);
	plan->cell.replacement = 0;
	plan->code.size = offsetof(struct cell, frame);
	reason = move(plan);
	if (!reason)
		reason = recoat_code_scan(&plan->function, &plan->moved, &plan->text);
	if (!reason)
		reason = describe_frame(plan);
	return reason ? reason
		      : recoat_code_write(plan->code.start, &plan->cell, sizeof plan->cell);
}

static const char *publish(const struct plan *plan, uint32_t number)
{
	const uint8_t *frame = (const uint8_t *)plan->code.start + offsetof(struct cell, frame);

	recoat_code_cell_serves(number, plan->code.place, &plan->function, &plan->moved);
	if (plan->frame_bytes && !recoat_code_unwinders_add(&plan->code, frame, plan->frame_bytes))
		return "no memory for its call frame information";
	return NULL;
}

static const char *build(struct plan *plan)
{
	uint32_t number = recoat_code_cell_take(plan->function.start, &plan->code.start);
	const char *reason;

	if (number == RECOAT_CELL_NONE)
		return "no memory near enough for a jump";
	reason = fill_cell(plan);
	if (!reason)
		reason = publish(plan, number);
	if (reason)
		recoat_code_cell_drop(number);
	return reason;
}

static const char *prepare(struct recoat_inline_hook *hook, uint64_t start, uint64_t size)
{
	struct plan plan = {0};
	const char *reason = check_memory(start, size, &plan.text);

	if (reason)
		return reason;
	plan.function = describe(start, size);
	reason = check_foreign(&plan.function);
	if (!reason)
		reason = build(&plan);
	if (reason)
		return reason;
	hook->function = start;
	hook->patch = plan.function.patch;
	hook->cell = plan.code.start;
	hook->original = hook->cell + offsetof(struct cell, moved);
	hook->one_instruction = plan.moved.count == 1 || plan.moved.from[1] >= RECOAT_JUMP_BYTES;
	memcpy(hook->saved, (const void *)hook->patch, sizeof hook->saved);
	return NULL;
}

const char *recoat_inline_prepare(struct recoat_inline_hook *hook, uint64_t function, uint64_t size)
{
	const char *reason;

	*hook = (struct recoat_inline_hook){0};
	if (!recoat_decoder_ready())
		return ZYDIS_SONAME ", which decodes instructions, cannot be opened";
	recoat_lock_take(&lock);
	reason = prepare(hook, function, size);
	recoat_lock_drop(&lock);
	return reason;
}

/* ---- On and off. ---- */

static void make_jump(const struct recoat_inline_hook *hook, uint8_t *jump)
{
	int32_t displacement = (int32_t)(hook->cell - (hook->patch + RECOAT_JUMP_BYTES));

	jump[0] = JMP_REL32;
	memcpy(jump + 1, &displacement, sizeof displacement);
}

static bool stands(const struct recoat_inline_hook *hook, const uint8_t *bytes)
{
	return !memcmp((const void *)hook->patch, bytes, RECOAT_JUMP_BYTES);
}

struct change {
	uint64_t at;
	const uint8_t *bytes;
};

static const char *write_change(void *data)
{
	const struct change *change = data;

	return recoat_code_write(change->at, change->bytes, RECOAT_JUMP_BYTES);
}

/* See code_threads.h for why, and code_memory.h for why one instruction needs no more. */
static const char *write_jump(const struct recoat_inline_hook *hook, const uint8_t *jump)
{
	struct change change = {.at = hook->patch, .bytes = jump};
	const struct recoat_middle middle = {
		.from = hook->patch + 1,
		.end = hook->patch + RECOAT_JUMP_BYTES,
		.cell = recoat_code_cell_of(hook->cell),
	};

	if (hook->one_instruction)
		return write_change(&change);
	return recoat_threads_stopped(&middle, write_change, &change);
}

static const char *enable(struct recoat_inline_hook *hook, uint64_t replacement)
{
	uint8_t jump[RECOAT_JUMP_BYTES];
	const char *reason;

	if (!hook->original || hook->enabled)
		return hook->enabled ? "it is hooked already" : "it was not prepared";
	if (!stands(hook, hook->saved))
		return "somebody else has changed its first bytes";
	reason = recoat_code_write(hook->cell + offsetof(struct cell, replacement), &replacement,
				   sizeof replacement);
	if (reason)
		return reason;
	make_jump(hook, jump);
	reason = write_jump(hook, jump);
	hook->enabled = !reason;
	return reason;
}

const char *recoat_inline_enable(struct recoat_inline_hook *hook, uint64_t replacement)
{
	const char *reason;

	recoat_lock_take(&lock);
	reason = enable(hook, replacement);
	recoat_lock_drop(&lock);
	return reason;
}

/* The jump is one instruction: no thread can stand in its middle. */
static const char *disable(struct recoat_inline_hook *hook)
{
	uint8_t jump[RECOAT_JUMP_BYTES];
	const char *reason;

	if (!hook->enabled)
		return "it is not hooked";
	make_jump(hook, jump);
	if (!stands(hook, jump))
		return "somebody else has changed its first bytes";
	reason = recoat_code_write(hook->patch, hook->saved, sizeof hook->saved);
	hook->enabled = reason != NULL;
	return reason;
}

const char *recoat_inline_disable(struct recoat_inline_hook *hook)
{
	const char *reason;

	recoat_lock_take(&lock);
	reason = disable(hook);
	recoat_lock_drop(&lock);
	return reason;
}
