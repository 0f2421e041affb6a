/* SPDX-License-Identifier: Apache-2.0 */
/* From a function to a hook: what is checked, in which order, and what is written. */
#include "preload/inline_hook.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/cfi.h"
#include "preload/code_memory.h"
#include "preload/decoder.h"
#include "preload/lock.h"
#include "preload/maps.h"

#define ENDBR64 0xfa1e0ff3u
#define JMP_REL32 0xe9
#define LONGEST_MOVED (RECOAT_CELL_BYTES - (int)offsetof(struct cell, moved))

/* What stands in a cell: jmp *pointer(%rip), the pointer, and the moved instructions. */
struct cell {
	uint8_t jump[8];
	uint64_t replacement;
	uint8_t moved[];
};

static const uint8_t jump_by_pointer[8] = {0xff, 0x25, 0x02, 0x00, 0x00, 0x00, 0xcc, 0xcc};

static struct recoat_lock lock; /* After the loader's, before all others. */

void recoat_inline_init(void)
{
	recoat_decoder_open();
}

/* ---- Preparing. ---- */

static struct recoat_function describe(uint64_t start, uint64_t size)
{
	struct recoat_function function = {.start = start, .patch = start};
	uint32_t first;

	function.end = size ? start + size : 0;
	memcpy(&first, (const void *)start, sizeof first);
	if (first == ENDBR64)
		function.patch += sizeof first;
	return function;
}

static const char *check_memory(uint64_t start, uint64_t size)
{
	struct recoat_mapping text;

	if (!recoat_maps_find(start, &text))
		return "it is not in mapped memory";
	if (text.protection != (PROT_READ | PROT_EXEC))
		return text.protection & PROT_WRITE ? "its memory is writable: generated code"
						    : "its memory is not executable and readable";
	/* A page that was changed for another function is of no file any more. */
	if ((!text.of_file && !recoat_cfi_has_module(start)) || text.shared)
		return "its memory is not of a loaded file";
	if (size > text.end - start || text.end - start < RECOAT_INSTRUCTION_MAX)
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

static const char *fill_cell(const struct recoat_function *function, uint64_t cell,
			     struct recoat_moved *moved)
{
	union {
		struct cell cell;
		uint8_t bytes[RECOAT_CELL_BYTES];
	} code;
	const char *reason;

	memset(&code, 0xcc, sizeof code);
	memcpy(code.cell.jump, jump_by_pointer, sizeof jump_by_pointer);
	code.cell.replacement = 0;
	reason = recoat_code_move(function, cell + offsetof(struct cell, moved), code.cell.moved,
				  LONGEST_MOVED, moved);
	if (!reason)
		reason = recoat_code_scan(function, moved);
	return reason ? reason : recoat_code_write(cell, &code, sizeof code);
}

static const char *prepare(struct recoat_inline_hook *hook, uint64_t start, uint64_t size)
{
	const char *reason = check_memory(start, size);
	struct recoat_function function;
	struct recoat_moved moved;
	uint32_t number;

	if (reason)
		return reason;
	function = describe(start, size);
	reason = check_foreign(&function);
	if (reason)
		return reason;
	number = recoat_code_cell_take(start, &hook->cell);
	if (number == RECOAT_CELL_NONE)
		return "no memory near enough for a jump";
	reason = fill_cell(&function, hook->cell, &moved);
	if (reason) {
		recoat_code_cell_drop(number);
		return reason;
	}
	hook->function = start;
	hook->patch = function.patch;
	hook->original = hook->cell + offsetof(struct cell, moved);
	hook->one_instruction = moved.count == 1 || moved.from[1] >= RECOAT_JUMP_BYTES;
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
	reason = recoat_code_write(hook->patch, jump, sizeof jump);
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
