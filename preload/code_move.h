/* SPDX-License-Identifier: Apache-2.0 */
/* The first instructions of a function, to be executed somewhere else. */
#ifndef RECOAT_CODE_MOVE_H
#define RECOAT_CODE_MOVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOAT_JUMP_BYTES 5 /* jmp rel32 */
#define RECOAT_MOVED_MAX 5  /* Instructions that so many bytes can belong to. */

/* A function. `patch` lies behind an endbr64, if it begins with one. */
struct recoat_function {
	uint64_t start;
	uint64_t patch;
	uint64_t end; /* 0 if it is not known. */
};

/*
 * Which instructions moved: number i from patch + from[i] to the new place + to[i]. The entry
 * behind the last one says where the function goes on, and where the jump back there stands.
 */
struct recoat_moved {
	uint8_t count;
	uint8_t bytes; /* Of the new code. */
	bool falls_through;
	uint8_t from[RECOAT_MOVED_MAX + 1];
	uint8_t to[RECOAT_MOVED_MAX + 1];
};

/*
 * Write to `code`, of `room` bytes, what does at `place` what the whole instructions that the
 * first RECOAT_JUMP_BYTES bytes of the function belong to do where they stand, and then jumps
 * behind them. NULL, or the reason why that cannot be. Nothing else is written.
 */
const char *recoat_code_move(const struct recoat_function *function, uint64_t place, uint8_t *code,
			     size_t room, struct recoat_moved *moved);

struct recoat_mapping;

/*
 * Whether a branch elsewhere in `text`, the module's code, leads into the bytes that are to be overwritten, or one
 * of the function's own back to its start. NULL, or the reason why so.
 */
const char *recoat_code_scan(const struct recoat_function *function,
			     const struct recoat_moved *moved, const struct recoat_mapping *text);

#endif
