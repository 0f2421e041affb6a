/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for branches into bytes that are to be overwritten. */
#include <string.h>
#include <sys/mman.h>

#include "preload/code_move.h"
#include "preload/decoder.h"
#include "preload/maps.h"

#define JMP_REL32 0xe9
#define CALL_REL32 0xe8
#define TWO_BYTE 0x0f
#define JCC_REL32 0x80

static const char into_the_middle[] = "a branch leads into the bytes to be overwritten";

/* The bytes that were instructions and will not be: all but the first of what is overwritten. */
static uint64_t middle_end(const struct recoat_function *function, const struct recoat_moved *moved)
{
	uint64_t end = moved->from[moved->count];

	return function->patch + (end < RECOAT_JUMP_BYTES ? RECOAT_JUMP_BYTES : end);
}

/* Jumps back to the entry would be taken for calls, which pile up on the stack. */
static bool leads_back(const struct recoat_function *function,
		       const struct recoat_instruction *instruction)
{
	return instruction->relative && instruction->flow != RECOAT_FLOW_CALL &&
	       (instruction->target == function->patch || instruction->target == function->start);
}

static const char *scan_body(const struct recoat_function *function, uint64_t middle)
{
	struct recoat_instruction instruction;

	for (uint64_t at = function->patch; at < function->end; at += instruction.length) {
		if (!recoat_decode((const void *)at, (size_t)(function->end - at), at,
				   &instruction))
			return "not all of it can be decoded";
		if (leads_back(function, &instruction))
			return "it jumps back to its first instruction";
		if ((instruction.relative || instruction.rip_relative) &&
		    instruction.target > function->patch && instruction.target < middle)
			return into_the_middle;
	}
	return NULL;
}

static bool is_branch(const uint8_t *displacement, const uint8_t *start)
{
	if (displacement > start &&
	    (displacement[-1] == JMP_REL32 || displacement[-1] == CALL_REL32))
		return true;
	return displacement > start + 1 && displacement[-2] == TWO_BYTE &&
	       (displacement[-1] & 0xf0) == JCC_REL32;
}

/*
 * Other parts of a function (cold ones, split off) may stand anywhere in the module: any four
 * bytes that would lead from a branch into the middle will do to refuse. Hardly any chance ones do.
 */
static const char *scan_mapping(const struct recoat_mapping *text, uint64_t from, uint64_t middle)
{
	const uint8_t *start = (const uint8_t *)text->start;
	const uint8_t *end = (const uint8_t *)text->end - sizeof(int32_t);

	for (const uint8_t *at = start; at <= end; at++) {
		int32_t displacement;
		uint64_t target;

		memcpy(&displacement, at, sizeof displacement);
		target = (uint64_t)at + sizeof displacement + (uint64_t)(int64_t)displacement;
		if (__builtin_expect(target - from < middle - from, 0) && is_branch(at, start))
			return into_the_middle;
	}
	return NULL;
}

const char *recoat_code_scan(const struct recoat_function *function,
			     const struct recoat_moved *moved)
{
	uint64_t middle = middle_end(function, moved);
	bool several = moved->count > 1 && moved->from[1] < RECOAT_JUMP_BYTES;
	struct recoat_mapping text;
	const char *reason = scan_body(function, middle);

	if (reason)
		return reason;
	/* Short branches cannot be looked for then. One instruction has no middle to lead into. */
	if (!function->end && several)
		return "its size is not known";
	if (!recoat_maps_find(function->patch, &text))
		return "its memory is not known";
	return scan_mapping(&text, function->patch + 1, middle);
}
