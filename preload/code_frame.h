/* SPDX-License-Identifier: Apache-2.0 */
/* Call frame information for moved instructions, in DWARF. */
#ifndef RECOAT_CODE_FRAME_H
#define RECOAT_CODE_FRAME_H

/*
 * Moved instructions change the stack as they did where they stood, so the rows of the
 * function's own entry hold for them, at other addresses. The entry is copied with its
 * instructions up to the last row that is needed and other steps between them. A personality
 * and its data are left out: nothing that was moved can throw, and one that is unwound
 * asynchronously there has nothing to clean up yet.
 */

#include <stddef.h>
#include <stdint.h>

struct recoat_fde;
struct recoat_function;
struct recoat_moved;

/* Code that begins at `start`; from `place` on, the moved instructions of a function. */
struct recoat_code_range {
	uint64_t start;
	uint64_t place;
	uint64_t size;
};

/*
 * Write an .eh_frame section, with one CIE, one FDE and the terminator, to `to`, which has room
 * for `room` bytes. Nothing in it depends on where it stands. The bytes written, or 0 if the
 * entry does things that cannot be carried over.
 */
size_t recoat_code_frame_write(const struct recoat_fde *fde, const struct recoat_function *function,
			       const struct recoat_moved *moved,
			       const struct recoat_code_range *code, uint8_t *to, size_t room);

/* Where the FDE begins in what was written. */
size_t recoat_code_frame_fde(const uint8_t *section);

#endif
