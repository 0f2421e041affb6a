/* SPDX-License-Identifier: Apache-2.0 */
/* Lock-free tables of rules and of the pcs that they hold for. */
#include "preload/unwind_rules.h"

#include <string.h>

#define PROBES 64
#define PC_LIMIT (1ull << 48) /* Higher ones do not fit into a word; user code has none. */

/*
 * A slot goes from EMPTY to WRITING to READY and never back, so a READY rule can be read
 * without further care. Whoever meets a slot in WRITING goes on to the next one: the writer
 * may be the code that a signal handler has interrupted. The price is a rare duplicate.
 */
enum { EMPTY, WRITING, READY };

struct rule_slot {
	_Atomic uint32_t state;
	struct recoat_rule rule;
};

_Atomic uint64_t recoat_rule_words[1u << RECOAT_RULE_WORD_BITS];
static struct rule_slot slots[RECOAT_RULES_MAX]; /* Slot 0 stays unused: 0 is unknown. */
static _Atomic uint64_t generation;

static uint32_t hash_rule(const struct recoat_rule *rule)
{
	uint32_t word[sizeof *rule / sizeof(uint32_t)];
	uint64_t hash = 0;

	memcpy(word, rule, sizeof word);
	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		hash = (hash ^ word[i]) * 0x9E3779B97F4A7C15ull;
	return (uint32_t)(hash >> 40);
}

static bool write_slot(struct rule_slot *slot, const struct recoat_rule *rule)
{
	uint32_t empty = EMPTY;

	if (!atomic_compare_exchange_strong_explicit(&slot->state, &empty, WRITING,
						     memory_order_relaxed, memory_order_relaxed))
		return false;
	slot->rule = *rule;
	/* Release pairs with the acquire in holds(). */
	atomic_store_explicit(&slot->state, READY, memory_order_release);
	return true;
}

static bool holds(struct rule_slot *slot, const struct recoat_rule *rule)
{
	return atomic_load_explicit(&slot->state, memory_order_acquire) == READY &&
	       memcmp(&slot->rule, rule, sizeof *rule) == 0;
}

/* The number of an equal rule, made if it is new, or 0 if there is no room near its place. */
static uint32_t number_of(const struct recoat_rule *rule)
{
	uint32_t home = hash_rule(rule);

	for (uint32_t probe = 0; probe < PROBES; probe++) {
		uint32_t at = (home + probe) % (RECOAT_RULES_MAX - 1) + 1;

		if (holds(&slots[at], rule) || write_slot(&slots[at], rule))
			return at;
	}
	return 0;
}

/* Words are 8 bytes; a regular rule's lie inside the frame and are aligned if sp is. */
static bool is_regular(const struct recoat_rule *rule)
{
	return rule->cfa == RECOAT_CFA_SP && !rule->signal && rule->ra == RECOAT_PLACE_AT_CFA &&
	       rule->ra_offset == -8 && rule->cfa_offset >= 8 && rule->cfa_offset % 8 == 0 &&
	       rule->cfa_offset / 8 <= RECOAT_RULE_CFA_WORDS_MAX;
}

static bool is_regular_bp(const struct recoat_rule *rule)
{
	return rule->bp == RECOAT_PLACE_KEPT ||
	       (rule->bp == RECOAT_PLACE_AT_CFA && rule->bp_offset % 8 == 0 &&
		rule->bp_offset < 0 && rule->bp_offset >= -rule->cfa_offset &&
		rule->bp_offset / 8 >= -RECOAT_RULE_BP_WORDS_MAX);
}

/* The lower half of a word, or 0 if there is no room for the rule. */
static uint32_t encode(const struct recoat_rule *rule)
{
	uint32_t bp_words = rule->bp == RECOAT_PLACE_KEPT ? 0 : (uint32_t)(-rule->bp_offset / 8);

	if (is_regular(rule) && is_regular_bp(rule))
		return RECOAT_RULE_REGULAR | (uint32_t)rule->cfa_offset / 8 << 5 | bp_words;
	return number_of(rule);
}

/* `seen` is the word before the rule was worked out: if it has changed, leave it alone. */
static void remember(uint64_t pc, uint64_t seen, uint64_t since, uint32_t known)
{
	if (!known || pc >= PC_LIMIT ||
	    atomic_load_explicit(&generation, memory_order_acquire) != since)
		return;
	/* Release pairs with the acquire in recoat_unwind_rule_known(). */
	atomic_compare_exchange_strong_explicit(recoat_rule_word_of(pc), &seen, pc << 16 | known,
						memory_order_release, memory_order_relaxed);
}

const struct recoat_rule *recoat_unwind_rule(uint64_t pc, struct recoat_rule *scratch)
{
	uint32_t known = recoat_unwind_rule_known(pc);
	uint64_t since;
	uint64_t seen;

	if (known && !(known & RECOAT_RULE_REGULAR))
		return &slots[known].rule;
	/* Acquire pairs with the release in recoat_unwind_rules_clear(). */
	since = atomic_load_explicit(&generation, memory_order_acquire);
	seen = atomic_load_explicit(recoat_rule_word_of(pc), memory_order_relaxed);
	recoat_cfi_rule(pc, scratch);
	remember(pc, seen, since, encode(scratch));
	return scratch;
}

void recoat_unwind_rules_clear(void)
{
	/* Release, and before the words: who works out a rule now will not store it. */
	atomic_fetch_add_explicit(&generation, 1, memory_order_release);
	for (size_t i = 0; i < sizeof recoat_rule_words / sizeof *recoat_rule_words; i++)
		if (atomic_load_explicit(&recoat_rule_words[i], memory_order_relaxed))
			atomic_store_explicit(&recoat_rule_words[i], 0, memory_order_relaxed);
}
