/* SPDX-License-Identifier: Apache-2.0 */
/* Live blocks in a hash with linear probing. */
#include "analyzer/blocks.h"

#include <stdlib.h>

#include "analyzer/memory.h"

#define FIRST_ROOM 4096

void recoat_blocks_fini(struct recoat_blocks *blocks)
{
	free(blocks->at);
	*blocks = (struct recoat_blocks){0};
}

/* Where the search for a block begins. */
static size_t home(const struct recoat_blocks *blocks, uint64_t block)
{
	return (size_t)(block * 0x9E3779B97F4A7C15ull >> 20) & (blocks->room - 1);
}

struct recoat_block *recoat_blocks_find(const struct recoat_blocks *blocks, uint64_t block)
{
	if (!blocks->room)
		return NULL;
	for (size_t i = home(blocks, block);; i = (i + 1) & (blocks->room - 1)) {
		if (blocks->at[i].block == block && block)
			return &blocks->at[i];
		if (!blocks->at[i].block)
			return NULL;
	}
}

static void insert(struct recoat_blocks *blocks, const struct recoat_block *block)
{
	size_t i = home(blocks, block->block);

	while (blocks->at[i].block)
		i = (i + 1) & (blocks->room - 1);
	blocks->at[i] = *block;
}

static void grow(struct recoat_blocks *blocks)
{
	struct recoat_block *old = blocks->at;
	size_t room = blocks->room;

	blocks->room = room ? 2 * room : FIRST_ROOM;
	blocks->at = recoat_calloc(blocks->room, sizeof(*blocks->at));
	for (size_t i = 0; i < room; i++)
		if (old[i].block)
			insert(blocks, &old[i]);
	free(old);
}

void recoat_blocks_put(struct recoat_blocks *blocks, const struct recoat_block *block)
{
	if (2 * blocks->count >= blocks->room)
		grow(blocks);
	insert(blocks, block);
	blocks->count++;
}

/* Move later ones of the run up, so that no search ends too early at the new hole. */
void recoat_blocks_take(struct recoat_blocks *blocks, struct recoat_block *found)
{
	size_t mask = blocks->room - 1;
	size_t hole = (size_t)(found - blocks->at);

	for (size_t i = (hole + 1) & mask; blocks->at[i].block; i = (i + 1) & mask) {
		size_t from = home(blocks, blocks->at[i].block);

		if (((i - from) & mask) < ((i - hole) & mask))
			continue;
		blocks->at[hole] = blocks->at[i];
		hole = i;
	}
	blocks->at[hole] = (struct recoat_block){0};
	blocks->count--;
}
