/* SPDX-License-Identifier: Apache-2.0 */
/* The order in which a module is searched, and what its segments and call frames tell. */
#include "kernels/locate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS_ENCODING 0x3b /* Of .eh_frame_hdr: relative to it, 4 bytes, signed. */
#define FAMILY_BYTES 8          /* Names of types that share so many are looked for together. */

const char *const recoat_how_name[RECOAT_HOW_COUNT] = {
	[RECOAT_HOW_DYNSYM] = "dynsym",         [RECOAT_HOW_SYMTAB] = "symtab",
	[RECOAT_HOW_DEBUG_FILE] = "debug file", [RECOAT_HOW_RTTI] = "rtti",
	[RECOAT_HOW_PYBIND] = "pybind",         [RECOAT_HOW_OFFSET] = "offset",
};

/* ---- What is where. ---- */

static const struct recoat_segment *segment_of(const struct recoat_place *place, uint64_t address,
					       uint64_t bytes)
{
	for (uint32_t i = 0; i < place->segments; i++) {
		const struct recoat_segment *segment = &place->segment[i];

		if (address >= segment->start && bytes <= segment->bytes &&
		    address - segment->start <= segment->bytes - bytes)
			return segment;
	}
	return NULL;
}

static const void *at_address(const struct recoat_place *place, uint64_t address, uint64_t bytes)
{
	const struct recoat_segment *segment = segment_of(place, address, bytes);

	return segment ? segment->data + (address - segment->start) : NULL;
}

const uint64_t *recoat_place_word(const struct recoat_place *place, uint64_t address)
{
	return address % sizeof(uint64_t) ? NULL : at_address(place, address, sizeof(uint64_t));
}

bool recoat_place_is_code(const struct recoat_place *place, uint64_t address)
{
	const struct recoat_segment *segment = segment_of(place, address, 1);

	return segment && segment->flags & PF_X;
}

/*
 * Does call frame information say that a function starts there?
 * .eh_frame_hdr: version, three encodings, address of .eh_frame (4 bytes), number of functions,
 * then pairs of offsets: of a function and of its entry, in ascending order of functions.
 */
