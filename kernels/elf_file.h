/* SPDX-License-Identifier: Apache-2.0 */
/* ELF files on disk: what the loader does not map, .symtab above all. */
#ifndef RECOAT_ELF_FILE_H
#define RECOAT_ELF_FILE_H

/*
 * Files are read, never mapped: one that is cut short meanwhile must not end the process by
 * SIGBUS. Every offset and length in them is checked. Memory comes from the kernel by pages,
 * and no call is a cancellation point, so that this can run inside any program. Any thread;
 * errno may change. Only 64-bit little-endian files for x86-64 are read.
 */

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernels/catalogue.h"

struct recoat_elf_file {
	int fd;
	uint64_t bytes;
	Elf64_Ehdr header;
	Elf64_Phdr *segment; /* This and the next are copies; NULL if there are none. */
	Elf64_Shdr *section;
	uint32_t segments;
	uint32_t sections;
	struct recoat_pages *pages; /* All that was read, given back by close. */
};

/* Symbols and their names. `strings` ends with a NUL; a name at or behind `string_bytes` is "". */
struct recoat_symbol_table {
	const Elf64_Sym *symbol;
	uint64_t count;
	const char *strings;
	uint64_t string_bytes;
};

/* NULL, or a static string that says what is wrong; then there is nothing to close. */
const char *recoat_elf_file_open(struct recoat_elf_file *file, const char *path);

/* All that was read of the file becomes invalid. */
void recoat_elf_file_close(struct recoat_elf_file *file);

/* `bytes` bytes at `offset`, with a NUL behind; NULL if the file has no such place. */
void *recoat_elf_file_read(struct recoat_elf_file *file, uint64_t offset, uint64_t bytes);

/* The same into the caller's memory, without the NUL. */
bool recoat_elf_file_copy(const struct recoat_elf_file *file, uint64_t offset, uint64_t bytes,
			  void *to);

/* The first section of this name (NULL: any) and type; NULL if there is none. */
const Elf64_Shdr *recoat_elf_file_section(struct recoat_elf_file *file, const char *name,
					  uint32_t type);

/* Read the symbol table of `type`, SHT_SYMTAB or SHT_DYNSYM; false, and an empty one, if none. */
bool recoat_elf_file_symbols(struct recoat_elf_file *file, uint32_t type,
			     struct recoat_symbol_table *table);

/* The build id in hexadecimal; "" if there is none. */
void recoat_elf_file_build_id(struct recoat_elf_file *file, char id[RECOAT_BUILD_ID_MAX]);

/* The build id in notes that lie in memory, as aligned as their segment or section says. */
bool recoat_build_id_in_notes(const unsigned char *at, uint64_t bytes, uint64_t align,
			      char id[RECOAT_BUILD_ID_MAX]);

/* The name of a symbol; "" where the table is broken. */
static inline const char *recoat_symbol_name(const struct recoat_symbol_table *table,
					     const Elf64_Sym *symbol)
{
	return symbol->st_name < table->string_bytes ? table->strings + symbol->st_name : "";
}

#endif
