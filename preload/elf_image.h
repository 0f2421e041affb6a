/* SPDX-License-Identifier: Apache-2.0 */
/* The dynamic section of a mapped module: its symbols and relocations. */
#ifndef RECOAT_ELF_IMAGE_H
#define RECOAT_ELF_IMAGE_H

/*
 * Everything here reads a module that the loader has mapped and keeps mapped (the caller
 * holds the loader's lock). What a module lacks is NULL or 0.
 */

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

#include "preload/modules.h"

struct recoat_elf_image {
	uint64_t bias;
	const ElfW(Sym) *symbols;
	const char *strings;
	uint64_t string_bytes;
	const uint32_t *gnu_hash;
	const uint32_t *sysv_hash;
	const ElfW(Rela) *relocations; /* .rela.dyn */
	uint64_t relocation_count;
	const ElfW(Rela) *plt_relocations; /* .rela.plt */
	uint64_t plt_relocation_count;
};

/* False if the module has no symbols to look at. */
bool recoat_elf_image_open(struct recoat_elf_image *image, const struct recoat_module *module);

/*
 * Number of entries of the dynamic symbol table; of those that relocations refer to, and what comes
 * before, if the module shows none to others.
 */
uint32_t recoat_elf_symbol_count(const struct recoat_elf_image *image);

/* The function `name` that this module defines, or NULL. Uses the hash table if there is one. */
const ElfW(Sym) *recoat_elf_find_function(const struct recoat_elf_image *image, const char *name);

/* Is it a function that the module defines, global or weak, and no indirect one? */
bool recoat_elf_is_function(const ElfW(Sym) *symbol);

/* As recoat_elf_find_function() for data. */
const ElfW(Sym) *recoat_elf_find_object(const struct recoat_elf_image *image, const char *name);

/* Does the module refer to a symbol of this name that it leaves to others? */
bool recoat_elf_imports(const struct recoat_elf_image *image, const char *name);

#endif
