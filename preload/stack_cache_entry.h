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
 * The index is a hash table of words, each somewhere in the cache line that its hash numbers:
 *
 *   tag, of the hash: 16 | payload: 48, the address of an entry, or offset << 1 | 1
 *
 * The latter is a discriminator: several stacks share what led here, and differ in the word
 * at sp + 8 * offset, whose value leads on. The index only proposes: an entry is believed
 * after all its words have been compared.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "preload/hot.h"
#include "preload/unwind_stack.h"

#define RECOAT_STACK_LEVELS 24 /* Discriminators on the way to an entry, at most. */
#define RECOAT_STACK_PAYLOAD ((1ull << 48) - 1)

/* Two words, which SSE2 compares as one; every x86-64 has it. */
typedef uint64_t recoat_stack_pair __attribute__((vector_size(16), may_alias));

struct recoat_stack_group {
	_Alignas(recoat_stack_pair) uint64_t value[8];
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
	uint8_t groups;
	uint8_t repeated : 4; /* Slots of the last group. */
	uint8_t bp_live : 1;  /* bp matters. */
	uint16_t far;         /* Slots behind the groups. */
	struct recoat_stack_group group[];
};

/* Slots in groups, without repetitions. */
static inline size_t recoat_stack_near(const struct recoat_stack_entry *entry)
{
	return 8u * entry->groups - entry->repeated;
}

static inline const struct recoat_stack_slot *recoat_stack_far(
	const struct recoat_stack_entry *entry)
{
	return (const struct recoat_stack_slot *)(entry->group + entry->groups);
}

static inline bool recoat_stack_registers_equal(const struct recoat_stack_entry *entry, uint64_t ra,
						uint64_t sp, uint64_t bp)
{
	return entry->ra == ra && entry->sp == sp && (!entry->bp_live || entry->bp == bp);
}

/* Which bits of two slots of a group the stack does not have. */
static RECOAT_FAST recoat_stack_pair recoat_stack_differs(uint64_t sp,
							  const struct recoat_stack_group *group,
							  size_t number)
{
	const recoat_stack_pair found = {
		recoat_stack_word(sp + 8ull * group->offset[number]),
		recoat_stack_word(sp + 8ull * group->offset[number + 1]),
	};

	return found ^ *(const recoat_stack_pair *)&group->value[number];
}

static inline bool recoat_stack_far_equal(const struct recoat_stack_entry *entry)
{
	const struct recoat_stack_slot *far = recoat_stack_far(entry);

	for (size_t i = 0; i < entry->far; i++)
		if (recoat_stack_word(entry->sp + (uint64_t)far[i].offset * 8) != far[i].value)
			return false;
	return true;
}

/*
 * Whether the stack above entry->sp holds the entry's words. Words are loaded before the ones
 * below them were compared, so all must be readable: on the thread's own stack they are.
 */
static RECOAT_FAST bool recoat_stack_words_equal(const struct recoat_stack_entry *entry)
{
	const struct recoat_stack_group *group = entry->group;
	const uint64_t sp = entry->sp;
	recoat_stack_pair differs = {0};

	for (unsigned left = entry->groups; left; left--, group++)
		differs |= recoat_stack_differs(sp, group, 0) | recoat_stack_differs(sp, group, 2) |
			   recoat_stack_differs(sp, group, 4) | recoat_stack_differs(sp, group, 6);
	if (__builtin_expect((differs[0] | differs[1]) != 0, 0))
		return false;
	return __builtin_expect(!entry->far, 1) || recoat_stack_far_equal(entry);
}

/* The upper bits of a hash are the good ones: they number lines and are the tag. */
static inline uint64_t recoat_stack_hash(uint64_t ra, uint64_t sp)
{
	return (ra * 0x9E3779B97F4A7C15ull) ^ (sp * 0xC2B2AE3D27D4EB4Full);
}

static inline uint64_t recoat_stack_hash_on(uint64_t hash, uint64_t word)
{
	return ((hash << 32 | hash >> 32) ^ word) * 0x9E3779B97F4A7C15ull;
}

#endif
