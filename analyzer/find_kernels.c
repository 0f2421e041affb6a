/* SPDX-License-Identifier: Apache-2.0 */
/* Looking for kernels in one file, or in every file that a process has mapped to execute. */
#include "analyzer/find_kernels.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/error.h"
#include "analyzer/image.h"
#include "analyzer/memory.h"

struct search {
	struct recoat_found_kernels *found;
	const struct recoat_catalogue *catalogue;
	const char *module; /* The file that is looked into, */
	uint64_t bias;      /* and how far from its own addresses it is mapped. */
	bool stripped;      /* Some module had neither .symtab nor a debug file. */
	bool makes_functions;
};

static void add(struct search *search, const struct recoat_found_kernel *kernel)
{
	struct recoat_found_kernels *found = search->found;

	found->at = recoat_grow(found->at, found->count, &found->room, sizeof(*found->at));
	found->at[found->count++] = *kernel;
}

static char *copy(const char *text)
{
	return text ? recoat_strdup(text) : NULL;
}

/* The order in which the runtime tries; what the code allows is seen when the program runs. */
static const char *mechanism(const struct recoat_entry_point *entry)
{
	const char *slots = entry->how == RECOAT_HOW_RTTI ? "vtable" : "got";

	if (entry->kernel->hook == RECOAT_HOOK_INLINE)
		return "inline";
	if (entry->kernel->hook == RECOAT_HOOK_SLOT)
		return slots;
	return entry->how == RECOAT_HOW_RTTI ? "inline, else vtable" : "inline, else got";
}

static void take_found(void *user, const struct recoat_entry_point *entry)
{
	struct search *search = user;

	add(search, &(struct recoat_found_kernel){
			    .kernel = entry->kernel,
			    .module = copy(search->module),
			    .symbol = copy(entry->symbol),
			    .address = entry->address + search->bias,
			    .found = recoat_how_name[entry->how],
			    .caught = mechanism(entry),
			    .reason = entry->indirect ? copy("indirect: the function that it "
							     "stands for is caught once bound")
						      : NULL,
		    });
}

static void take_refused(void *user, const struct recoat_kernel *kernel, const char *symbol,
			 const char *reason)
{
	struct search *search = user;

	add(search, &(struct recoat_found_kernel){
			    .kernel = kernel,
			    .module = copy(search->module),
			    .symbol = copy(symbol),
			    .reason = copy(reason),
		    });
}

static bool has_symbols(struct recoat_image *image)
{
	struct recoat_elf_file debug;
	bool found = recoat_elf_file_section(&image->file, NULL, SHT_SYMTAB);

	if (!found && recoat_debug_file_open(&debug, &image->file, &image->place.file)) {
		found = recoat_elf_file_section(&debug, NULL, SHT_SYMTAB);
		recoat_elf_file_close(&debug);
	}
	return found;
}

/* Does it import what pybind11 makes functions with? */
static bool makes_functions(const struct recoat_place *place)
{
	const struct recoat_symbol_table *table = &place->dynamic;

	for (uint64_t i = 1; i < table->count; i++) {
		const char *name = recoat_symbol_name(table, &table->symbol[i]);

		if (table->symbol[i].st_shndx == SHN_UNDEF &&
		    (!strcmp(name, "PyCMethod_New") || !strcmp(name, "PyCFunction_NewEx")))
			return true;
	}
	return false;
}

/* The lowest segment's address in the file, where the first of its mappings is. */
static uint64_t first_address(const struct recoat_place *place)
{
	return place->segments ? place->segment[0].start & ~4095ull : 0;
}

/* `mapped` is where its beginning is mapped in a process, else 0. */
static int search_file(struct search *search, const struct recoat_file_place *where,
		       uint64_t mapped, struct recoat_error *error)
{
	const struct recoat_locate_sink sink = {
		.found = take_found, .refused = take_refused, .user = search};
	struct recoat_image *image = recoat_calloc(1, sizeof(*image));
	int result = recoat_image_open(image, where, error);

	if (!result) {
		search->module = where->path;
		search->bias = mapped ? mapped - first_address(&image->place) : 0;
		search->stripped |= !has_symbols(image);
		search->makes_functions |= makes_functions(&image->place);
		recoat_locate(&image->place, search->catalogue, NULL, &sink);
		recoat_image_close(image);
	}
	free(image);
	return result;
}

