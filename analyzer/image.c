/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and relocating segments. */
#include "analyzer/image.h"

#include <errno.h>
#include <stdlib.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"

#define FOREIGN (1ull << 46) /* Stands for the address of what another module defines. */

static void take_segment(struct recoat_image *image, const Elf64_Phdr *header)
{
	struct recoat_place *place = &image->place;
	const void *data;

	if (header->p_type == PT_GNU_EH_FRAME)
		place->functions = header->p_vaddr;
	if (header->p_type != PT_LOAD || !header->p_filesz ||
	    place->segments == RECOAT_SEGMENTS_MAX)
		return;
	data = recoat_elf_file_read(&image->file, header->p_offset, header->p_filesz);
	if (!data)
		return;
	place->segment[place->segments++] = (struct recoat_segment){
		.start = header->p_vaddr,
		.bytes = header->p_filesz,
		.flags = header->p_flags,
		.data = data,
	};
}

/* A word of the image that may be written; NULL where there is none. */
static uint64_t *word_at(struct recoat_image *image, uint64_t address)
{
	return (uint64_t *)recoat_place_word(&image->place, address);
}

static void relocate(struct recoat_image *image, const Elf64_Rela *relocation)
{
	uint64_t *word = word_at(image, relocation->r_offset);
	uint64_t number = ELF64_R_SYM(relocation->r_info);
	const struct recoat_symbol_table *table = &image->place.dynamic;
	uint64_t value;

	if (!word)
		return;
	switch (ELF64_R_TYPE(relocation->r_info)) {
	case R_X86_64_RELATIVE:
		*word = (uint64_t)relocation->r_addend;
		break;
	case R_X86_64_64:
	case R_X86_64_GLOB_DAT:
	case R_X86_64_JUMP_SLOT:
		value = number < table->count ? table->symbol[number].st_value : 0;
		*word = (value ? value : FOREIGN) + (uint64_t)relocation->r_addend;
		break;
	default:
		break;
	}
}

/* Packed relocations (SHT_RELR) need nothing: the words hold addresses from 0 already. */
static void relocate_all(struct recoat_image *image)
{
	for (uint32_t i = 1; i < image->file.sections; i++) {
		const Elf64_Shdr *section = &image->file.section[i];
		const Elf64_Rela *relocation;

		if (section->sh_type != SHT_RELA || !(section->sh_flags & SHF_ALLOC))
			continue;
		relocation =
			recoat_elf_file_read(&image->file, section->sh_offset, section->sh_size);
		for (uint64_t n = 0; relocation && n < section->sh_size / sizeof(*relocation); n++)
			relocate(image, &relocation[n]);
	}
}

int recoat_image_open(struct recoat_image *image, const struct recoat_file_place *where,
		      struct recoat_error *error)
{
	char *path = recoat_asprintf("%s%s", where->root, where->path);
	const char *problem = recoat_elf_file_open(&image->file, path);

	free(path);
	if (problem)
		return recoat_error_set(error, -EINVAL, "%s: %s", where->path, problem);
	recoat_elf_file_build_id(&image->file, image->build_id);
	image->place = (struct recoat_place){.file = *where, .build_id = image->build_id};
	for (uint32_t i = 0; i < image->file.segments; i++)
		take_segment(image, &image->file.segment[i]);
	recoat_elf_file_symbols(&image->file, SHT_DYNSYM, &image->place.dynamic);
	relocate_all(image);
	return 0;
}

void recoat_image_close(struct recoat_image *image)
{
	recoat_elf_file_close(&image->file);
}
