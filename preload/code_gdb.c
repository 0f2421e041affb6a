/* SPDX-License-Identifier: Apache-2.0 */
/* Symbol files in memory (gdb manual, "JIT Interface"). */
#include "preload/code_gdb.h"

#include <elf.h>
#include <string.h>

#include "preload/code_frame.h"
#include "preload/memory.h"

enum { SECTION_NONE, SECTION_TEXT, SECTION_FRAME, SECTION_SYMBOLS, SECTION_STRINGS, SECTIONS };

/* One string table for sections and symbols. */
static const char strings[] = "\0.text\0.eh_frame\0.symtab\0.strtab\0recoat_moved";
enum { NAME_TEXT = 1, NAME_FRAME = 7, NAME_SYMBOLS = 17, NAME_STRINGS = 25, NAME_MOVED = 33 };

struct symbol_file {
	Elf64_Ehdr header;
	Elf64_Shdr section[SECTIONS];
	Elf64_Sym symbol[2];
	char strings[sizeof strings];
};

/* The names and layouts that gdb expects. */
struct entry {
	struct entry *next;
	struct entry *previous;
	const void *file;
	uint64_t bytes;
	struct symbol_file contents;
};
struct descriptor {
	uint32_t version;
	uint32_t action;
	struct entry *relevant;
	struct entry *first;
};
enum { ACTION_NONE, ACTION_REGISTER };

extern struct descriptor __jit_debug_descriptor;
struct descriptor __jit_debug_descriptor = {.version = 1};

/* gdb has a breakpoint here. */
void __jit_debug_register_code(void);
__attribute__((noinline)) void __jit_debug_register_code(void)
{
	__asm__ volatile("" ::: "memory");
}

static Elf64_Ehdr header_for_sections(void)
{
	return (Elf64_Ehdr){
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT,
			    ELFOSABI_SYSV},
		.e_type = ET_REL,
		.e_machine = EM_X86_64,
		.e_version = EV_CURRENT,
		.e_shoff = offsetof(struct symbol_file, section),
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = SECTIONS,
		.e_shstrndx = SECTION_STRINGS,
	};
}

/* The section's contents stand behind the file in memory; see make_entry(). */
static void fill(struct symbol_file *file, const struct recoat_code_range *code,
		 const uint8_t *section, size_t bytes)
{
	file->header = header_for_sections();
	file->section[SECTION_TEXT] = (Elf64_Shdr){
		.sh_name = NAME_TEXT,
		.sh_type = SHT_NOBITS,
		.sh_flags = SHF_ALLOC | SHF_EXECINSTR,
		.sh_addr = code->start,
		.sh_size = code->size,
		.sh_addralign = 1,
	};
	file->section[SECTION_FRAME] = (Elf64_Shdr){
		.sh_name = NAME_FRAME,
		.sh_type = SHT_PROGBITS,
		.sh_flags = SHF_ALLOC,
		.sh_addr = (uint64_t)section,
		.sh_offset = sizeof *file,
		.sh_size = bytes,
		.sh_addralign = 1,
	};
	file->section[SECTION_SYMBOLS] = (Elf64_Shdr){
		.sh_name = NAME_SYMBOLS,
		.sh_type = SHT_SYMTAB,
		.sh_offset = offsetof(struct symbol_file, symbol),
		.sh_size = sizeof file->symbol,
		.sh_link = SECTION_STRINGS,
		.sh_info = 1, /* The first symbol that is not local. */
		.sh_addralign = 8,
		.sh_entsize = sizeof file->symbol[0],
	};
	file->section[SECTION_STRINGS] = (Elf64_Shdr){
		.sh_name = NAME_STRINGS,
		.sh_type = SHT_STRTAB,
		.sh_offset = offsetof(struct symbol_file, strings),
		.sh_size = sizeof strings,
		.sh_addralign = 1,
	};
	file->symbol[1] = (Elf64_Sym){
		.st_name = NAME_MOVED,
		.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
		.st_shndx = SECTION_TEXT,
		.st_size = code->size,
	};
	memcpy(file->strings, strings, sizeof strings);
}

static struct entry *make_entry(const struct recoat_code_range *code, const uint8_t *section,
				size_t bytes)
{
	struct entry *entry = recoat_map(sizeof *entry + bytes);

	if (!entry)
		return NULL;
	fill(&entry->contents, code, section, bytes);
	memcpy(entry + 1, section, bytes);
	entry->file = &entry->contents;
	entry->bytes = sizeof entry->contents + bytes;
	return entry;
}

void recoat_code_gdb_add(const struct recoat_code_range *code, const uint8_t *section, size_t bytes)
{
	struct entry *entry = make_entry(code, section, bytes);

	if (!entry)
		return;
	entry->next = __jit_debug_descriptor.first;
	if (entry->next)
		entry->next->previous = entry;
	__jit_debug_descriptor.first = entry;
	__jit_debug_descriptor.relevant = entry;
	__jit_debug_descriptor.action = ACTION_REGISTER;
	__jit_debug_register_code();
	__jit_debug_descriptor.action = ACTION_NONE;
}
