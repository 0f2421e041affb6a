/* SPDX-License-Identifier: Apache-2.0 */
/* dlopen, dlmopen, dlsym and dlclose, so that modules are known as soon as they are there. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "preload/export.h"
#include "preload/hook.h"
#include "preload/modules.h"
#include "preload/plugin_host.h"
#include "preload/thread.h"
#include "preload/unwind_fallback.h"

/* Called from arch/: the real functions, and ours for calls that need not be the caller's. */
uint64_t recoat_real_dlsym(void);
uint64_t recoat_dlopen_jump(const char *file, uint64_t caller);
void *recoat_dlsym(void *handle, const char *name);
void *recoat_dlopen(const char *file, int mode);
uint64_t recoat_dlmopen_jump(const char *file, uint64_t caller);
void *recoat_dlmopen(Lmid_t space, const char *file, int mode);

/* By dlvsym, which is not interposed; these versions are in every glibc for x86-64. */
static void *real_version(void **kept, const char *name, const char *version)
{
	void *found = __atomic_load_n(kept, __ATOMIC_RELAXED);

	if (!found) {
		found = dlvsym(RTLD_NEXT, name, version);
		__atomic_store_n(kept, found, __ATOMIC_RELAXED);
	}
	return found;
}

static void *real_function(void **kept, const char *name)
{
	return real_version(kept, name, "GLIBC_2.2.5");
}

static void *real_dlopen, *real_dlmopen, *real_dlsym, *real_dlclose;

uint64_t recoat_real_dlsym(void)
{
	return (uint64_t)real_function(&real_dlsym, "dlsym");
}

/*
 * Look at the link map, if it has changed, and open the plugins that the kernels found there
 * call for; those may bring more. The thread is busy.
 */
static void check_modules(void)
{
	do
		recoat_modules_check();
	while (recoat_plugins_open_noted());
}

/* Look at the link map, if it has changed. The target has no dlerror() to lose. */
static void look_at_modules(void)
{
	int kept = errno;
	struct recoat_thread *thread = recoat_thread_enter();

	if (thread) {
		recoat_fallback_open_if_wanted();
		check_modules();
		recoat_thread_leave(thread);
	}
	errno = kept;
}

/* The stub to answer with instead of a kernel's address, or 0. */
static uint64_t stub_of(uint64_t address, const char *name)
{
	int kept = errno;
	struct recoat_thread *thread = recoat_thread_enter();
	uint64_t stub = 0;

	if (thread) {
		check_modules();
		stub = recoat_hook_symbol(address, name);
		recoat_thread_leave(thread);
	}
	errno = kept;
	return stub;
}

struct search {
	uint64_t caller;
	bool own_path; /* The caller's module has an RPATH or a RUNPATH. */
};

static bool contains(const struct dl_phdr_info *info, uint64_t address)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_LOAD && address >= start &&
		    address < start + header->p_memsz)
			return true;
	}
	return false;
}

static bool has_own_path(const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Dyn) *entry =
			(const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);

		if (info->dlpi_phdr[i].p_type != PT_DYNAMIC)
			continue;
		for (; entry->d_tag != DT_NULL; entry++) {
			if (entry->d_tag == DT_RPATH || entry->d_tag == DT_RUNPATH)
				return true;
		}
	}
	return false;
}

static int find_caller(struct dl_phdr_info *info, size_t size, void *data)
{
	struct search *search = data;

	(void)size;
	if (!contains(info, search->caller))
		return 0;
	search->own_path = has_own_path(info);
	return 1;
}

/*
 * Whether the real dlopen must see who called it. It matters for a name without a slash if the
 * caller has a search path of its own, and for $ORIGIN. What such a call loads is noticed at
 * the next dlsym, dlopen, dlclose or new call path.
 */
static bool depends_on_caller(const char *file, uint64_t caller)
{
	struct search search = {.caller = caller};
	bool by_caller = file && (strchr(file, '$') || !strchr(file, '/'));

	if (by_caller && !strchr(file, '$'))
		dl_iterate_phdr(find_caller, &search);
	return by_caller && (search.own_path || strchr(file, '$'));
}

/* The real function's address where that is so, else 0. */
uint64_t recoat_dlopen_jump(const char *file, uint64_t caller)
{
	return depends_on_caller(file, caller) ? (uint64_t)real_function(&real_dlopen, "dlopen")
					       : 0;
}

/* dlmopen came with glibc 2.3.4. */
static uint64_t real_dlmopen_function(void)
{
	return (uint64_t)real_version(&real_dlmopen, "dlmopen", "GLIBC_2.3.4");
}

uint64_t recoat_dlmopen_jump(const char *file, uint64_t caller)
{
	return depends_on_caller(file, caller) ? real_dlmopen_function() : 0;
}

void *recoat_dlmopen(Lmid_t space, const char *file, int mode)
{
	void *(*real)(Lmid_t, const char *, int) =
		(void *(*)(Lmid_t, const char *, int))real_dlmopen_function();
	void *handle = real(space, file, mode);

	if (handle)
		look_at_modules();
	return handle;
}

void *recoat_dlopen(const char *file, int mode)
{
	void *(*real)(const char *, int) =
		(void *(*)(const char *, int))real_function(&real_dlopen, "dlopen");
	void *handle = real(file, mode);

	if (handle)
		look_at_modules();
	return handle;
}

void *recoat_dlsym(void *handle, const char *name)
{
	void *(*real)(void *, const char *) = (void *(*)(void *, const char *))recoat_real_dlsym();
	void *address = real(handle, name);
	uint64_t stub;

	if (!address)
		return NULL;
	stub = stub_of((uint64_t)address, name);
	return stub ? (void *)stub : address;
}

RECOAT_EXPORT int dlclose(void *handle)
{
	int (*real)(void *) = (int (*)(void *))real_function(&real_dlclose, "dlclose");
	int result = real(handle);

	if (!result)
		look_at_modules();
	return result;
}
