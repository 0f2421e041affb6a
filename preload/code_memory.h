/* SPDX-License-Identifier: Apache-2.0 */
/* Executable memory near the code that jumps there, and changing code that may be running. */
#ifndef RECOAT_CODE_MEMORY_H
#define RECOAT_CODE_MEMORY_H

/*
 * Code is never changed in place, and no page is ever writable and executable at once. A changed
 * copy of the page is made, protected, and moved over the original by one mremap. The kernel
 * holds the lock of the address space over that, so a thread that fetches from the page meanwhile
 * waits in its page fault; it gets the old page or the new one, never a mixture. Before
 * mremap returns, every processor that runs a thread of the process has dropped its
 * translation, by an interrupt, whose return serializes its instruction stream. Pages of a
 * file become private, anonymous ones that way; they stay part of their module for the loader.
 *
 * Memory comes in cells of a fixed size, for a function each, from blocks of 64 KiB. A block
 * serves all functions that can reach it by a 32-bit displacement. Cells are never reused, once
 * code may have run there.
 *
 * Writers hold the lock of inline_hook.c. Readers, by recoat_code_cell_of(), may be signal
 * handlers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_function;
struct recoat_moved;

#define RECOAT_CELL_BYTES 256
#define RECOAT_CELLS_MAX (16u << 10)
#define RECOAT_CELL_NONE UINT32_MAX

/*
 * Take a free cell within reach of `near` (that is, of what lies within 16 MiB around it): its
 * number and address, or RECOAT_CELL_NONE if there is no memory near enough.
 */
uint32_t recoat_code_cell_take(uint64_t near, uint64_t *address);

/* Give back the cell that was taken last and never used. */
void recoat_code_cell_drop(uint32_t cell);

/* The number of the cell that `pc` lies in, or RECOAT_CELL_NONE. Async-signal-safe. */
uint32_t recoat_code_cell_of(uint64_t pc);

/* Say which function the cell serves, and that its instructions stand at `place` in it. */
void recoat_code_cell_serves(uint32_t cell, uint64_t place, const struct recoat_function *function,
			     const struct recoat_moved *moved);

/*
 * The instruction that the one at `pc` in a cell was moved from, or does not differ from in what
 * a debugger, an unwinder or a profile may want to know; `pc` itself outside cells. In front of
 * the moved instructions that is the first one. Async-signal-safe.
 */
uint64_t recoat_code_origin(uint64_t pc);

/*
 * The opposite: where the instruction at `pc` was moved to by the cell's function, or `pc` itself
 * if it was not. Async-signal-safe.
 */
uint64_t recoat_code_moved_place(uint32_t cell, uint64_t pc);

/*
 * Replace `count` bytes of code, on at most two pages, which must be mapped readable,
 * executable and not writable. NULL, or the reason why not; then nothing was changed.
 */
const char *recoat_code_write(uint64_t address, const void *bytes, size_t count);

#endif
