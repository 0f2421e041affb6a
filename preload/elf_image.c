/* SPDX-License-Identifier: Apache-2.0 */
/* Reading dynamic sections in memory. */
#include "preload/elf_image.h"

#include <string.h>

/* glibc has relocated these pointers, except in the vDSO and on some architectures. */
static uint64_t absolute(const struct recoat_elf_image *image, uint64_t value)
{
	return value < image->bias ? value + image->bias : value;
}

static void take_entry(struct recoat_elf_image *image, const ElfW(Dyn) *entry)
{
	const void *at = (const void *)absolute(image, entry->d_un.d_ptr);

	switch (entry->d_tag) {
	case DT_SYMTAB:
		image->symbols = at;
		break;
	case DT_STRTAB:
		image->strings = at;
		break;
	case DT_STRSZ:
		image->string_bytes = entry->d_un.d_val;
		break;
	case DT_GNU_HASH:
		image->gnu_hash = at;
		break;
	case DT_HASH:
		image->sysv_hash = at;
		break;
	case DT_RELA:
		image->relocations = at;
		break;
	case DT_RELASZ:
		image->relocation_count = entry->d_un.d_val / sizeof(ElfW(Rela));
		break;
	case DT_JMPREL:
		image->plt_relocations = at;
		break;
	case DT_PLTRELSZ:
		image->plt_relocation_count = entry->d_un.d_val / sizeof(ElfW(Rela));
		break;
	default:
		break;
	}
}

bool recoat_elf_image_open(struct recoat_elf_image *image, const struct recoat_module *module)
{
	*image = (struct recoat_elf_image){.bias = module->bias};
	if (!module->dynamic)
		return false;
	for (const ElfW(Dyn) *entry = module->dynamic; entry->d_tag != DT_NULL; entry++)
		take_entry(image, entry);
	return image->symbols && image->strings;
}

static bool hashes_any(const uint32_t *table)
{
	const uint32_t *bucket = table + 4 + table[2] * 2;

	for (uint32_t i = 0; i < table[0]; i++) {
		if (bucket[i])
			return true;
	}
	return false;
}

/* The GNU table does not say how many symbols there are: the last chain tells. */
static uint32_t gnu_symbol_count(const uint32_t *table)
{
	uint32_t buckets = table[0];
	uint32_t offset = table[1];
	const uint32_t *bucket = table + 4 + table[2] * 2;
	const uint32_t *chain = bucket + buckets;
	uint32_t last = 0;

	for (uint32_t i = 0; i < buckets; i++) {
		if (bucket[i] > last)
			last = bucket[i];
	}
	while (!(chain[last - offset] & 1))
		last++;
	return last + 1;
}

static uint32_t referred_count(const ElfW(Rela) *relocations, uint64_t count)
{
	uint64_t last = 0;

	for (uint64_t i = 0; i < count; i++) {
		if (ELF64_R_SYM(relocations[i].r_info) > last)
			last = ELF64_R_SYM(relocations[i].r_info);
	}
	return (uint32_t)last + 1;
}

/*
 * The table of a module that shows nothing to others is empty, and by GNU ld does not even tell
 * how many symbols come before those hashed. What such a module imports, relocations refer to.
 */
static uint32_t imported_count(const struct recoat_elf_image *image)
{
	uint32_t data = referred_count(image->relocations, image->relocation_count);
	uint32_t calls = referred_count(image->plt_relocations, image->plt_relocation_count);

	return data > calls ? data : calls;
}

uint32_t recoat_elf_symbol_count(const struct recoat_elf_image *image)
{
	if (image->sysv_hash)
		return image->sysv_hash[1];
	if (!image->gnu_hash)
		return 0;
	return hashes_any(image->gnu_hash) ? gnu_symbol_count(image->gnu_hash)
					   : imported_count(image);
}

static bool is_shown(const ElfW(Sym) *symbol)
{
	unsigned binding = ELF64_ST_BIND(symbol->st_info);

	return symbol->st_shndx != SHN_UNDEF && (binding == STB_GLOBAL || binding == STB_WEAK);
}

bool recoat_elf_is_function(const ElfW(Sym) *symbol)
{
	return is_shown(symbol) && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC;
}

typedef bool kind_function(unsigned type);

static bool is_function(unsigned type)
{
	return type == STT_FUNC || type == STT_GNU_IFUNC;
}

static bool is_object(unsigned type)
{
	return type == STT_OBJECT;
}

static const ElfW(Sym) *matching(const struct recoat_elf_image *image, uint32_t index,
				 const char *name, kind_function *kind)
{
	const ElfW(Sym) *symbol = &image->symbols[index];

	return is_shown(symbol) && kind(ELF64_ST_TYPE(symbol->st_info)) &&
			       !strcmp(image->strings + symbol->st_name, name)
		       ? symbol
		       : NULL;
}

static uint32_t gnu_hash(const char *name)
{
	uint32_t hash = 5381;

	for (; *name; name++)
		hash = hash * 33 + (unsigned char)*name;
	return hash;
}

static const ElfW(Sym) *find_by_gnu_hash(const struct recoat_elf_image *image, const char *name,
					 kind_function *kind)
{
	const uint32_t *table = image->gnu_hash;
	uint32_t offset = table[1];
	const uint64_t *bloom = (const uint64_t *)(table + 4);
	const uint32_t *bucket = table + 4 + table[2] * 2;
	const uint32_t *chain = bucket + table[0];
	uint32_t hash = gnu_hash(name);
	uint64_t bits = 1ull << hash % 64 | 1ull << (hash >> table[3]) % 64;
	uint32_t index = table[0] ? bucket[hash % table[0]] : 0;

	if ((bloom[hash / 64 % table[2]] & bits) != bits || index < offset)
		return NULL;
	for (;; index++) {
		uint32_t entry = chain[index - offset];
		const ElfW(Sym) *found =
			(entry | 1) == (hash | 1) ? matching(image, index, name, kind) : NULL;

		if (found || entry & 1)
			return found;
	}
}

static const ElfW(Sym) *find(const struct recoat_elf_image *image, const char *name,
			     kind_function *kind)
{
	uint32_t count;

	if (image->gnu_hash)
		return find_by_gnu_hash(image, name, kind);
	count = recoat_elf_symbol_count(image);
	for (uint32_t i = 1; i < count; i++) {
		const ElfW(Sym) *found = matching(image, i, name, kind);

		if (found)
			return found;
	}
	return NULL;
}

const ElfW(Sym) *recoat_elf_find_function(const struct recoat_elf_image *image, const char *name)
{
	return find(image, name, is_function);
}

const ElfW(Sym) *recoat_elf_find_object(const struct recoat_elf_image *image, const char *name)
{
	return find(image, name, is_object);
}

bool recoat_elf_imports(const struct recoat_elf_image *image, const char *name)
{
	/* Those that are not hashed come first, and what is not defined is not hashed. */
	bool hashed = image->gnu_hash && hashes_any(image->gnu_hash);
	uint32_t end = hashed ? image->gnu_hash[1] : recoat_elf_symbol_count(image);

	for (uint32_t i = 1; i < end; i++) {
		const ElfW(Sym) *symbol = &image->symbols[i];

		if (symbol->st_shndx == SHN_UNDEF &&
		    !strcmp(image->strings + symbol->st_name, name))
			return true;
	}
	return false;
}
