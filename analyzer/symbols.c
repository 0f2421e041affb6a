/* SPDX-License-Identifier: Apache-2.0 */
/* From addresses in files to functions: which file, and what to ask it in which order. */
#include "analyzer/symbols.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/demangle.h"
#include "analyzer/dwarf.h"
#include "analyzer/elf_names.h"
#include "analyzer/map.h"
#include "analyzer/memory.h"
#include "analyzer/strings.h"

/* A file of code. `session` is NULL if it could not be used, which `complaint` says. */
struct file {
	const char *path; /* Interned, as is the build id. */
	const char *build_id;
	Dwfl *session;
	Dwfl_Module *module;
	Dwarf_Addr bias;            /* Add to an ELF address to get the session's. */
	struct recoat_dwarf *dwarf; /* This and the next are made when they are needed. */
	struct recoat_elf_names *elf_names;
	char *complaint;
	bool replaced; /* It is another file than the recorded one, */
	bool spared;   /* and else its complaint is of no interest. */
};

struct recoat_symbols {
	struct recoat_strings *strings;
	struct file *file;
	size_t files, file_room;
	struct recoat_map file_index;  /* (path, build id) to a file. */
	struct recoat_map found_index; /* (file, address) to calls. */
	struct recoat_calls *found;
	size_t founds, found_room;
	struct recoat_map name_index; /* (interned linkage name, 0) to a demangled one. */
	const char **name;
	size_t names, name_room;
};

static char *standard_path; /* NULL: elfutils' own search path. */

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_build_id_find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.section_address = dwfl_offline_section_address,
	.debuginfo_path = &standard_path,
};

struct recoat_symbols *recoat_symbols_create(struct recoat_strings *strings)
{
	struct recoat_symbols *symbols = recoat_calloc(1, sizeof(*symbols));

	/* elfutils would ask these servers for what is not on this machine. */
	unsetenv("DEBUGINFOD_URLS");
	symbols->strings = strings;
	return symbols;
}

void recoat_symbols_destroy(struct recoat_symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->files; i++) {
		recoat_dwarf_destroy(symbols->file[i].dwarf);
		recoat_elf_names_destroy(symbols->file[i].elf_names);
		if (symbols->file[i].session)
			dwfl_end(symbols->file[i].session);
		free(symbols->file[i].complaint);
	}
	for (size_t i = 0; i < symbols->founds; i++)
		free((void *)symbols->found[i].at);
	free(symbols->file);
	free(symbols->found);
	free(symbols->name);
	recoat_map_fini(&symbols->file_index);
	recoat_map_fini(&symbols->found_index);
	recoat_map_fini(&symbols->name_index);
	free(symbols);
}

/* ---- Files. ---- */

static void give_up(struct file *file, char *complaint)
{
	if (file->session)
		dwfl_end(file->session);
	file->session = NULL;
	file->complaint = complaint;
}

/* The build id of the opened file in hexadecimal; cut to `size`, empty if it has none. */
static void read_build_id(const struct file *file, char *text, size_t size)
{
	const unsigned char *bits;
	GElf_Addr address;
	int length = dwfl_module_build_id(file->module, &bits, &address);

	text[0] = '\0';
	for (int i = 0; i < length && (size_t)i * 2 + 3 <= size; i++)
		snprintf(text + 2 * i, 3, "%02x", bits[i]);
}

static void check_build_id(struct file *file)
{
	char found[129];

	read_build_id(file, found, sizeof(found));
	if (!*file->build_id || !strcasecmp(found, file->build_id))
		return;
	file->replaced = true;
	give_up(file,
		recoat_asprintf("%s: the file was replaced, its names are not used: has build id "
				"%s, the recording expected %s",
				file->path, *found ? found : "none", file->build_id));
}

static void open_file(struct file *file)
{
	struct stat status;

	if (file->path[0] != '/')
		return; /* Code made at run time, the vdso and the like. */
	if (stat(file->path, &status)) {
		give_up(file, recoat_asprintf("%s: %s", file->path, strerror(errno)));
		return;
	}
	if (!S_ISREG(status.st_mode)) {
		give_up(file, recoat_asprintf("%s: not a regular file", file->path));
		return;
	}
	file->session = dwfl_begin(&callbacks);
	dwfl_report_begin(file->session);
	file->module = dwfl_report_offline(file->session, file->path, file->path, -1);
	dwfl_report_end(file->session, NULL, NULL);
	if (!file->module || !dwfl_module_getelf(file->module, &file->bias)) {
		give_up(file, recoat_asprintf("%s: %s", file->path, dwfl_errmsg(-1)));
		return;
	}
	check_build_id(file);
}