/* ---- Processes. ---- */

struct mapped_file {
	uint64_t start;
	char path[4096];
};

/* A line of /proc/PID/maps: where a file's beginning is mapped. */
static bool read_line(const char *line, struct mapped_file *file)
{
	uint64_t offset;

	return sscanf(line, "%" SCNx64 "-%*x %*4s %" SCNx64 " %*s %*u %4095[^\n]", &file->start,
		      &offset, file->path) == 3 &&
	       offset == 0 && file->path[0] == '/';
}

/* What cannot be read is no module: fonts and databases are mapped, too. */
static int search_process(struct search *search, const char *pid, struct recoat_error *error)
{
	char *maps = recoat_asprintf("/proc/%s/maps", pid);
	char *root = recoat_asprintf("/proc/%s/root", pid);
	FILE *file = fopen(maps, "re");
	struct mapped_file mapped, last = {0};
	char line[4352];
	int result = 0, modules = 0;

	if (!file)
		result = recoat_error_set(error, -errno, "process %s: %s", pid, strerror(errno));
	while (file && fgets(line, sizeof(line), file)) {
		const struct recoat_file_place where = {
			.root = root, .path = mapped.path, .debug = RECOAT_DEBUG_DIRECTORY};
		struct recoat_error ignored;

		if (!read_line(line, &mapped) || !strcmp(mapped.path, last.path))
			continue;
		last = mapped;
		modules += !search_file(search, &where, mapped.start, &ignored);
	}
	if (file)
		fclose(file);
	if (!result && !modules)
		result = recoat_error_set(error, -ENOENT,
					  "process %s: found no module that can be read, expected "
					  "a running program",
					  pid);
	free(maps);
	free(root);
	return result;
}

static bool is_process(const char *where)
{
	struct stat status;

	return where[strspn(where, "0123456789")] == '\0' && *where && stat(where, &status);
}

/* ---- What was not found. ---- */

static const char *why_not(const struct search *search, const struct recoat_kernel *kernel)
{
	if (kernel->pybind[0])
		return search->makes_functions
			       ? "pybind11's records are made when the module is imported"
			       : "nothing here makes Python functions";
	if (kernel->symbols && search->stripped)
		return "no such symbol, but there are stripped files without a debug file";
	return "nothing of that name is here";
}

static void add_missing(struct search *search)
{
	size_t found = search->found->count;

	for (uint32_t i = 0; i < search->catalogue->count; i++) {
		const struct recoat_kernel *kernel = &search->catalogue->kernel[i];
		size_t n = 0;

		while (n < found && search->found->at[n].kernel != kernel)
			n++;
		if (n == found)
			add(search, &(struct recoat_found_kernel){
					    .kernel = kernel,
					    .reason = copy(why_not(search, kernel)),
				    });
	}
}

int recoat_find_kernels(struct recoat_found_kernels *found,
			const struct recoat_catalogue *catalogue, const char *where,
			struct recoat_error *error)
{
	const char *debug = getenv("RECOAT_DEBUG_PATH");
	const struct recoat_file_place file = {
		.root = "",
		.path = where,
		.debug = debug && *debug ? debug : RECOAT_DEBUG_DIRECTORY,
	};
	struct search search = {.found = found, .catalogue = catalogue};
	int result;

	memset(found, 0, sizeof(*found));
	result = is_process(where) ? search_process(&search, where, error)
				   : search_file(&search, &file, 0, error);
	if (!result)
		add_missing(&search);
	return result;
}

void recoat_found_kernels_fini(struct recoat_found_kernels *found)
{
	for (size_t i = 0; i < found->count; i++) {
		free(found->at[i].module);
		free(found->at[i].symbol);
		free(found->at[i].reason);
	}
	free(found->at);
}
