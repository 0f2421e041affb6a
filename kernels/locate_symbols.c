/* SPDX-License-Identifier: Apache-2.0 */
/* Matching patterns against a symbol table, in one pass however many patterns there are. */
#include "kernels/locate.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATTERNS_MAX (RECOAT_KERNELS_MAX * RECOAT_KERNEL_SYMBOLS_MAX)
#define MATCHES_MAX 4096
#define LISTED_MAX 16 /* Of several candidates, so many are named. */
#define KEYS 512      /* Of a filter that few names of hundreds of thousands are to pass. */

/*
 * Names are told apart by their keys: their first eight bytes as a word, zeros behind a shorter
 * one's end. A pattern means names whose key equals its own in the bytes of `mask`.
 */
struct pattern {
	const char *text;
	uint64_t key;
	uint64_t mask;
	uint32_t prefix; /* Bytes before the first * or ?. */
	uint16_t kernel;
	uint8_t number; /* Of the kernel's patterns. */
	bool glob;
};

struct match {
	uint32_t pattern;
	uint32_t symbol;
};

/* In pages of its own: too much for the stack of somebody's thread. */
struct matching {
	const struct recoat_place *place;
	const struct recoat_catalogue *catalogue;
	const struct recoat_symbol_table *table;
	const struct recoat_locate_sink *sink;
	enum recoat_how how;
	bool keys[KEYS]; /* Some pattern may match names whose keys have this number, */
	bool any_key;    /* or names with any key. */
	uint32_t patterns;
	uint32_t matches;
	struct pattern pattern[PATTERNS_MAX];
	struct match match[MATCHES_MAX];
};

static uint64_t first_bytes(uint32_t count)
{
	return count < 8 ? (1ull << 8 * count) - 1 : UINT64_MAX;
}

