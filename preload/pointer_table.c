/* SPDX-License-Identifier: Apache-2.0 */
/* Three levels: 12 + 13 bits of directories, then leaves of 4 MiB of addresses. */
#include "preload/pointer_table.h"

#include <stdatomic.h>
#include <stddef.h>

#include "preload/hot.h"
#include "preload/memory.h"

#define LEAF_BITS 22
#define GRANULE_BITS 4
#define MIDDLE_BITS 13
#define TOP_BITS 12
#define ADDRESS_BITS (LEAF_BITS + MIDDLE_BITS + TOP_BITS)

struct leaf {
	uint64_t word[1u << (LEAF_BITS - GRANULE_BITS)];
};

struct middle {
	struct leaf *_Atomic leaf[1u << MIDDLE_BITS];
};

static struct middle *_Atomic top[1u << TOP_BITS];

/* What `place` points at; if nothing, new pages, unless another thread was faster. */
static RECOAT_SLOW void *make(void *_Atomic *place, size_t bytes)
{
	void *expected = NULL;
	void *fresh = recoat_map(bytes);

	if (!fresh)
		return NULL;
	/* Release: the zeroed pages before the pointer to them. Acquire: the winner's pages. */
	if (atomic_compare_exchange_strong_explicit(place, &expected, fresh, memory_order_release,
						    memory_order_acquire))
		return fresh;
	recoat_unmap(fresh, bytes);
	return expected;
}

static struct middle *_Atomic *middle_of(uint64_t address)
{
	return &top[address >> (LEAF_BITS + MIDDLE_BITS)];
}

static struct leaf *_Atomic *leaf_of(struct middle *middle, uint64_t address)
{
	return &middle->leaf[address >> LEAF_BITS & ((1u << MIDDLE_BITS) - 1)];
}

static uint64_t *word_of(struct leaf *leaf, uint64_t address)
{
	return &leaf->word[(address & ((1u << LEAF_BITS) - 1)) >> GRANULE_BITS];
}

/*
 * The word of an address, or NULL if there is none and none is to be made, or can be. Acquire
 * pairs with the release in make().
 */
static RECOAT_FAST uint64_t *word_at(uint64_t address, bool may_make)
{
	struct middle *middle;
	struct leaf *leaf;

	if (address >> ADDRESS_BITS)
		return NULL;
	middle = atomic_load_explicit(middle_of(address), memory_order_acquire);
	if (!middle && may_make)
		middle = make((void *_Atomic *)middle_of(address), sizeof *middle);
	if (!middle)
		return NULL;
	leaf = atomic_load_explicit(leaf_of(middle, address), memory_order_acquire);
	if (!leaf && may_make)
		leaf = make((void *_Atomic *)leaf_of(middle, address), sizeof *leaf);
	return leaf ? word_of(leaf, address) : NULL;
}

bool recoat_pointer_put(const void *address, struct recoat_block block)
{
	uint64_t *word = word_at((uint64_t)address, true);

	if (!word)
		return false;
	*word = block.size << RECOAT_BLOCK_PATH_BITS | block.path;
	return true;
}

bool recoat_pointer_take(const void *address, struct recoat_block *block)
{
	uint64_t *word = word_at((uint64_t)address, false);

	if (!word || !*word)
		return false;
	block->path = *word & ((1u << RECOAT_BLOCK_PATH_BITS) - 1);
	block->size = *word >> RECOAT_BLOCK_PATH_BITS;
	*word = 0;
	return true;
}

void recoat_pointer_reset(void)
{
	for (uint32_t i = 0; i < 1u << TOP_BITS; i++) {
		struct middle *middle = atomic_load_explicit(&top[i], memory_order_relaxed);

		for (uint32_t j = 0; middle && j < 1u << MIDDLE_BITS; j++)
			recoat_unmap(atomic_load_explicit(&middle->leaf[j], memory_order_relaxed),
				     sizeof(struct leaf));
		recoat_unmap(middle, sizeof *middle);
		atomic_store_explicit(&top[i], NULL, memory_order_relaxed);
	}
}
