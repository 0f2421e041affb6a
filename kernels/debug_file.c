/* SPDX-License-Identifier: Apache-2.0 */
/* Finding debug files by build id and by debug link. */
#include "kernels/debug_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 4096

/* The debug file that is asked for. */
struct wanted {
	char build_id[RECOAT_BUILD_ID_MAX];
	const char *link;  /* Its name by .gnu_debuglink, */
	uint32_t checksum; /* and the CRC-32 of all of it. */
};

static uint32_t checksum_block(uint32_t crc, const unsigned char *at, uint64_t bytes)
{
	for (; bytes--; at++) {
		crc ^= *at;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xedb88320) & (0 - (crc & 1)));
	}
	return crc;
}

/* Not on the stack, as the target's threads may have little: one caller at a time. */
static unsigned char block[BLOCK];
static char path[PATH_MAX];

static bool checksum_is(const struct recoat_elf_file *file, uint32_t expected)
{
	uint32_t crc = UINT32_MAX;

	for (uint64_t at = 0; at < file->bytes; at += BLOCK) {
		uint64_t bytes = file->bytes - at < BLOCK ? file->bytes - at : BLOCK;

		if (!recoat_elf_file_copy(file, at, bytes, block))
			return false;
		crc = checksum_block(crc, block, bytes);
	}
	return ~crc == expected;
}

/* Summing up a large file takes long, so a build id, which says the same, is preferred. */
static bool belongs(struct recoat_elf_file *debug, const struct wanted *wanted)
{
	char id[RECOAT_BUILD_ID_MAX];

	if (!wanted->build_id[0])
		return checksum_is(debug, wanted->checksum);
	recoat_elf_file_build_id(debug, id);
	return strcmp(id, wanted->build_id) == 0;
}

/* The file at `path`, which has so many bytes. */
static bool try_path(struct recoat_elf_file *debug, const struct wanted *wanted, int length)
{
	if (length >= PATH_MAX || recoat_elf_file_open(debug, path))
		return false;
	if (belongs(debug, wanted))
		return true;
	recoat_elf_file_close(debug);
	return false;
}

static bool try_build_id(struct recoat_elf_file *debug, const struct wanted *wanted,
			 const struct recoat_file_place *place)
{
	return wanted->build_id[0] &&
	       try_path(debug, wanted,
			snprintf(path, sizeof(path), "%s%s/.build-id/%.2s/%s.debug", place->root,
				 place->debug, wanted->build_id, wanted->build_id + 2));
}

static bool try_link(struct recoat_elf_file *debug, const struct wanted *wanted,
		     const struct recoat_file_place *place)
{
	const char *slash = strrchr(place->path, '/');
	int directory = slash ? (int)(slash - place->path) + 1 : 0;
	const char *root = place->root, *file = place->path, *link = wanted->link;

	return try_path(debug, wanted,
			snprintf(path, sizeof(path), "%s%.*s%s", root, directory, file, link)) ||
	       try_path(debug, wanted,
			snprintf(path, sizeof(path), "%s%.*s.debug/%s", root, directory, file,
				 link)) ||
	       try_path(debug, wanted,
			snprintf(path, sizeof(path), "%s%s/%.*s%s", root, place->debug, directory,
				 file, link));
}

/* A name with its NUL, padded to four bytes, and the checksum. */
static bool read_link(struct recoat_elf_file *file, struct wanted *wanted)
{
	const Elf64_Shdr *section = recoat_elf_file_section(file, ".gnu_debuglink", SHT_PROGBITS);
	const char *data =
		section ? recoat_elf_file_read(file, section->sh_offset, section->sh_size) : NULL;
	uint64_t at = data ? (strlen(data) + 4) & ~3ull : 0;

	if (!data || !*data || strchr(data, '/') || section->sh_size < 4 ||
	    at > section->sh_size - 4)
		return false;
	wanted->link = data;
	memcpy(&wanted->checksum, data + at, sizeof(wanted->checksum));
	return true;
}

bool recoat_debug_file_open(struct recoat_elf_file *debug, struct recoat_elf_file *file,
			    const struct recoat_file_place *place)
{
	struct wanted wanted;

	recoat_elf_file_build_id(file, wanted.build_id);
	return try_build_id(debug, &wanted, place) ||
	       (read_link(file, &wanted) && try_link(debug, &wanted, place));
}
