/* SPDX-License-Identifier: Apache-2.0 */
/* Function names from ELF symbols. */
#include "analyzer/elf_names.h"

#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/memory.h"

#define SIZELESS_MAX 4096
#define STEPS_MAX 16 /* Symbols before the address that are looked at; few overlap. */

struct name {
	GElf_Addr address;
	GElf_Xword size;
	const char *text;
	int rank; /* Of several at one address, the highest is shown. */
};

struct recoat_elf_names {
	struct name *at;
	size_t count, room;
};

static bool is_function(const GElf_Sym *symbol, GElf_Word section)
{
	int type = GELF_ST_TYPE(symbol->st_info);

	return section != SHN_UNDEF &&
	       (type == STT_FUNC || type == STT_GNU_IFUNC ||
		(type == STT_NOTYPE && GELF_ST_BIND(symbol->st_info) != STB_LOCAL));
}

/* Sized before unsized, global before weak before local. */
static int rank_of(const GElf_Sym *symbol)
{
	int bind = GELF_ST_BIND(symbol->st_info);

	return (symbol->st_size ? 4 : 0) + (bind == STB_GLOBAL ? 2 : bind == STB_WEAK);
}

static int by_address(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->rank - b->rank;
}

struct recoat_elf_names *recoat_elf_names_create(Dwfl_Module *module)
{
	struct recoat_elf_names *names = recoat_calloc(1, sizeof(*names));
	int count = dwfl_module_getsymtab(module);

	for (int i = 1; i < count; i++) {
		GElf_Sym symbol;
		GElf_Addr address;
		GElf_Word section;
		const char *text =
			dwfl_module_getsym_info(module, i, &symbol, &address, &section, NULL, NULL);

		if (!text || !*text || !is_function(&symbol, section))
			continue;
		names->at = recoat_grow(names->at, names->count, &names->room, sizeof(*names->at));
		names->at[names->count++] = (struct name){.address = address,
							  .size = symbol.st_size,
							  .text = text,
							  .rank = rank_of(&symbol)};
	}
	if (names->count)
		qsort(names->at, names->count, sizeof(*names->at), by_address);
	return names;
}

void recoat_elf_names_destroy(struct recoat_elf_names *names)
{
	if (!names)
		return;
	free(names->at);
	free(names);
}

/* Number of symbols that start at or before the address. */
static size_t count_up_to(const struct recoat_elf_names *names, Dwarf_Addr address)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (names->at[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const char *recoat_elf_names_find(const struct recoat_elf_names *names, Dwarf_Addr address)
{
	size_t at = count_up_to(names, address);

	for (int step = 0; at-- > 0 && step < STEPS_MAX; step++) {
		const struct name *name = &names->at[at];
		GElf_Xword size = name->size ? name->size : step ? 0 : SIZELESS_MAX;

		if (address - name->address < size)
			return name->text;
	}
	return NULL;
}
