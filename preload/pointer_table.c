/* SPDX-License-Identifier: Apache-2.0 */
/* Directories and leaves of the pointer table, made as they are needed. */
#include "preload/pointer_table.h"

#include "preload/memory.h"

struct recoat_pointer_middle *_Atomic recoat_pointer_top[1u << RECOAT_POINTER_TOP_BITS];

/* What `place` points at; if nothing, new pages, unless another thread was faster. */
static void *make(void *_Atomic *place, size_t bytes)
{
	void *found = atomic_load_explicit(place, memory_order_acquire);
	void *fresh;

	if (found)
		return found;
	fresh = recoat_map(bytes);
	if (!fresh)
		return NULL;
	/* Release: the zeroed pages before the pointer to them. Acquire: the winner's pages. */
	if (atomic_compare_exchange_strong_explicit(place, &found, fresh, memory_order_release,
						    memory_order_acquire))
		return fresh;
	recoat_unmap(fresh, bytes);
	return found;
}

RECOAT_SLOW uint64_t *recoat_pointer_make(uint64_t address)
{
	uint64_t at = address >> RECOAT_POINTER_LEAF_BITS;
	uint64_t top = at >> RECOAT_POINTER_MIDDLE_BITS;
	struct recoat_pointer_middle *middle;

	if (top >= 1u << RECOAT_POINTER_TOP_BITS)
		return NULL;
	middle = make((void *_Atomic *)&recoat_pointer_top[top], sizeof *middle);
	if (!middle || !make((void *_Atomic *)&middle->leaf[at % (1u << RECOAT_POINTER_MIDDLE_BITS)],
			     sizeof(struct recoat_pointer_leaf)))
		return NULL;
	return recoat_pointer_word(address);
}

void recoat_pointer_reset(void)
{
	for (uint32_t i = 0; i < 1u << RECOAT_POINTER_TOP_BITS; i++) {
		struct recoat_pointer_middle *middle =
			atomic_load_explicit(&recoat_pointer_top[i], memory_order_relaxed);

		for (uint32_t j = 0; middle && j < 1u << RECOAT_POINTER_MIDDLE_BITS; j++)
			recoat_unmap(atomic_load_explicit(&middle->leaf[j], memory_order_relaxed),
				     sizeof(struct recoat_pointer_leaf));
		recoat_unmap(middle, sizeof *middle);
		atomic_store_explicit(&recoat_pointer_top[i], NULL, memory_order_relaxed);
	}
}
