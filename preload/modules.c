/* SPDX-License-Identifier: Apache-2.0 */
/* Watching the link map through dl_iterate_phdr. */
#include "preload/modules.h"

#include <elf.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "preload/cfi.h"
#include "preload/clock.h"
#include "preload/hook.h"
#include "preload/inline_hook.h"
#include "preload/namespaces.h"
#include "preload/recording.h"
#include "preload/settings.h"
#include "preload/tree.h"
#include "preload/unwind.h"

/*
 * Two lists, the known modules and a scratch one that dl_iterate_phdr fills. Both are written
 * under the loader's lock, which dl_iterate_phdr holds while it calls back, and the known
 * one under the process lock too. The loader's lock comes before the process lock: a thread
 * inside dl_iterate_phdr may allocate and then want the latter.
 */
struct list {
	uint32_t count;
	struct recoat_module module[RECOAT_MODULES_MAX];
};

_Atomic uint32_t recoat_modules_epoch;
static struct list known, scratch;

/* The loader's counts of modules added and removed, when the lists were last compared. */
struct changes {
	unsigned long long added, removed;
	uint32_t elsewhere; /* Modules of other namespaces, of which the removed are not counted. */
};
static struct changes last_seen;

static void take_extent(struct recoat_module *module, const struct dl_phdr_info *info)
{
	module->start = UINT64_MAX;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_DYNAMIC)
			module->dynamic = (const ElfW(Dyn) *)start;
		if (header->p_type != PT_LOAD)
			continue;
		if (start < module->start)
			module->start = start;
		if (start + header->p_memsz > module->end)
			module->end = start + header->p_memsz;
	}
}

/* The loader leaves the executable's name empty, and the vDSO has no file. */
static const char *file_of(const struct dl_phdr_info *info, bool first)
{
	if (info->dlpi_name && *info->dlpi_name)
		return info->dlpi_name;
	return first ? recoat_program_path() : "[vdso]";
}

/* The loader itself stands in every namespace. */
static bool is_collected(uint64_t start)
{
	for (uint32_t i = 0; i < scratch.count; i++) {
		if (scratch.module[i].start == start)
			return true;
	}
	return false;
}

static int collect(struct dl_phdr_info *info, size_t size, void *unused)
{
	struct recoat_module *module = &scratch.module[scratch.count];

	(void)size;
	(void)unused;
	if (scratch.count == RECOAT_MODULES_MAX)
		return 1;
	*module = (struct recoat_module){
		.bias = info->dlpi_addr,
		.headers = info->dlpi_phdr,
		.header_count = info->dlpi_phnum,
		.path = file_of(info, !scratch.count),
	};
	take_extent(module, info);
	if (module->end && !is_collected(module->start))
		scratch.count++;
	return 0;
}

void recoat_module_build_id(const struct recoat_module *module, char id[RECOAT_BUILD_ID_MAX])
{
	id[0] = '\0';
	for (uint32_t i = 0; i < module->header_count; i++) {
		const ElfW(Phdr) *header = &module->headers[i];

		if (header->p_type == PT_NOTE &&
		    recoat_build_id_in_notes(
			    (const unsigned char *)(module->bias + header->p_vaddr),
			    header->p_memsz, header->p_align, id))
			return;
	}
}

static void put_load(const struct recoat_module *module)
{
	char build_id[RECOAT_BUILD_ID_MAX];
	struct recoat_module_load event = {
		.bias = module->bias,
		.start = module->start,
		.end = module->end,
		.build_id = build_id,
		.path = module->path,
	};

	recoat_module_build_id(module, build_id);
	recoat_put_module_load(&recoat_process_stream, recoat_clock_coarse(), &event);
}

static void put_unload(const struct recoat_module *module)
{
	struct recoat_module_unload event = {.start = module->start};

	recoat_tree_forget(module->start, module->end);
	recoat_put_module_unload(&recoat_process_stream, recoat_clock_coarse(), &event);
}

/* Mark in both lists what stands in both. A module is the same if its headers are. */
static void match_lists(void)
{
	for (uint32_t i = 0; i < known.count; i++) {
		known.module[i].seen = false;
		for (uint32_t j = 0; j < scratch.count; j++) {
			/* The order of the link map is kept, so j is i almost always. */
			uint32_t at = (i + j) % scratch.count;

			if (scratch.module[at].headers == known.module[i].headers &&
			    scratch.module[at].start == known.module[i].start &&
			    scratch.module[at].path == known.module[i].path) {
				known.module[i].seen = scratch.module[at].seen = true;
				scratch.module[at].located = known.module[i].located;
				scratch.module[at].hooked = known.module[i].hooked;
				break;
			}
		}
	}
}

