/* SPDX-License-Identifier: Apache-2.0 */
/* Reading ELF files by bare system calls, with every offset checked. */
#include "kernels/elf_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define READ_MAX (1ull << 30) /* A table that is longer is no table. */

#define BLOCK 16384 /* Taken at least: what is read is small, mostly. */

/* What was read, in a list. */
struct recoat_pages {
	struct recoat_pages *next;
	uint64_t bytes; /* Of the mapping, this header included, */
	uint64_t used;  /* and of those, taken. */
};

/* The caller's `errno` is not looked at: what cannot be read is as good as absent. */
static bool read_at(int fd, char *to, uint64_t bytes, uint64_t offset)
{
	while (bytes) {
		long got = syscall(SYS_pread64, fd, to, bytes, offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		offset += (uint64_t)got;
		bytes -= (uint64_t)got;
	}
	return true;
}

bool recoat_elf_file_copy(const struct recoat_elf_file *file, uint64_t offset, uint64_t bytes,
			  void *to)
{
	return offset <= file->bytes && bytes <= file->bytes - offset &&
	       read_at(file->fd, to, bytes, offset);
}

/* All of the pages will be written to: to take them one by one at faults would cost more. */
static bool add_pages(struct recoat_elf_file *file, uint64_t needed)
{
	uint64_t whole = sizeof(struct recoat_pages) + needed;
	struct recoat_pages *pages;
	long at;

	if (whole < BLOCK)
		whole = BLOCK;
	at = syscall(SYS_mmap, NULL, whole, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0L);
	if (at == -1)
		return false;
	pages = (struct recoat_pages *)at;
	pages->next = file->pages;
	pages->bytes = whole;
	pages->used = sizeof(*pages);
	file->pages = pages;
	return true;
}

void *recoat_elf_file_read(struct recoat_elf_file *file, uint64_t offset, uint64_t bytes)
{
	uint64_t needed = (bytes + 1 + 7) & ~7ull;
	char *data;

	if (!bytes || bytes > READ_MAX || offset > file->bytes || bytes > file->bytes - offset)
		return NULL;
	if ((!file->pages || file->pages->bytes - file->pages->used < needed) &&
	    !add_pages(file, needed))
		return NULL;
	data = (char *)file->pages + file->pages->used;
	if (!read_at(file->fd, data, bytes, offset))
		return NULL;
	data[bytes] = '\0';
	file->pages->used += needed;
	return data;
}

void recoat_elf_file_close(struct recoat_elf_file *file)
{
	while (file->pages) {
		struct recoat_pages *next = file->pages->next;

		syscall(SYS_munmap, file->pages, file->pages->bytes);
		file->pages = next;
	}
	syscall(SYS_close, file->fd);
}

static const char *check_header(const Elf64_Ehdr *header)
{
	if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
		return "found no ELF header, expected an ELF file";
	if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
	    header->e_machine != EM_X86_64)
		return "found another machine's file, expected 64-bit x86-64";
	if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
		return "found no executable or shared object, expected one";
	if (header->e_phnum && header->e_phentsize != sizeof(Elf64_Phdr))
		return "found program headers of an unknown length, expected 56 bytes each";
	if (header->e_shnum && header->e_shentsize != sizeof(Elf64_Shdr))
		return "found section headers of an unknown length, expected 64 bytes each";
	return NULL;
}

static const char *read_headers(struct recoat_elf_file *file)
{
	const Elf64_Ehdr *header = &file->header;
	const char *problem;

	if (file->bytes < sizeof(*header) ||
	    !read_at(file->fd, (char *)&file->header, sizeof(*header), 0))
		return "found less than an ELF header, expected an ELF file";
	problem = check_header(header);
	if (problem)
		return problem;
	file->segments = header->e_phnum;
	file->sections = header->e_shnum;
	if (file->segments)
		file->segment = recoat_elf_file_read(file, header->e_phoff,
						     file->segments * sizeof(Elf64_Phdr));
	if (file->sections)
		file->section = recoat_elf_file_read(file, header->e_shoff,
						     file->sections * sizeof(Elf64_Shdr));
	if ((file->segments && !file->segment) || (file->sections && !file->section))
		return "found headers behind its end, expected a whole file";
	return NULL;
}

