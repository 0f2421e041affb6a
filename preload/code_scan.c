/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for branches into bytes that are to be overwritten. */
#include "preload/code_branches.h"
#include "preload/code_move.h"
#include "preload/decoder.h"

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

const char *recoat_code_scan(const struct recoat_function *function,
			     const struct recoat_moved *moved, const struct recoat_mapping *text)
{
	uint64_t middle = middle_end(function, moved);
	bool several = moved->count > 1 && moved->from[1] < RECOAT_JUMP_BYTES;
	const char *reason = scan_body(function, middle);

	if (reason)
		return reason;
	/* Short branches cannot be looked for then. One instruction has no middle to lead into. */
	if (!function->end && several)
		return "its size is not known";
	/* Other parts of a function (cold ones, split off) may stand anywhere in the module. */
	return recoat_branches_lead_into(text, function->patch + 1, middle) ? into_the_middle
									    : NULL;
}
