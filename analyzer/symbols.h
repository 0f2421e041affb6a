/* SPDX-License-Identifier: Apache-2.0 */
/* From addresses in files to functions, source lines and inlined calls. */
#ifndef RECOAT_SYMBOLS_H
#define RECOAT_SYMBOLS_H

/*
 * Works on files alone, through elfutils: debug information in the file, or in a separate
 * file found by build id or debug link where elfutils looks for it (nothing is fetched from
 * the network), then .symtab or .dynsym. A file with another build id than the recorded one
 * is not used. Lookups are cached; nothing is opened before the first lookup in it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_strings;
struct recoat_symbols;

/* One function at an address. Strings live as long as the `strings` given to create. */
struct recoat_call {
	const char *function; /* Demangled; `module+0xoffset` where nothing is known. */
	const char *file;     /* As the compiler was given it; NULL if not known. */
	int line;             /* 0 if not known. */
	bool inlined;         /* Its code stands in the next one's. */
	bool known;           /* `function` is a name. */
};

/* Calls inlined into each other at one address; deeper ones are cut at the outer end. */
#define RECOAT_CALLS_MAX 64

/* The calls at one address, innermost first; at least one, and the last is not inlined. */
struct recoat_calls {
	const struct recoat_call *at;
	size_t count;
};

struct recoat_symbols *recoat_symbols_create(struct recoat_strings *strings);
void recoat_symbols_destroy(struct recoat_symbols *symbols);

/*
 * What stands at `address`, as the ELF file numbers it, of the file `path` with `build_id`
 * (hexadecimal, empty: not checked). An empty `path` is code without a file. Both strings
 * are interned: they are told apart by address. The result lives until destroy.
 */
struct recoat_calls recoat_symbols_find(struct recoat_symbols *symbols, const char *path,
					const char *build_id, uint64_t address);

/*
 * Names of this file are known from elsewhere: see only whether it is the recorded one. If it is
 * another one, that is a complaint; if it is not there, it is none.
 */
void recoat_symbols_check(struct recoat_symbols *symbols, const char *path, const char *build_id);

/*
 * Why a file that was looked into gave no names, one a call with `index` from 0: a sentence
 * that starts with its path. NULL at the end.
 */
const char *recoat_symbols_complaint(const struct recoat_symbols *symbols, size_t index);

/* Base name of a path, "[code made at run time]" for an empty one. */
const char *recoat_module_name(const char *path);

#endif