static const char *open_regular(struct recoat_elf_file *file, const char *path)
{
	struct stat about;

	/* Without O_NONBLOCK, a named pipe would keep the process waiting. */
	file->fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
	if (file->fd < 0)
		return errno == ENOENT ? "there is no such file" : "cannot be opened";
	if (fstat(file->fd, &about) != 0 || !S_ISREG(about.st_mode)) {
		syscall(SYS_close, file->fd);
		return "found no regular file, expected an ELF file";
	}
	file->bytes = (uint64_t)about.st_size;
	return NULL;
}

const char *recoat_elf_file_open(struct recoat_elf_file *file, const char *path)
{
	const char *problem;

	memset(file, 0, sizeof(*file));
	problem = open_regular(file, path);
	if (problem)
		return problem;
	problem = read_headers(file);
	if (problem)
		recoat_elf_file_close(file);
	return problem;
}

/* The names of sections, with their length in `bytes`. */
static const char *section_names(struct recoat_elf_file *file, uint64_t *bytes)
{
	const Elf64_Shdr *section;

	if (file->header.e_shstrndx >= file->sections)
		return NULL;
	section = &file->section[file->header.e_shstrndx];
	*bytes = section->sh_size;
	return recoat_elf_file_read(file, section->sh_offset, section->sh_size);
}

const Elf64_Shdr *recoat_elf_file_section(struct recoat_elf_file *file, const char *name,
					  uint32_t type)
{
	uint64_t bytes = 0;
	const char *names = name ? section_names(file, &bytes) : NULL;

	for (uint32_t i = 1; i < file->sections; i++) {
		const Elf64_Shdr *section = &file->section[i];

		if (section->sh_type != type)
			continue;
		if (!name || (names && section->sh_name < bytes &&
			      strcmp(names + section->sh_name, name) == 0))
			return section;
	}
	return NULL;
}

bool recoat_elf_file_symbols(struct recoat_elf_file *file, uint32_t type,
			     struct recoat_symbol_table *table)
{
	const Elf64_Shdr *symbols = recoat_elf_file_section(file, NULL, type);
	const Elf64_Shdr *strings;

	if (!symbols || symbols->sh_link >= file->sections)
		return false;
	strings = &file->section[symbols->sh_link];
	*table = (struct recoat_symbol_table){
		.symbol = recoat_elf_file_read(file, symbols->sh_offset, symbols->sh_size),
		.count = symbols->sh_size / sizeof(Elf64_Sym),
		.strings = recoat_elf_file_read(file, strings->sh_offset, strings->sh_size),
		.string_bytes = strings->sh_size,
	};
	if (table->symbol && table->strings)
		return true;
	memset(table, 0, sizeof(*table));
	return false;
}

static void hexadecimal(char *to, const unsigned char *from, uint32_t bytes)
{
	static const char digits[] = "0123456789abcdef";

	for (uint32_t i = 0; i < bytes; i++) {
		*to++ = digits[from[i] >> 4];
		*to++ = digits[from[i] & 15];
	}
	*to = '\0';
}

bool recoat_build_id_in_notes(const unsigned char *at, uint64_t bytes, uint64_t align,
			      char id[RECOAT_BUILD_ID_MAX])
{
	uint64_t mask = align == 8 ? 7 : 3;

	id[0] = '\0';
	while (bytes >= sizeof(Elf64_Nhdr)) {
		const Elf64_Nhdr *note = (const void *)at;
		uint64_t name = ((uint64_t)note->n_namesz + mask) & ~mask;
		uint64_t whole = sizeof(*note) + name + (((uint64_t)note->n_descsz + mask) & ~mask);

		if (whole > bytes)
			return false;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    memcmp(note + 1, "GNU", 4) == 0 && note->n_descsz < RECOAT_BUILD_ID_MAX / 2) {
			hexadecimal(id, at + sizeof(*note) + name, note->n_descsz);
			return true;
		}
		at += whole;
		bytes -= whole;
	}
	return false;
}

void recoat_elf_file_build_id(struct recoat_elf_file *file, char id[RECOAT_BUILD_ID_MAX])
{
	id[0] = '\0';
	for (uint32_t i = 0; i < file->segments; i++) {
		const Elf64_Phdr *segment = &file->segment[i];
		const unsigned char *notes =
			segment->p_type == PT_NOTE
				? recoat_elf_file_read(file, segment->p_offset, segment->p_filesz)
				: NULL;

		if (notes &&
		    recoat_build_id_in_notes(notes, segment->p_filesz, segment->p_align, id))
			return;
	}
}
