/* SPDX-License-Identifier: Apache-2.0 */
/* What the stack cache keeps of a stack, and how it is found and compared again. */
#ifndef RECOAT_STACK_CACHE_ENTRY_H
#define RECOAT_STACK_CACHE_ENTRY_H

/*
 * Internal to the stack cache; in a header because the lookup is inlined into the hooks.
 *
 * An entry is the read set of one unwind: the caller's registers and every stack word that
 * was read, as {offset from sp, value}, in the order of reading. By induction over that order,
 * equal registers and equal words mean that unwinding would read the same words again and
 * arrive at the same frames, whatever lies between them. A saved rbp that no later step uses
 * is left out, and so is the caller's rbp then.
 *
 * Values are whole words. Their lower halves would do as long as all executable mappings
 * differ modulo 2^32, which nobody can promise of a program that maps code by itself.
 *
 * The index is a hash table of words, two a bucket:
 *
 *   tag and valid bit: 16 | payload: 48, the address of an entry, or offset << 1 | 1
 *
 * The latter is a discriminator: several stacks share what led here, and differ in the word
 * at sp + 8 * offset, whose value leads on. The index only proposes: an entry is believed
 * after all its words have been compared.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/unwind_stack.h"

#define RECOAT_STACK_LEVELS 24 /* Discriminators on the way to an entry, at most. */
#define RECOAT_STACK_BUCKET_BITS 13
#define RECOAT_STACK_PAYLOAD ((1ull << 48) - 1)

struct recoat_stack_group {
	uint64_t value[8];
	uint16_t offset[8]; /* In words from sp. The last group repeats its last slot. */
};

/* A slot whose offset does not fit into a group; it and all after it stand behind the groups. */
struct recoat_stack_slot {
	int64_t offset;
	uint64_t value;
};

struct recoat_stack_entry {
	uint64_t ra;
	uint64_t sp;
	uint64_t bp;
	uint32_t path;
	uint32_t near : 12;   /* Slots in groups, without repetitions. */
	uint32_t far : 12;    /* Slots behind them. */
	uint32_t bp_live : 1; /* bp matters. */
	struct recoat_stack_group group[];
};

static inline size_t recoat_stack_groups(const struct recoat_stack_entry *entry)
{
	return (entry->near + 7u) / 8;
}

static inline const struct recoat_stack_slot *recoat_stack_far(
	const struct recoat_stack_entry *entry)
{
	return (const struct recoat_stack_slot *)(entry->group + recoat_stack_groups(entry));
}

static inline bool recoat_stack_registers_equal(const struct recoat_stack_entry *entry, uint64_t ra,
						uint64_t sp, uint64_t bp)
{
	return entry->ra == ra && entry->sp == sp && (!entry->bp_live || entry->bp == bp);
}

static inline uint64_t recoat_stack_differs(uint64_t sp, const struct recoat_stack_group *group,
					    size_t number)
{
	return recoat_stack_word(sp + 8ull * group->offset[number]) ^ group->value[number];
}

/* One branch for eight words. */
static inline bool recoat_stack_group_equal(uint64_t sp, const struct recoat_stack_group *group)
{
	return !(recoat_stack_differs(sp, group, 0) | recoat_stack_differs(sp, group, 1) |
		 recoat_stack_differs(sp, group, 2) | recoat_stack_differs(sp, group, 3) |
		 recoat_stack_differs(sp, group, 4) | recoat_stack_differs(sp, group, 5) |
		 recoat_stack_differs(sp, group, 6) | recoat_stack_differs(sp, group, 7));
}

/*
 * Whether the stack above entry->sp holds the entry's words. Words are loaded before the ones
 * below them were compared, so all must be readable: on the thread's own stack they are.
 */
static inline bool recoat_stack_words_equal(const struct recoat_stack_entry *entry)
{
	const struct recoat_stack_group *group = entry->group;
	const struct recoat_stack_group *end = group + recoat_stack_groups(entry);
	const struct recoat_stack_slot *far = (const struct recoat_stack_slot *)end;

	for (; group < end; group++)
		if (__builtin_expect(!recoat_stack_group_equal(entry->sp, group), 0))
			return false;
	for (size_t i = 0; i < entry->far; i++)
		if (recoat_stack_word(entry->sp + (uint64_t)far[i].offset * 8) != far[i].value)
			return false;
	return true;
}

static inline uint64_t recoat_stack_hash(uint64_t ra, uint64_t sp)
{
	uint64_t hash = (ra * 0x9E3779B97F4A7C15ull) ^ (sp * 0xC2B2AE3D27D4EB4Full);

	return hash ^ hash >> 32;
}

static inline uint64_t recoat_stack_hash_on(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
	return hash ^ hash >> 32;
}

/*
 * The upper 16 bits of an index word for `hash`: the valid bit and hash bits 13 to 27. They
 * overlap the bits that number the buckets of the grown index, so that it can be filled from
 * the small one without the hashes.
 */
static inline uint64_t recoat_stack_tag(uint64_t hash)
{
	return 1ull << 63 | (hash << (48 - RECOAT_STACK_BUCKET_BITS) & ~RECOAT_STACK_PAYLOAD);
}

#endif
