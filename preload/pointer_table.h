/* SPDX-License-Identifier: Apache-2.0 */
/* Which path allocated a block, and how large it is. */
#ifndef RECOAT_POINTER_TABLE_H
#define RECOAT_POINTER_TABLE_H

/*
 * A radix tree over addresses with one 64-bit word a 16-byte granule; pages are touched
 * only where blocks begin. No locks: the allocator gives an address to one owner at a time,
 * who puts a block after it was allocated and takes it before it is freed.
 *
 * Any address may be asked for; one that was never put is answered with "no block".
 */

#include <stdbool.h>
#include <stdint.h>

#define RECOAT_BLOCK_PATH_BITS 24
#define RECOAT_BLOCK_SIZE_MAX ((1ull << 40) - 1)

struct recoat_block {
	uint32_t path; /* Not 0. */
	uint64_t size; /* At most RECOAT_BLOCK_SIZE_MAX. */
};

/* False: no memory for the table; the block is then unknown when it is freed. */
bool recoat_pointer_put(const void *address, struct recoat_block block);

/* Remove what was put; false if there is nothing at `address`. */
bool recoat_pointer_take(const void *address, struct recoat_block *block);

/* Forget every block. Only while the process has one thread (a forked child). */
void recoat_pointer_reset(void);

#endif
