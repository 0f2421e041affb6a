/* SPDX-License-Identifier: Apache-2.0 */
/* Copying call frame instructions to other addresses. */
#include "preload/code_frame.h"

#include <dwarf.h>
#include <stdbool.h>
#include <string.h>

#include "preload/cfi_program.h"
#include "preload/code_move.h"

#define ABSOLUTE 0x00    /* DW_EH_PE_absptr */
#define OPCODE_BITS 0xc0 /* Of the three instructions that hold their first operand. */
#define ALIGNMENT 8

struct writer {
	uint8_t *start;
	size_t used;
	size_t room;
	bool full;
};

static void put(struct writer *to, const void *bytes, size_t count)
{
	to->full |= count > to->room - to->used;
	if (to->full)
		return;
	memcpy(to->start + to->used, bytes, count);
	to->used += count;
}

static void put_byte(struct writer *to, uint8_t byte)
{
	put(to, &byte, sizeof byte);
}

static void put_word(struct writer *to, uint64_t value, size_t bytes)
{
	put(to, &value, bytes);
}

static void put_uleb(struct writer *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		put_byte(to, (uint8_t)(value | 0x80));
	put_byte(to, (uint8_t)value);
}

static void put_sleb(struct writer *to, int64_t value)
{
	for (; value < -64 || value >= 64; value >>= 7)
		put_byte(to, (uint8_t)(value | 0x80));
	put_byte(to, (uint8_t)(value & 0x7f));
}

/* Entries begin with their length, which is known at their end. */
static void end_entry(struct writer *to, size_t start)
{
	uint32_t length;

	while ((to->used - start) % ALIGNMENT != 0 && !to->full)
		put_byte(to, DW_CFA_nop);
	length = (uint32_t)(to->used - start - sizeof length);
	memcpy(to->start + start, &length, sizeof length);
}

static void put_cie(struct writer *to, const struct recoat_cie *cie)
{
	static const char augmentation[] = "zR";

	put_word(to, 0, 4); /* The length, */
	put_word(to, 0, 4); /* and no distance: a CIE. */
	put_byte(to, 1);    /* version */
	put(to, augmentation, sizeof augmentation);
	put_uleb(to, cie->code_align);
	put_sleb(to, cie->data_align);
	put_byte(to, (uint8_t)cie->ra_register);
	put_uleb(to, 1);
	put_byte(to, ABSOLUTE);
	put(to, cie->instructions.at, (size_t)(cie->instructions.end - cie->instructions.at));
	end_entry(to, 0);
}

/* ---- Instructions. ---- */

/* Operands: u LEB128, b block; 1, 2, 4 a step of so many bytes. NULL: not to be copied. */
static const char *operands_of(uint8_t operation)
{
	static const char *const operands[] = {
		[DW_CFA_nop] = "",
		[DW_CFA_advance_loc1] = "1",
		[DW_CFA_advance_loc2] = "2",
		[DW_CFA_advance_loc4] = "4",
		[DW_CFA_offset_extended] = "uu",
		[DW_CFA_restore_extended] = "u",
		[DW_CFA_undefined] = "u",
		[DW_CFA_same_value] = "u",
		[DW_CFA_register] = "uu",
		[DW_CFA_remember_state] = "",
		[DW_CFA_restore_state] = "",
		[DW_CFA_def_cfa] = "uu",
		[DW_CFA_def_cfa_register] = "u",
		[DW_CFA_def_cfa_offset] = "u",
		[DW_CFA_def_cfa_expression] = "b",
		[DW_CFA_expression] = "ub",
		[DW_CFA_offset_extended_sf] = "uu",
		[DW_CFA_def_cfa_sf] = "uu",
		[DW_CFA_def_cfa_offset_sf] = "u",
		[DW_CFA_val_offset] = "uu",
		[DW_CFA_val_offset_sf] = "uu",
		[DW_CFA_val_expression] = "ub",
		[DW_CFA_GNU_args_size] = "u",
		[DW_CFA_GNU_negative_offset_extended] = "uu",
	};

	return operation < sizeof operands / sizeof *operands ? operands[operation] : NULL;
}

