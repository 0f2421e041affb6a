/* SPDX-License-Identifier: Apache-2.0 */
/* Changing the index of the stack cache. */
#ifndef RECOAT_STACK_CACHE_INDEX_H
#define RECOAT_STACK_CACHE_INDEX_H

/* Internal to the stack cache. Layout: stack_cache_entry.h. */

#include <stdint.h>

#include "preload/stack_cache.h"

/* Words of the small and the grown index. */
#define RECOAT_STACK_INDEX_SMALL (2ull << RECOAT_STACK_BUCKET_BITS)
#define RECOAT_STACK_INDEX_LARGE (RECOAT_STACK_INDEX_SMALL * 4)

/* Empty, and small again. */
void recoat_stack_index_reset(struct recoat_stack_cache *cache);

/* Make `entry`, whose stack is there now, be found. Another entry may give way. */
void recoat_stack_index_add(struct recoat_stack_cache *cache, struct recoat_stack_entry *entry);

/*
 * For a stack that is not the owner's own: the entry that stands at the first place, or NULL.
 * Such entries are reached without discriminators, whose words might not be mapped.
 */
struct recoat_stack_entry *recoat_stack_index_first(const struct recoat_stack_cache *cache,
						    uint64_t ra, uint64_t sp);

#endif
