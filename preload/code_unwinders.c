/* SPDX-License-Identifier: Apache-2.0 */
/* Registration with libgcc and libunwind; code_gdb.c has the rest. */
#include "preload/code_unwinders.h"

#include <libunwind.h>
#include <string.h>

#include "preload/code_frame.h"
#include "preload/code_gdb.h"
#include "preload/code_memory.h"
#include "preload/elf_image.h"
#include "preload/memory.h"
#include "preload/modules.h"

#define UNWINDERS_MAX 16 /* Copies of libgcc in a process. */

typedef void register_libgcc(const void *section);
typedef void register_libunwind(unw_dyn_info_t *info);

/* What libunwind searches: offsets from the code's start. */
struct table_entry {
	int32_t start;
	int32_t fde;
};

/* All that was added, in the order of time. */
struct added {
	struct recoat_code_range code;
	const uint8_t *section;
	struct table_entry entry;
	unw_dyn_info_t info;
};
static struct added *added;
static uint32_t added_count;

/* Functions of the target's that were told; the first `added_count` entries each. */
static struct {
	uint64_t function;
	bool is_libunwind;
} unwinders[UNWINDERS_MAX];
static uint32_t unwinder_count;

static void describe(struct added *one)
{
	uint64_t fde = (uint64_t)one->section + recoat_code_frame_fde(one->section);

	one->entry.fde = (int32_t)(fde - one->code.start);
	one->info = (unw_dyn_info_t){
		.start_ip = one->code.start,
		.end_ip = one->code.start + one->code.size,
		.format = UNW_INFO_FORMAT_REMOTE_TABLE,
		.u.rti = {.segbase = one->code.start,
			  .table_len = sizeof one->entry / sizeof(unw_word_t),
			  .table_data = (unw_word_t)&one->entry},
	};
}

static void tell(uint32_t unwinder, struct added *one)
{
	uint64_t function = unwinders[unwinder].function;

	/* Only one libunwind is ever told, so that the links in `info` are its own. */
	if (unwinders[unwinder].is_libunwind)
		((register_libunwind *)function)(&one->info);
	else
		((register_libgcc *)function)(one->section);
}

bool recoat_code_unwinders_add(const struct recoat_code_range *code, const uint8_t *section,
			       size_t bytes)
{
	struct added *one;

	if (!added)
		added = recoat_map(RECOAT_CELLS_MAX * sizeof *added);
	if (!added || added_count == RECOAT_CELLS_MAX)
		return false;
	one = &added[added_count++];
	*one = (struct added){.code = *code, .section = section};
	describe(one);
	for (uint32_t i = 0; i < unwinder_count; i++)
		tell(i, one);
	recoat_code_gdb_add(code, section, bytes);
	return true;
}

static bool is_loaded(uint64_t function, const struct recoat_module *modules, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (function >= modules[i].start && function < modules[i].end)
			return true;
	}
	return false;
}

static void forget_unloaded(const struct recoat_module *modules, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < unwinder_count; i++) {
		if (is_loaded(unwinders[i].function, modules, count))
			unwinders[kept++] = unwinders[i];
	}
	unwinder_count = kept;
}

static bool was_told(uint64_t function, bool is_libunwind)
{
	for (uint32_t i = 0; i < unwinder_count; i++) {
		if (unwinders[i].function == function ||
		    (is_libunwind && unwinders[i].is_libunwind))
			return true;
	}
	return false;
}

static void meet(uint64_t function, bool is_libunwind)
{
	if (was_told(function, is_libunwind) || unwinder_count == UNWINDERS_MAX)
		return;
	unwinders[unwinder_count].function = function;
	unwinders[unwinder_count].is_libunwind = is_libunwind;
	for (uint32_t i = 0; i < added_count; i++)
		tell(unwinder_count, &added[i]);
	unwinder_count++;
}

static void look_for(const struct recoat_elf_image *image, const char *name, bool is_libunwind)
{
	const ElfW(Sym) *symbol = recoat_elf_find_function(image, name);

	if (symbol)
		meet(image->bias + symbol->st_value, is_libunwind);
}

/* The layout of its structures is known of this libunwind only. */
static bool is_known_libunwind(const struct recoat_module *module)
{
	const char *name = module->path ? strrchr(module->path, '/') : NULL;

	return name && !strcmp(name + 1, LIBUNWIND_SONAME);
}

void recoat_code_unwinders_meet(const struct recoat_module *modules, uint32_t count)
{
	struct recoat_elf_image image;

	forget_unloaded(modules, count);
	for (uint32_t i = 0; i < count; i++) {
		if (!recoat_elf_image_open(&image, &modules[i]))
			continue;
		look_for(&image, "__register_frame", false);
		if (is_known_libunwind(&modules[i]))
			look_for(&image, "_U_dyn_register", true);
	}
}