/* An expression that looks at the pc, as those of PLTs do, means another one here. */
static bool skip_block(struct recoat_bytes *from)
{
	uint64_t size = recoat_bytes_uleb(from);
	struct recoat_bytes block = recoat_bytes_take(from, size);

	return !memchr(block.at, DW_OP_breg16, (size_t)(block.end - block.at));
}

/* Pass over the next instruction; `step` is how far it moves the location, 0 for others. */
static bool next(struct recoat_bytes *from, uint64_t *step)
{
	uint8_t operation = (uint8_t)recoat_bytes_unsigned(from, 1);
	const char *operands;

	*step = (operation & OPCODE_BITS) == DW_CFA_advance_loc ? operation & ~OPCODE_BITS : 0;
	if (operation & OPCODE_BITS)
		operands = (operation & OPCODE_BITS) == DW_CFA_offset ? "u" : "";
	else
		operands = operands_of(operation);
	for (; operands && *operands; operands++) {
		if (*operands == 'u')
			recoat_bytes_uleb(from);
		else if (*operands != 'b')
			*step = recoat_bytes_unsigned(from, (size_t)(*operands - '0'));
		else if (!skip_block(from))
			return false;
	}
	return operands && !from->bad;
}

/* Where the row that begins at `location` of the function begins in the new code. */
static uint64_t moved_to(const struct recoat_function *function, const struct recoat_moved *moved,
			 const struct recoat_code_range *code, uint64_t location)
{
	uint32_t i = 0;

	if (location <= function->patch)
		return code->start;
	while (i < moved->count && function->patch + moved->from[i] < location)
		i++;
	return code->place + moved->to[i];
}

static bool put_rows(struct writer *to, const struct recoat_fde *fde,
		     const struct recoat_function *function, const struct recoat_moved *moved,
		     const struct recoat_code_range *code)
{
	uint64_t last = function->patch + moved->from[moved->count];
	uint64_t location = fde->start;
	uint64_t here = code->start;
	struct recoat_bytes from = fde->instructions;
	uint64_t step;

	while (from.at < from.end) {
		const uint8_t *start = from.at;
		uint64_t there;

		if (!next(&from, &step))
			return false;
		if (!step) {
			put(to, start, (size_t)(from.at - start));
			continue;
		}
		location += step * fde->cie.code_align;
		if (location > last)
			break;
		there = moved_to(function, moved, code, location);
		put_byte(to, DW_CFA_advance_loc1);
		put_byte(to, (uint8_t)((there - here) / fde->cie.code_align));
		here = there;
	}
	return true;
}

size_t recoat_code_frame_write(const struct recoat_fde *fde, const struct recoat_function *function,
			       const struct recoat_moved *moved,
			       const struct recoat_code_range *code, uint8_t *to, size_t room)
{
	struct writer writer = {.start = to, .room = room};
	size_t start;

	if (fde->cie.code_align != 1 || fde->cie.ra_register > UINT8_MAX || fde->cie.signal_frame ||
	    fde->start > function->patch)
		return 0;
	put_cie(&writer, &fde->cie);
	start = writer.used;
	put_word(&writer, 0, 4);
	put_word(&writer, writer.used, 4); /* How far back the CIE is. */
	put_word(&writer, code->start, 8);
	put_word(&writer, code->size, 8);
	put_uleb(&writer, 0);
	if (!put_rows(&writer, fde, function, moved, code))
		return 0;
	end_entry(&writer, start);
	put_word(&writer, 0, 4);
	return writer.full ? 0 : writer.used;
}

size_t recoat_code_frame_fde(const uint8_t *section)
{
	uint32_t length;

	memcpy(&length, section, sizeof length);
	return sizeof length + length;
}
