/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of pcs that were met, so that a CFI program runs once a pc. */
#ifndef RECOAT_UNWIND_RULES_H
#define RECOAT_UNWIND_RULES_H

/*
 * One direct-mapped table for the process, of words pc << 16 | what holds there:
 *
 *   regular bit | CFA - sp in words: 10 | CFA - slot of bp in words, 0 if bp is kept: 5
 *   0           | number of a rule: 15
 *
 * Regular is the rule of nearly all frames: the CFA is sp + constant, the return address
 * stands below it, and bp is kept or saved between sp and there. All of it in one word saves
 * a dependent load a frame. A collision replaces. Readers and writers take no lock and may be
 * signal handlers.
 */

#include <stdatomic.h>
#include <stdint.h>

#include "preload/cfi.h"

#define RECOAT_RULE_WORD_BITS 16
#define RECOAT_RULES_MAX 4096
#define RECOAT_RULE_REGULAR 0x8000u
#define RECOAT_RULE_CFA_WORDS_MAX 0x3ff
#define RECOAT_RULE_BP_WORDS_MAX 0x1f

extern _Atomic uint64_t recoat_rule_words[1u << RECOAT_RULE_WORD_BITS]
	__attribute__((visibility("hidden")));

/* The rule for code at `pc`, valid for ever, or in `scratch`. Works it out if it is new. */
const struct recoat_rule *recoat_unwind_rule(uint64_t pc, struct recoat_rule *scratch);

/* Forget all pcs; see recoat_unwind_forget() in unwind.h. */
void recoat_unwind_rules_clear(void);

static inline _Atomic uint64_t *recoat_rule_word_of(uint64_t pc)
{
	return &recoat_rule_words[pc * 0x9E3779B97F4A7C15ull >> (64 - RECOAT_RULE_WORD_BITS)];
}

/* What is known of `pc`, less the pc itself, or 0. */
static inline uint32_t recoat_unwind_rule_known(uint64_t pc)
{
	/* Acquire pairs with the release in remember(): a rule behind the number is written. */
	uint64_t word = atomic_load_explicit(recoat_rule_word_of(pc), memory_order_acquire);

	return __builtin_expect(word >> 16 == pc, 1) ? word & 0xffff : 0;
}

static inline uint64_t recoat_rule_cfa_bytes(uint32_t known)
{
	return (known >> 5 & RECOAT_RULE_CFA_WORDS_MAX) * 8;
}

static inline uint64_t recoat_rule_bp_bytes(uint32_t known)
{
	return (known & RECOAT_RULE_BP_WORDS_MAX) * 8;
}

#endif
