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

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/hot.h"

#define RECOAT_BLOCK_PATH_BITS 24
#define RECOAT_BLOCK_SIZE_MAX ((1ull << 40) - 1)

/* Three levels: 12 + 13 bits of directories, then leaves of 4 MiB of addresses. */
#define RECOAT_POINTER_GRANULE_BITS 4
#define RECOAT_POINTER_LEAF_BITS 22
#define RECOAT_POINTER_MIDDLE_BITS 13
#define RECOAT_POINTER_TOP_BITS 12

struct recoat_block {
	uint32_t path; /* Not 0. */
	uint64_t size; /* At most RECOAT_BLOCK_SIZE_MAX. */
};

struct recoat_pointer_leaf {
	uint64_t word[1u << (RECOAT_POINTER_LEAF_BITS - RECOAT_POINTER_GRANULE_BITS)];
};

struct recoat_pointer_middle {
	struct recoat_pointer_leaf *_Atomic leaf[1u << RECOAT_POINTER_MIDDLE_BITS];
};

extern struct recoat_pointer_middle *_Atomic recoat_pointer_top[1u << RECOAT_POINTER_TOP_BITS]
	RECOAT_HIDDEN;

/* The word of an address where directories were missing, or NULL: no memory, or no address. */
uint64_t *recoat_pointer_make(uint64_t address);

/* The word of an address, or NULL if nothing was ever put near it. */
static RECOAT_FAST uint64_t *recoat_pointer_word(uint64_t address)
{
	uint64_t at = address >> RECOAT_POINTER_LEAF_BITS;
	uint64_t top = at >> RECOAT_POINTER_MIDDLE_BITS;
	struct recoat_pointer_middle *middle;
	struct recoat_pointer_leaf *leaf;

	if (__builtin_expect(top >= 1u << RECOAT_POINTER_TOP_BITS, 0))
		return NULL;
	/* Acquire, both: pairs with the release in recoat_pointer_make(). */
	middle = atomic_load_explicit(&recoat_pointer_top[top], memory_order_acquire);
	if (__builtin_expect(!middle, 0))
		return NULL;
	leaf = atomic_load_explicit(&middle->leaf[at % (1u << RECOAT_POINTER_MIDDLE_BITS)],
				    memory_order_acquire);
	if (__builtin_expect(!leaf, 0))
		return NULL;
	return &leaf->word[address % (1u << RECOAT_POINTER_LEAF_BITS) >>
			   RECOAT_POINTER_GRANULE_BITS];
}

/* False: no memory for the table; the block is then unknown when it is freed. */
static RECOAT_FAST bool recoat_pointer_put(const void *address, struct recoat_block block)
{
	uint64_t *word = recoat_pointer_word((uint64_t)address);

	if (__builtin_expect(!word, 0))
		word = recoat_pointer_make((uint64_t)address);
	if (__builtin_expect(!word, 0))
		return false;
	*word = block.size << RECOAT_BLOCK_PATH_BITS | block.path;
	return true;
}

/* Remove what was put; false if there is nothing at `address`. */
static RECOAT_FAST bool recoat_pointer_take(const void *address, struct recoat_block *block)
{
	uint64_t *word = recoat_pointer_word((uint64_t)address);

	if (__builtin_expect(!word || !*word, 0))
		return false;
	block->path = *word & ((1u << RECOAT_BLOCK_PATH_BITS) - 1);
	block->size = *word >> RECOAT_BLOCK_PATH_BITS;
	*word = 0;
	return true;
}

/* Forget every block. Only while the process has one thread (a forked child). */
void recoat_pointer_reset(void);

#endif
