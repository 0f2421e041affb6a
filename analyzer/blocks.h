/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks that are live while a heap trace is replayed. */
#ifndef RECOAT_BLOCKS_H
#define RECOAT_BLOCKS_H

#include <stddef.h>
#include <stdint.h>

struct recoat_block {
	uint64_t block; /* Address by 16; 0 marks a free place. */
	uint64_t size;
	uint64_t time; /* Tick at which it was allocated. */
	uint32_t node; /* Of the calling-context tree. */
};

/* A hash with linear probing; starts with all zero. Memory follows the most live at a time. */
struct recoat_blocks {
	struct recoat_block *at;
	size_t room; /* 0 or a power of two. */
	size_t count;
};

void recoat_blocks_fini(struct recoat_blocks *blocks);

/* The live block, NULL if there is none. Valid until the next put or take. */
struct recoat_block *recoat_blocks_find(const struct recoat_blocks *blocks, uint64_t block);

/* Add a block that is not there; its number is not 0. */
void recoat_blocks_put(struct recoat_blocks *blocks, const struct recoat_block *block);

/* Take out one that recoat_blocks_find() returned. */
void recoat_blocks_take(struct recoat_blocks *blocks, struct recoat_block *found);

#endif
