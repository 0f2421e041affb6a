/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks that are live while a heap trace is replayed. */
#ifndef RECOAT_BLOCKS_H
#define RECOAT_BLOCKS_H

/*
 * A hash with linear probing. Four places make a cache line, since waiting for memory is most
 * of the work. A block of which some number is too large for its place stands in a list beside
 * it. At most a quarter of the places is taken: memory is 64 to 128 bytes a block for the most
 * blocks that were live at a time.
 */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOAT_BLOCK_BITS 44

struct recoat_block {
	uint64_t block; /* Address by 16, not 0, of RECOAT_BLOCK_BITS. */
	uint64_t size;
	uint64_t time; /* Tick at which it was allocated. */
	uint32_t row;  /* Of the replay: its call path. */
};

/* The row of a place whose block is in the list, where `size` is its number. */
#define RECOAT_BLOCKS_LISTED ((1u << (64 - RECOAT_BLOCK_BITS)) - 1)

struct recoat_blocks_place {
	uint64_t block : RECOAT_BLOCK_BITS; /* 0: it is free. */
	uint64_t row : 64 - RECOAT_BLOCK_BITS;
	uint32_t size;
	uint32_t time; /* Since that of the first block ever. */
};

static_assert(sizeof(struct recoat_blocks_place) == 16, "four in a cache line");

/* Starts with all zero. */
struct recoat_blocks {
	struct recoat_blocks_place *at;
	size_t room;    /* 0 or a power of two. */
	unsigned shift; /* From a hash to a place. */
	size_t count;
	uint64_t time;             /* Of the first block ever; */
	bool some;                 /* there was one. */
	struct recoat_block *list; /* Those that are too large. */
	size_t listed, list_room;
	uint32_t *spare; /* Numbers of those that were taken out again. */
	size_t spares, spare_room;
};

void recoat_blocks_fini(struct recoat_blocks *blocks);

/* Make room for so many more, and for one free place: due before any of the following. */
void recoat_blocks_reserve(struct recoat_blocks *blocks, size_t more);

/* Where the search for a block begins. */
static inline size_t recoat_blocks_home(const struct recoat_blocks *blocks, uint64_t block)
{
	return (size_t)(block * 0x9E3779B97F4A7C15ull >> blocks->shift);
}

/* This block will be looked for soon; few searches go further than this. */
static inline void recoat_blocks_prefetch(const struct recoat_blocks *blocks, uint64_t block)
{
	const struct recoat_blocks_place *home = &blocks->at[recoat_blocks_home(blocks, block)];

	__builtin_prefetch(home, 1);
	__builtin_prefetch(home + 3, 1);
}

/*
 * The place of a block, or the free one where it would stand: `block` there is 0, as it always
 * is for number 0. Valid until the next reserve, put or take.
 */
static inline struct recoat_blocks_place *recoat_blocks_seek(const struct recoat_blocks *blocks,
							     uint64_t block)
{
	size_t i = recoat_blocks_home(blocks, block);

	while (blocks->at[i].block && blocks->at[i].block != block)
		i = (i + 1) & (blocks->room - 1);
	return &blocks->at[i];
}

/* Put a block that is too large into the list, and its number there into the place. */
void recoat_blocks_list(struct recoat_blocks *blocks, struct recoat_blocks_place *place,
			const struct recoat_block *block);

/* Fill the free place that was found for a block. */
static inline void recoat_blocks_put(struct recoat_blocks *blocks,
				     struct recoat_blocks_place *place,
				     const struct recoat_block *block)
{
	uint64_t age;

	if (!blocks->some)
		blocks->time = block->time;
	blocks->some = true;
	blocks->count++;
	age = block->time - blocks->time;
	if (__builtin_expect((block->size | age) > UINT32_MAX, 0) ||
	    __builtin_expect(block->row >= RECOAT_BLOCKS_LISTED, 0)) {
		recoat_blocks_list(blocks, place, block);
		return;
	}
	*place = (struct recoat_blocks_place){.block = block->block,
					      .row = block->row,
					      .size = (uint32_t)block->size,
					      .time = (uint32_t)age};
}

/* The block of a place. */
static inline struct recoat_block recoat_blocks_get(const struct recoat_blocks *blocks,
						    const struct recoat_blocks_place *place)
{
	if (__builtin_expect(place->row == RECOAT_BLOCKS_LISTED, 0))
		return blocks->list[place->size];
	return (struct recoat_block){.block = place->block,
				     .size = place->size,
				     .time = blocks->time + place->time,
				     .row = place->row};
}

/* Make a place free. */
void recoat_blocks_take(struct recoat_blocks *blocks, struct recoat_blocks_place *place);

#endif