static void record_changes(void)
{
	bool gone = false;

	recoat_lock_take(&recoat_process_lock);
	match_lists();
	for (uint32_t i = 0; i < known.count; i++) {
		if (!known.module[i].seen) {
			put_unload(&known.module[i]);
			gone = true;
		}
	}
	for (uint32_t i = 0; i < scratch.count; i++) {
		if (!scratch.module[i].seen)
			put_load(&scratch.module[i]);
	}
	memcpy(known.module, scratch.module, scratch.count * sizeof scratch.module[0]);
	known.count = scratch.count;
	recoat_lock_drop(&recoat_process_lock);
	if (!gone)
		return;
	/* First the rules, then the caches that are built on them: see stack_cache.h. */
	recoat_unwind_forget();
	atomic_fetch_add_explicit(&recoat_modules_epoch, 1, memory_order_release);
}

static bool unwinders_may_differ; /* Since inline hooks were told of the modules. */

/* The first callback does everything, nested, because the loader's lock is recursive. */
static int compare_all(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)size;
	last_seen = (struct changes){
		.added = info->dlpi_adds,
		.removed = info->dlpi_subs,
		.elsewhere = recoat_namespaces_count(),
	};
	scratch.count = 0;
	dl_iterate_phdr(collect, unused);
	recoat_namespaces_iterate(collect, unused);
	record_changes();
	unwinders_may_differ = true;
	return 1;
}

static int compare_if_changed(struct dl_phdr_info *info, size_t size, void *unused)
{
	if (info->dlpi_adds == last_seen.added && info->dlpi_subs == last_seen.removed &&
	    recoat_namespaces_count() == last_seen.elsewhere)
		return 1;
	return compare_all(info, size, unused);
}

/* Where the caller is not allocating: inline hooks may call the target's unwinders. */
static void meet_changes(struct dl_phdr_info *info, size_t size)
{
	compare_if_changed(info, size, NULL);
	if (unwinders_may_differ)
		recoat_inline_modules(known.module, known.count);
	unwinders_may_differ = false;
}

static bool all_hooked(void)
{
	for (uint32_t i = 0; i < known.count; i++) {
		if (!known.module[i].hooked)
			return false;
	}
	return true;
}

struct work {
	bool any;         /* Some module is not hooked yet. */
	bool code_wanted; /* Functions have to be decoded. */
};

static int locate_all(struct dl_phdr_info *info, size_t size, void *user)
{
	struct work *work = user;

	meet_changes(info, size);
	work->any = !all_hooked();
	work->code_wanted = work->any && recoat_hook_locate(known.module, known.count);
	return 1;
}

/* A module may have gone in between, another come, which then waits for the next turn. */
static int catch_all(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)unused;
	meet_changes(info, size);
	recoat_hook_catch(known.module, known.count);
	return 1;
}

static void hook_all(void)
{
	struct work work = {0};

	dl_iterate_phdr(locate_all, &work);
	if (work.code_wanted)
		recoat_inline_init();
	if (work.any)
		dl_iterate_phdr(catch_all, NULL);
}

void recoat_modules_refresh(void)
{
	dl_iterate_phdr(compare_all, NULL);
	hook_all();
}

struct task {
	void (*run)(void *user);
	void *user;
};

static int run_task(struct dl_phdr_info *info, size_t size, void *user)
{
	const struct task *task = user;

	(void)info;
	(void)size;
	task->run(task->user);
	return 1;
}

void recoat_modules_locked(void (*task)(void *user), void *user)
{
	dl_iterate_phdr(run_task, &(struct task){task, user});
}

const struct recoat_module *recoat_modules_find(uint64_t address)
{
	for (uint32_t i = 0; i < known.count; i++) {
		if (address >= known.module[i].start && address < known.module[i].end)
			return &known.module[i];
	}
	return NULL;
}

bool recoat_modules_any(bool (*is_one)(const struct recoat_module *module))
{
	for (uint32_t i = 0; i < known.count; i++) {
		if (is_one(&known.module[i]))
			return true;
	}
	return false;
}

bool recoat_module_is_runtime(const struct recoat_module *module)
{
	uint64_t here = (uint64_t)&recoat_module_is_runtime;

	return here >= module->start && here < module->end;
}

static bool is_known(uint64_t ip)
{
	return recoat_modules_find(ip) != NULL;
}

void recoat_modules_check(void)
{
	int kept = errno;

	hook_all();
	errno = kept;
}

void recoat_modules_cover(uint64_t ip)
{
	bool covered;

	recoat_lock_take(&recoat_process_lock);
	covered = is_known(ip);
	recoat_lock_drop(&recoat_process_lock);
	if (!covered) {
		int kept = errno;

		dl_iterate_phdr(compare_if_changed, NULL);
		errno = kept;
	}
}

bool recoat_modules_settled(uint64_t ip)
{
	return is_known(ip) || !recoat_cfi_has_module(ip);
}

void recoat_modules_repeat(void)
{
	recoat_lock_take(&recoat_process_lock);
	for (uint32_t i = 0; i < known.count; i++)
		put_load(&known.module[i]);
	recoat_lock_drop(&recoat_process_lock);
}
