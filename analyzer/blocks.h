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
	uint32_t row;  /* Of the replay: its call path. */
};

/*
 * A hash with linear probing, at most half full; starts with all zero. Memory follows the most
 * blocks that were live at a time, with 64 to 128 bytes for each.
 */
struct recoat_blocks {
	struct recoat_block *at;
	size_t room;    /* 0 or a power of two. */
	unsigned shift; /* From a hash to a place. */
	size_t count;
};

void recoat_blocks_fini(struct recoat_blocks *blocks);

/* Make room for so many more, and for one free place: due before any of the following. */
void recoat_blocks_reserve(struct recoat_blocks *blocks, size_t more);

/* Where the search for a block begins. */
static inline size_t recoat_blocks_home(const struct recoat_blocks *blocks, uint64_t block)
{
	return (size_t)(block * 0x9E3779B97F4A7C15ull >> blocks->shift);
}

/* This block will be looked for soon. */
static inline void recoat_blocks_prefetch(const struct recoat_blocks *blocks, uint64_t block)
{
	__builtin_prefetch(&blocks->at[recoat_blocks_home(blocks, block)], 1);
}

/*
 * The place of a block, or the free one where it would stand: `block` there is 0, as it always
 * is for number 0. Valid until the next reserve, put or take.
 */
static inline struct recoat_block *recoat_blocks_seek(const struct recoat_blocks *blocks,
						      uint64_t block)
{
	size_t i = recoat_blocks_home(blocks, block);

	while (blocks->at[i].block && blocks->at[i].block != block)
		i = (i + 1) & (blocks->room - 1);
	return &blocks->at[i];
}

/* Fill the free place that was found for a block, whose number is not 0. */
static inline void recoat_blocks_put(struct recoat_blocks *blocks, struct recoat_block *free_place,
				     const struct recoat_block *block)
{
	*free_place = *block;
	blocks->count++;
}

/* Take out the block of a place. */
void recoat_blocks_take(struct recoat_blocks *blocks, struct recoat_block *found);

#endif