static uint32_t find_file(struct recoat_symbols *symbols, const char *path, const char *build_id)
{
	uint32_t found = recoat_map_get(&symbols->file_index, (uintptr_t)path, (uintptr_t)build_id);

	if (found != RECOAT_NONE)
		return found;
	symbols->file = recoat_grow(symbols->file, symbols->files, &symbols->file_room,
				    sizeof(*symbols->file));
	symbols->file[symbols->files] = (struct file){.path = path, .build_id = build_id};
	open_file(&symbols->file[symbols->files]);
	recoat_map_put(&symbols->file_index, (uintptr_t)path, (uintptr_t)build_id,
		       (uint32_t)symbols->files);
	return (uint32_t)symbols->files++;
}

void recoat_symbols_check(struct recoat_symbols *symbols, const char *path, const char *build_id)
{
	uint32_t file = find_file(symbols, path, build_id);

	symbols->file[file].spared = true;
}

const char *recoat_symbols_complaint(const struct recoat_symbols *symbols, size_t index)
{
	for (size_t i = 0; i < symbols->files; i++)
		if (symbols->file[i].complaint &&
		    (symbols->file[i].replaced || !symbols->file[i].spared) && !index--)
			return symbols->file[i].complaint;
	return NULL;
}

const char *recoat_module_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !*path ? "[code made at run time]" : slash ? slash + 1 : path;
}

/* ---- Names. ---- */

/* Demangled and interned, once a name. */
static const char *readable(struct recoat_symbols *symbols, const char *name)
{
	const char *key = recoat_strings_intern(symbols->strings, name);
	uint32_t found = recoat_map_get(&symbols->name_index, (uintptr_t)key, 0);
	char *demangled;

	if (found != RECOAT_NONE)
		return symbols->name[found];
	demangled = recoat_demangle(key);
	symbols->name = recoat_grow(symbols->name, symbols->names, &symbols->name_room,
				    sizeof(*symbols->name));
	symbols->name[symbols->names] =
		demangled ? recoat_strings_intern(symbols->strings, demangled) : key;
	free(demangled);
	recoat_map_put(&symbols->name_index, (uintptr_t)key, 0, (uint32_t)symbols->names);
	return symbols->name[symbols->names++];
}

/* The ELF symbol that covers the address, or NULL. */
static const char *elf_name(struct file *file, Dwarf_Addr address)
{
	if (!file->elf_names)
		file->elf_names = recoat_elf_names_create(file->module);
	return recoat_elf_names_find(file->elf_names, address);
}

static const char *placeholder(struct recoat_symbols *symbols, const struct file *file,
			       uint64_t address)
{
	char *text;
	const char *name;

	if (!*file->path)
		return recoat_strings_intern(symbols->strings, recoat_module_name(""));
	text = recoat_asprintf("%s+0x%" PRIx64, recoat_module_name(file->path), address);
	name = recoat_strings_intern(symbols->strings, text);
	free(text);
	return name;
}

/* What debug information says, names filled in from the ELF symbols where it has none. */
static size_t find_calls(struct recoat_symbols *symbols, struct file *file, uint64_t address,
			 struct recoat_call call[RECOAT_CALLS_MAX])
{
	struct recoat_dwarf_call from[RECOAT_CALLS_MAX];
	size_t count = 0;

	if (file->session) {
		if (!file->dwarf)
			file->dwarf = recoat_dwarf_create(file->module);
		count = recoat_dwarf_find(file->dwarf, address + file->bias, from);
	}
	if (!count)
		from[count++] = (struct recoat_dwarf_call){0};
	if (!from[count - 1].name && file->session)
		from[count - 1].name = elf_name(file, address + file->bias);
	for (size_t i = 0; i < count; i++)
		call[i] = (struct recoat_call){
			.function = from[i].name ? readable(symbols, from[i].name)
						 : placeholder(symbols, file, address),
			.file = from[i].file ? recoat_strings_intern(symbols->strings, from[i].file)
					     : NULL,
			.line = from[i].line,
			.inlined = i + 1 < count,
			.known = from[i].name,
		};
	return count;
}

struct recoat_calls recoat_symbols_find(struct recoat_symbols *symbols, const char *path,
					const char *build_id, uint64_t address)
{
	uint32_t file = find_file(symbols, path, build_id);
	uint32_t found = recoat_map_get(&symbols->found_index, file, address);
	struct recoat_call call[RECOAT_CALLS_MAX], *kept;
	size_t count;

	if (found != RECOAT_NONE)
		return symbols->found[found];
	count = find_calls(symbols, &symbols->file[file], address, call);
	kept = recoat_calloc(count, sizeof(*kept));
	memcpy(kept, call, count * sizeof(*kept));
	symbols->found = recoat_grow(symbols->found, symbols->founds, &symbols->found_room,
				     sizeof(*symbols->found));
	symbols->found[symbols->founds] = (struct recoat_calls){.at = kept, .count = count};
	recoat_map_put(&symbols->found_index, file, address, (uint32_t)symbols->founds);
	return symbols->found[symbols->founds++];
}
