/* SPDX-License-Identifier: Apache-2.0 */
/* Live blocks in a hash with linear probing. */
#include "analyzer/blocks.h"

#include <stdlib.h>

#include "analyzer/memory.h"

#define FIRST_ROOM_BITS 12

void recoat_blocks_fini(struct recoat_blocks *blocks)
{
	free(blocks->at);
	*blocks = (struct recoat_blocks){0};
}

static void grow(struct recoat_blocks *blocks)
{
	struct recoat_blocks old = *blocks;

	blocks->room = old.room ? 2 * old.room : 1u << FIRST_ROOM_BITS;
	blocks->shift = old.room ? old.shift - 1 : 64 - FIRST_ROOM_BITS;
	blocks->at = recoat_calloc_table(blocks->room, sizeof(*blocks->at));
	for (size_t i = 0; i < old.room; i++)
		if (old.at[i].block)
			*recoat_blocks_seek(blocks, old.at[i].block) = old.at[i];
	free(old.at);
}

void recoat_blocks_reserve(struct recoat_blocks *blocks, size_t more)
{
	while (2 * (blocks->count + more) >= blocks->room)
		grow(blocks);
}

/* Move later ones of the run up, so that no search ends too early at the new hole. */
void recoat_blocks_take(struct recoat_blocks *blocks, struct recoat_block *found)
{
	size_t mask = blocks->room - 1;
	size_t hole = (size_t)(found - blocks->at);

	for (size_t i = (hole + 1) & mask; blocks->at[i].block; i = (i + 1) & mask) {
		size_t from = recoat_blocks_home(blocks, blocks->at[i].block);

		if (((i - from) & mask) < ((i - hole) & mask))
			continue;
		blocks->at[hole] = blocks->at[i];
		hole = i;
	}
	blocks->at[hole] = (struct recoat_block){0};
	blocks->count--;
}
