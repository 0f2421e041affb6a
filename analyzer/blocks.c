/* SPDX-License-Identifier: Apache-2.0 */
/* Live blocks in a hash with linear probing. */
#include "analyzer/blocks.h"

#include <stdlib.h>

#include "analyzer/memory.h"

#define FIRST_ROOM_BITS 12

void recoat_blocks_fini(struct recoat_blocks *blocks)
{
	free(blocks->at);
	free(blocks->list);
	free(blocks->spare);
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
	while (4 * (blocks->count + more) >= blocks->room)
		grow(blocks);
}

void recoat_blocks_list(struct recoat_blocks *blocks, struct recoat_blocks_place *place,
			const struct recoat_block *block)
{
	uint32_t number = (uint32_t)blocks->listed;

	if (blocks->spares) {
		number = blocks->spare[--blocks->spares];
	} else {
		blocks->list = recoat_grow(blocks->list, blocks->listed, &blocks->list_room,
					   sizeof(*blocks->list));
		blocks->listed++;
	}
	blocks->list[number] = *block;
	*place = (struct recoat_blocks_place){
		.block = block->block, .row = RECOAT_BLOCKS_LISTED, .size = number};
}

static void unlist(struct recoat_blocks *blocks, uint32_t number)
{
	blocks->spare = recoat_grow(blocks->spare, blocks->spares, &blocks->spare_room,
				    sizeof(*blocks->spare));
	blocks->spare[blocks->spares++] = number;
}

/* Later ones of the run are moved up, so that no search ends too early at the new hole. */
void recoat_blocks_take(struct recoat_blocks *blocks, struct recoat_blocks_place *place)
{
	struct recoat_blocks_place *at = blocks->at;
	size_t mask = blocks->room - 1;
	size_t hole = (size_t)(place - at);

	if (place->row == RECOAT_BLOCKS_LISTED)
		unlist(blocks, place->size);
	for (size_t i = (hole + 1) & mask; at[i].block; i = (i + 1) & mask) {
		size_t from = recoat_blocks_home(blocks, at[i].block);

		if (((i - from) & mask) < ((i - hole) & mask))
			continue;
		at[hole] = at[i];
		hole = i;
	}
	at[hole] = (struct recoat_blocks_place){0};
	blocks->count--;
}
