/* SPDX-License-Identifier: Apache-2.0 */
/* The miss path of the stack cache: unwinding, and what it leaves to build an entry from. */
#ifndef RECOAT_STACK_CACHE_WORK_H
#define RECOAT_STACK_CACHE_WORK_H

/*
 * Internal to the stack cache. A suffix is the outer part of a stack that an entry describes:
 * a later unwind that arrives at the same frame, and finds the rest of the entry's words
 * unchanged, need not go on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/stack_cache.h"

#define RECOAT_STACK_SLOTS_MAX (3 * RECOAT_STACK_FRAMES_MAX)

struct recoat_stack_suffix {
	uint64_t pc;
	uint64_t sp;
	uint64_t bp;
	uint32_t entry; /* Its place in the arena / 8. */
	uint32_t path;
	uint16_t first_slot; /* The entry's slots from here on belong to the suffix. */
	uint16_t frames;
	bool bp_live;
	bool exact; /* As in struct recoat_registers. */
};

/* One unwind. In the cache's pages, since the target's stack may be small. */
struct recoat_stack_work {
	struct recoat_frame frame[RECOAT_STACK_FRAMES_MAX];
	uint32_t path[RECOAT_STACK_FRAMES_MAX];
	uint16_t first_slot[RECOAT_STACK_FRAMES_MAX];
	bool bp_live[RECOAT_STACK_FRAMES_MAX]; /* When the frame's own step begins. */
	bool keep_bp[RECOAT_STACK_FRAMES_MAX]; /* A later step uses the bp that it loads. */
	size_t frames;
	enum recoat_unwind_end end;                            /* MORE if it ended at `joined`. */
	const struct recoat_stack_suffix *joined;              /* NULL if unwound to the end. */
	struct recoat_stack_slot slot[RECOAT_STACK_SLOTS_MAX]; /* In the order of reading. */
	size_t slots;
	bool cut;                              /* The tree had no room for the path. */
	uint64_t ips[RECOAT_STACK_FRAMES_MAX]; /* For the fallback. */
};

/* Unwind from `start`, up to a known suffix if `may_join`. Fills frame to joined. */
void recoat_stack_work_unwind(struct recoat_stack_cache *cache,
			      const struct recoat_registers *start, bool may_join);

/* The path of what was unwound; fills path and cut. */
uint32_t recoat_stack_work_path(struct recoat_stack_cache *cache);

/*
 * Work out the read set; fills bp_live to slots. False if it cannot be an entry: a word that
 * cannot be counted on to be readable, or too many of them.
 */
bool recoat_stack_work_slots(struct recoat_stack_cache *cache);

static inline struct recoat_stack_slot recoat_stack_entry_slot(
	const struct recoat_stack_entry *entry, size_t number)
{
	const struct recoat_stack_group *group = &entry->group[number / 8];

	if (number >= recoat_stack_near(entry))
		return recoat_stack_far(entry)[number - recoat_stack_near(entry)];
	return (struct recoat_stack_slot){
		.offset = group->offset[number % 8],
		.value = group->value[number % 8],
	};
}

static inline uint64_t recoat_stack_slot_address(const struct recoat_stack_entry *entry,
						 struct recoat_stack_slot slot)
{
	return entry->sp + (uint64_t)slot.offset * 8;
}

/*
 * The first slot, from `first` on, in which the stack is not the entry's. False if there is
 * none. For entries on the owner's own stack.
 */
bool recoat_stack_find_difference(const struct recoat_stack_entry *entry, size_t first,
				  struct recoat_stack_slot *difference);

static inline struct recoat_stack_entry *recoat_stack_suffix_entry(
	const struct recoat_stack_cache *cache, const struct recoat_stack_suffix *suffix)
{
	return (struct recoat_stack_entry *)(cache->arena + 8ull * suffix->entry);
}

/* Where the newest suffix with this pc and sp is noted. */
static inline uint32_t *recoat_stack_suffix_note(const struct recoat_stack_cache *cache,
						 uint64_t pc, uint64_t sp)
{
	return &cache->suffixes[recoat_stack_hash(pc, sp) >> 48];
}

#endif