static bool function_starts(const struct recoat_place *place, uint64_t address)
{
	const unsigned char *header = at_address(place, place->functions, 12);
	int64_t wanted = (int64_t)(address - place->functions);
	const int32_t *table;
	uint32_t low = 0, high;

	if (!header || header[0] != 1 || header[3] != FUNCTIONS_ENCODING)
		return false;
	memcpy(&high, header + 8, sizeof(high));
	table = at_address(place, place->functions + 12, 8ull * high);
	while (table && low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (table[2 * (size_t)middle] == wanted)
			return true;
		if (table[2 * (size_t)middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

bool recoat_kernel_wants_module(const struct recoat_kernel *kernel, const char *path)
{
	const char *slash = strrchr(path, '/');

	return !kernel->module[0] || recoat_glob_match(kernel->module, slash ? slash + 1 : path);
}

bool recoat_kernel_needs_met(const struct recoat_kernel *kernel,
			     const struct recoat_symbol_table *dynamic, const char **reason)
{
	*reason = "the module imports nothing that matches the entry's 'needs'";
	for (uint64_t i = 1; kernel->needs[0] && i < dynamic->count; i++)
		if (dynamic->symbol[i].st_shndx == SHN_UNDEF &&
		    recoat_glob_match(kernel->needs,
				      recoat_symbol_name(dynamic, &dynamic->symbol[i])))
			return true;
	return !kernel->needs[0];
}

void recoat_locate_tell(const struct recoat_place *place, const struct recoat_locate_sink *sink,
			const struct recoat_entry_point *entry)
{
	const char *reason;

	if (recoat_kernel_needs_met(entry->kernel, &place->dynamic, &reason))
		sink->found(sink->user, entry);
	else
		sink->refused(sink->user, entry->kernel, entry->symbol, reason);
}

/* ---- The search. ---- */

struct search {
	const struct recoat_place *place;
	const struct recoat_catalogue *catalogue;
	const struct recoat_locate_sink *sink;
	struct recoat_wanted wanted;
	bool considered[RECOAT_KERNELS_MAX];
	bool types_asked, types_there; /* Whether there is type information, once it was asked. */
	const char *absent;            /* No type's name begins with this: NULL, or so many */
	size_t absent_bytes;           /* bytes of the catalogue's. */
};

static void consider(struct search *search, const char *globs)
{
	for (uint32_t i = 0; i < search->catalogue->count; i++) {
		const struct recoat_kernel *kernel = &search->catalogue->kernel[i];

		search->considered[i] =
			recoat_glob_list_match(globs, kernel->name) &&
			recoat_kernel_wants_module(kernel, search->place->file.path);
		if (search->considered[i])
			search->wanted.symbols[i] = (uint8_t)((1u << kernel->symbols) - 1);
	}
}

static bool symbols_wanted(const struct search *search)
{
	for (uint32_t i = 0; i < search->catalogue->count; i++)
		if (search->wanted.symbols[i] && !search->wanted.found[i])
			return true;
	return false;
}

static void search_table(struct search *search, const struct recoat_symbol_table *table,
			 enum recoat_how how)
{
	recoat_locate_symbols(search->place, search->catalogue, table, how, &search->wanted,
			      search->sink);
}

/* The file may have been replaced since it was mapped. */
static bool is_mapped_one(const struct search *search, struct recoat_elf_file *file)
{
	char id[RECOAT_BUILD_ID_MAX];

	recoat_elf_file_build_id(file, id);
	return strcmp(id, search->place->build_id) == 0;
}

static void search_files(struct search *search)
{
	const struct recoat_file_place *where = &search->place->file;
	struct recoat_elf_file file, debug;
	struct recoat_symbol_table table;
	static char path[4096]; /* Not on the stack, as the target's threads may have little. */

	if (where->path[0] == '[')
		return; /* The vDSO has no file. */
	if (snprintf(path, sizeof(path), "%s%s", where->root, where->path) >= (int)sizeof(path) ||
	    recoat_elf_file_open(&file, path))
		return;
	if (is_mapped_one(search, &file)) {
		if (recoat_elf_file_symbols(&file, SHT_SYMTAB, &table)) {
			search_table(search, &table, RECOAT_HOW_SYMTAB);
		} else if (recoat_debug_file_open(&debug, &file, where)) {
			if (recoat_elf_file_symbols(&debug, SHT_SYMTAB, &table))
				search_table(search, &table, RECOAT_HOW_DEBUG_FILE);
			recoat_elf_file_close(&debug);
		}
	}
	recoat_elf_file_close(&file);
}

/*
 * Type information refers to the C++ runtime's classes of type information. A module that does
 * not import them has none, unless the runtime is linked into it: then the entry must name the
 * module, for to search every byte of every program would take long.
 */
static bool has_type_information(const struct recoat_place *place)
{
	static const char class[] = "_ZTVN10__cxxabiv1";
	const struct recoat_symbol_table *table = &place->dynamic;

	for (uint64_t i = 1; i < table->count; i++)
		if (table->symbol[i].st_shndx == SHN_UNDEF &&
		    !strncmp(recoat_symbol_name(table, &table->symbol[i]), class,
			     sizeof(class) - 1))
			return true;
	return false;
}

static bool has_types(struct search *search)
{
	if (!search->types_asked)
		search->types_there = has_type_information(search->place);
	search->types_asked = true;
	return search->types_there;
}

static size_t common_bytes(const char *one, const char *other)
{
	size_t count = 0;

	while (one[count] && one[count] == other[count])
		count++;
	return count;
}

/* How many first bytes the type's name shares with those of its kin that are still wanted. */
static size_t family_bytes(const struct search *search, uint32_t index)
{
	const char *type = search->catalogue->kernel[index].rtti;
	size_t bytes = strlen(type);

	for (uint32_t i = index + 1; i < search->catalogue->count; i++) {
		size_t common = common_bytes(type, search->catalogue->kernel[i].rtti);

		if (search->considered[i] && common >= FAMILY_BYTES && common < bytes)
			bytes = common;
	}
	return bytes;
}

/*
 * Looking for a name takes a pass over all read-only data, which hardly ever has it: look for
 * what several names begin with first.
 */
static bool is_absent(struct search *search, uint32_t index)
{
	const char *type = search->catalogue->kernel[index].rtti;

	if (search->absent && strncmp(type, search->absent, search->absent_bytes) == 0)
		return true;
	search->absent_bytes = family_bytes(search, index);
	search->absent =
		recoat_place_mentions(search->place, type, search->absent_bytes) ? NULL : type;
	return search->absent != NULL;
}

static void search_types(struct search *search, uint32_t index)
{
	const struct recoat_kernel *kernel = &search->catalogue->kernel[index];
	const struct recoat_locate_sink *sink = search->sink;
	struct recoat_entry_point entry = {.kernel = kernel, .how = RECOAT_HOW_RTTI};
	const char *reason;
	char room[160];

	if ((!kernel->module[0] && !has_types(search)) || is_absent(search, index))
		return;
	entry.symbol = kernel->rtti;
	if (recoat_locate_rtti(search->place, kernel->rtti, kernel->slot, &entry.address,
			       &entry.slot, room, sizeof(room), &reason))
		recoat_locate_tell(search->place, sink, &entry);
	else if (reason)
		sink->refused(sink->user, kernel, kernel->rtti, reason);
}

/* The build id in the catalogue may be cut short, to eight digits at least. */
static void search_offset(struct search *search, uint32_t index)
{
	const struct recoat_kernel *kernel = &search->catalogue->kernel[index];
	const struct recoat_locate_sink *sink = search->sink;
	char symbol[32];
	struct recoat_entry_point entry = {
		.kernel = kernel,
		.symbol = symbol,
		.how = RECOAT_HOW_OFFSET,
		.address = search->place->bias + kernel->offset,
	};

	if (strncmp(search->place->build_id, kernel->build_id, strlen(kernel->build_id)) != 0)
		return;
	snprintf(symbol, sizeof(symbol), "0x%" PRIx64, kernel->offset);
	if (!recoat_place_is_code(search->place, entry.address))
		sink->refused(sink->user, kernel, symbol, "the address does not lie in code");
	else if (!function_starts(search->place, entry.address))
		sink->refused(sink->user, kernel, symbol,
			      "no function starts there by the module's call frame information");
	else
		recoat_locate_tell(search->place, sink, &entry);
}

void recoat_locate(const struct recoat_place *place, const struct recoat_catalogue *catalogue,
		   const char *globs, const struct recoat_locate_sink *sink)
{
	struct search search = {.place = place, .catalogue = catalogue, .sink = sink};

	consider(&search, globs);
	if (symbols_wanted(&search) && place->dynamic.symbol)
		search_table(&search, &place->dynamic, RECOAT_HOW_DYNSYM);
	if (symbols_wanted(&search))
		search_files(&search);
	for (uint32_t i = 0; i < catalogue->count; i++) {
		if (!search.considered[i] || search.wanted.found[i])
			continue;
		if (catalogue->kernel[i].rtti[0])
			search_types(&search, i);
		if (catalogue->kernel[i].build_id[0])
			search_offset(&search, i);
	}
}
