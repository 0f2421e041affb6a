/* SPDX-License-Identifier: Apache-2.0 */
/* Relocating x86-64 instructions. */
#include "preload/code_move.h"

#include <string.h>

#include "preload/decoder.h"

#define JMP_REL32 0xe9
#define TWO_BYTE 0x0f
#define JCC_REL32 0x80 /* + condition, behind TWO_BYTE */

/* New code being written. */
struct mover {
	const struct recoat_function *function;
	struct recoat_moved *moved;
	uint64_t place;
	uint8_t *code;
	size_t room;
	const char *reason;
};

static bool refuse(struct mover *mover, const char *reason)
{
	mover->reason = reason;
	return false;
}

static bool emit(struct mover *mover, const void *bytes, size_t count)
{
	if (mover->moved->bytes + count > mover->room)
		return refuse(mover, "its first instructions grow too long when they are moved");
	memcpy(mover->code + mover->moved->bytes, bytes, count);
	mover->moved->bytes += (uint8_t)count;
	return true;
}

/* The displacement from behind `end` bytes of new code to `target`. */
static bool reach(struct mover *mover, size_t end, uint64_t target, int32_t *displacement)
{
	int64_t distance = (int64_t)(target - (mover->place + end));

	*displacement = (int32_t)distance;
	if (distance != *displacement)
		return refuse(mover, "what its first instructions refer to is out of reach");
	return true;
}

static bool emit_branch(struct mover *mover, const uint8_t *opcode, size_t length, uint64_t target)
{
	int32_t displacement;

	return reach(mover, mover->moved->bytes + length + sizeof displacement, target,
		     &displacement) &&
	       emit(mover, opcode, length) && emit(mover, &displacement, sizeof displacement);
}

static bool emit_jump(struct mover *mover, uint64_t target)
{
	return emit_branch(mover, &(const uint8_t){JMP_REL32}, 1, target);
}

/* Its displacement is as long as it was, for another distance. */
static bool emit_rip_relative(struct mover *mover, const uint8_t *at,
			      const struct recoat_instruction *instruction)
{
	uint8_t copy[RECOAT_INSTRUCTION_MAX];
	int32_t displacement;

	if (instruction->narrow || instruction->field_size != sizeof displacement)
		return refuse(mover, "one of its first instructions has a 32-bit address");
	if (!reach(mover, mover->moved->bytes + instruction->length, instruction->target,
		   &displacement))
		return false;
	memcpy(copy, at, instruction->length);
	memcpy(copy + instruction->field, &displacement, sizeof displacement);
	return emit(mover, copy, instruction->length);
}

static bool emit_conditional(struct mover *mover, const struct recoat_instruction *instruction)
{
	const uint8_t opcode[] = {TWO_BYTE, (uint8_t)(JCC_REL32 | (instruction->opcode & 0x0f))};

	return emit_branch(mover, opcode, sizeof opcode, instruction->target);
}

static bool emit_moved(struct mover *mover, const uint8_t *at,
		       const struct recoat_instruction *instruction)
{
	if (instruction->relative && instruction->field_size == 2)
		return refuse(mover, "one of its first instructions is a 16-bit branch");
	switch (instruction->flow) {
	case RECOAT_FLOW_TRAP:
		return refuse(mover, "a breakpoint or trap is among its first instructions");
	case RECOAT_FLOW_LOOP:
		return refuse(mover, "a loop instruction is among its first ones");
	case RECOAT_FLOW_CALL:
		return refuse(mover, "a call is among its first instructions");
	case RECOAT_FLOW_JUMP:
		return emit_jump(mover, instruction->target);
	case RECOAT_FLOW_CONDITIONAL:
		return emit_conditional(mover, instruction);
	default:
		return instruction->rip_relative ? emit_rip_relative(mover, at, instruction)
						 : emit(mover, at, instruction->length);
	}
}

/* How many bytes may be decoded from `at` on: to the end, or the longest instruction. */
static size_t readable(const struct recoat_function *function, uint64_t at)
{
	if (function->end && function->end - at < RECOAT_INSTRUCTION_MAX)
		return (size_t)(function->end - at);
	return RECOAT_INSTRUCTION_MAX;
}

/* Move one; `at` is behind it then. */
static bool move_next(struct mover *mover, uint64_t *at, struct recoat_instruction *instruction)
{
	struct recoat_moved *moved = mover->moved;
	size_t available = readable(mover->function, *at);

	if (!available || !recoat_decode((const void *)*at, available, *at, instruction))
		return refuse(mover, available ? "its first bytes are no instructions"
					       : "it ends before there is room for a jump");
	moved->from[moved->count] = (uint8_t)(*at - mover->function->patch);
	moved->to[moved->count] = moved->bytes;
	if (!emit_moved(mover, (const uint8_t *)*at, instruction))
		return false;
	moved->count++;
	*at += instruction->length;
	return true;
}

/* Behind a function's end there may be room that nobody uses. */
static bool is_padding(uint64_t from, uint64_t to)
{
	struct recoat_instruction instruction;

	while (from < to &&
	       recoat_decode((const void *)from, RECOAT_INSTRUCTION_MAX, from, &instruction) &&
	       instruction.padding)
		from += instruction.length;
	return from >= to;
}

/* Control does not reach what comes next, but the jump may need its bytes. */
static bool may_end_at(struct mover *mover, uint64_t at)
{
	const struct recoat_function *function = mover->function;
	uint64_t needed = function->patch + RECOAT_JUMP_BYTES;

	if (at >= needed || (function->end && needed <= function->end))
		return true;
	if (!function->end || !is_padding(function->end, needed))
		return refuse(mover, "it ends before there is room for a jump");
	return true;
}

static bool falls_through(const struct recoat_instruction *instruction)
{
	return instruction->flow == RECOAT_FLOW_ON || instruction->flow == RECOAT_FLOW_CONDITIONAL;
}

const char *recoat_code_move(const struct recoat_function *function, uint64_t place, uint8_t *code,
			     size_t room, struct recoat_moved *moved)
{
	struct mover mover = {
		.function = function,
		.moved = moved,
		.place = place,
		.code = code,
		.room = room,
	};
	struct recoat_instruction last = {.flow = RECOAT_FLOW_ON};
	uint64_t at = function->patch;

	*moved = (struct recoat_moved){.falls_through = true};
	while (at < function->patch + RECOAT_JUMP_BYTES && moved->falls_through) {
		if (!move_next(&mover, &at, &last))
			return mover.reason;
		moved->falls_through = falls_through(&last);
	}
	moved->from[moved->count] = (uint8_t)(at - function->patch);
	moved->to[moved->count] = moved->bytes;
	if (moved->falls_through ? !emit_jump(&mover, at) : !may_end_at(&mover, at))
		return mover.reason;
	return NULL;
}