/* Bytes behind the first NUL do not count. */
static uint64_t cut_at_end(uint64_t word)
{
	uint64_t ends = (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;

	return ends ? word & ((ends & -ends) - 1) : word;
}

static uint64_t key_of(const char *name, uint64_t readable)
{
	uint64_t word = 0;

	memcpy(&word, name, readable < sizeof(word) ? readable : sizeof(word));
	return cut_at_end(word);
}

static uint32_t number_of(uint64_t key)
{
	return (uint32_t)(key * 0x9e3779b97f4a7c15u >> 32) % KEYS;
}

static void add_pattern(struct matching *matching, uint32_t kernel, uint8_t number)
{
	const char *text = matching->catalogue->kernel[kernel].symbol[number];
	struct pattern *pattern = &matching->pattern[matching->patterns++];

	*pattern = (struct pattern){
		.text = text,
		.prefix = (uint32_t)strcspn(text, "*?"),
		.kernel = (uint16_t)kernel,
		.number = number,
	};
	pattern->glob = text[pattern->prefix] != '\0';
	pattern->mask = pattern->glob ? first_bytes(pattern->prefix) : UINT64_MAX;
	pattern->key = key_of(text, RECOAT_SYMBOL_MAX) & pattern->mask;
	if (pattern->mask == UINT64_MAX)
		matching->keys[number_of(pattern->key)] = true;
	else
		matching->any_key = true;
}

static void take_patterns(struct matching *matching, const struct recoat_wanted *wanted)
{
	for (uint32_t i = 0; i < matching->catalogue->count; i++)
		for (uint8_t n = 0; n < RECOAT_KERNEL_SYMBOLS_MAX; n++)
			if (wanted->symbols[i] >> n & 1)
				add_pattern(matching, i, n);
}

static bool is_function(const Elf64_Sym *symbol)
{
	unsigned type = ELF64_ST_TYPE(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF && symbol->st_value != 0 &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC);
}

static bool fits(const struct pattern *pattern, const char *name)
{
	if (!pattern->glob)
		return strcmp(pattern->text, name) == 0;
	return strncmp(pattern->text, name, pattern->prefix) == 0 &&
	       recoat_glob_match(pattern->text, name);
}

static void add_match(struct matching *matching, uint32_t pattern, const Elf64_Sym *symbol)
{
	const char *name = recoat_symbol_name(matching->table, symbol);

	if (matching->matches < MATCHES_MAX && !recoat_symbol_is_clone(name))
		matching->match[matching->matches++] = (struct match){
			.pattern = pattern,
			.symbol = (uint32_t)(symbol - matching->table->symbol),
		};
}

static void match_symbol(struct matching *matching, const Elf64_Sym *symbol, bool globs_only)
{
	const struct recoat_symbol_table *table = matching->table;
	const char *name = recoat_symbol_name(table, symbol);
	uint64_t key;

	if (!*name)
		return;
	key = key_of(name, table->string_bytes - symbol->st_name);
	if (!matching->keys[number_of(key)] && !matching->any_key)
		return;
	for (uint32_t i = 0; i < matching->patterns; i++) {
		const struct pattern *pattern = &matching->pattern[i];

		if ((key & pattern->mask) == pattern->key && (pattern->glob || !globs_only) &&
		    fits(pattern, name))
			add_match(matching, i, symbol);
	}
}

/* Exact names by the hash table, so that nothing else need be looked at. */
static bool look_up_exact(struct matching *matching)
{
	const struct recoat_place *place = matching->place;
	bool globs = false;

	for (uint32_t i = 0; i < matching->patterns; i++) {
		const struct pattern *pattern = &matching->pattern[i];
		const Elf64_Sym *symbol =
			pattern->glob ? NULL : place->find(place->image, pattern->text);

		globs |= pattern->glob;
		if (symbol)
			add_match(matching, i, symbol);
	}
	return globs;
}

static void match_all(struct matching *matching)
{
	bool hashed = matching->how == RECOAT_HOW_DYNSYM && matching->place->find;
	const struct recoat_symbol_table *table = matching->table;

	if (hashed && !look_up_exact(matching))
		return;
	for (uint64_t i = 1; i < table->count; i++)
		if (is_function(&table->symbol[i]))
			match_symbol(matching, &table->symbol[i], hashed);
}

static const Elf64_Sym *symbol_of(const struct matching *matching, uint32_t match)
{
	return &matching->table->symbol[matching->match[match].symbol];
}

static bool same_function(const struct matching *matching, uint32_t one, uint32_t other)
{
	return symbol_of(matching, one)->st_value == symbol_of(matching, other)->st_value;
}

/* Other names of a function that a match before this one stands for are not counted. */
static bool is_alias(const struct matching *matching, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (matching->match[i].pattern == matching->match[at].pattern &&
		    same_function(matching, i, at))
			return true;
	return false;
}

static void report(struct matching *matching, uint32_t at)
{
	const struct recoat_locate_sink *sink = matching->sink;
	const struct pattern *pattern = &matching->pattern[matching->match[at].pattern];
	const Elf64_Sym *symbol = symbol_of(matching, at);
	struct recoat_entry_point entry = {
		.kernel = &matching->catalogue->kernel[pattern->kernel],
		.symbol = recoat_symbol_name(matching->table, symbol),
		.how = matching->how,
		.address = matching->place->bias + symbol->st_value,
		.size = symbol->st_size,
		.indirect = ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC,
	};

	if (recoat_place_is_code(matching->place, entry.address))
		recoat_locate_tell(matching->place, sink, &entry);
	else
		sink->refused(sink->user, entry.kernel, entry.symbol,
			      "its address does not lie in the module's code");
}

/* `count` functions match where one is expected: name them, up to a limit. */
static void refuse(struct matching *matching, uint32_t at, uint32_t listed, uint32_t count)
{
	const struct recoat_locate_sink *sink = matching->sink;
	const struct pattern *pattern = &matching->pattern[matching->match[at].pattern];
	const char *symbol = recoat_symbol_name(matching->table, symbol_of(matching, at));
	char reason[128];

	if (listed > LISTED_MAX)
		return;
	snprintf(reason, sizeof(reason),
		 "one of %u functions that the pattern matches, and 'all = yes' is not set", count);
	if (listed == LISTED_MAX) {
		symbol = pattern->text;
		snprintf(reason, sizeof(reason), "and %u more functions", count - LISTED_MAX);
	}
	sink->refused(sink->user, &matching->catalogue->kernel[pattern->kernel], symbol, reason);
}

/* The functions that a pattern matches, each under its first name unless all are taken. */
static void conclude(struct matching *matching, uint32_t pattern, struct recoat_wanted *wanted)
{
	const struct pattern *one = &matching->pattern[pattern];
	bool all = matching->catalogue->kernel[one->kernel].all;
	uint32_t count = 0, listed = 0;

	for (uint32_t i = 0; i < matching->matches; i++)
		count += matching->match[i].pattern == pattern && (all || !is_alias(matching, i));
	if (!count)
		return;
	wanted->symbols[one->kernel] &= (uint8_t) ~(1u << one->number);
	wanted->found[one->kernel] = true;
	for (uint32_t i = 0; i < matching->matches; i++) {
		if (matching->match[i].pattern != pattern || (!all && is_alias(matching, i)))
			continue;
		if (all || count == 1)
			report(matching, i);
		else
			refuse(matching, i, listed++, count);
	}
}

void recoat_locate_symbols(const struct recoat_place *place,
			   const struct recoat_catalogue *catalogue,
			   const struct recoat_symbol_table *table, enum recoat_how how,
			   struct recoat_wanted *wanted, const struct recoat_locate_sink *sink)
{
	long pages = syscall(SYS_mmap, NULL, sizeof(struct matching), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0L);
	struct matching *matching = (struct matching *)pages;

	if (pages == -1)
		return;
	matching->place = place;
	matching->catalogue = catalogue;
	matching->table = table;
	matching->sink = sink;
	matching->how = how;
	take_patterns(matching, wanted);
	if (matching->patterns)
		match_all(matching);
	for (uint32_t i = 0; i < matching->patterns; i++)
		conclude(matching, i, wanted);
	syscall(SYS_munmap, matching, sizeof(*matching));
}
