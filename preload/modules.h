/* SPDX-License-Identifier: Apache-2.0 */
/* The executable and shared objects that are mapped, as they come and go. */
#ifndef RECOAT_MODULES_H
#define RECOAT_MODULES_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernels/elf_file.h"

/* A mapped module. `dynamic` and `path` point into it and into the loader's memory. */
struct recoat_module {
	uint64_t bias;
	uint64_t start;
	uint64_t end;
	const ElfW(Dyn) *dynamic; /* NULL for a module without a dynamic section. */
	const ElfW(Phdr) *headers;
	uint32_t header_count;
	const char *path; /* "[vdso]" for what has no file. */
	bool seen;
	bool located; /* hook.c has looked for kernels in it, */
	bool hooked;  /* and for slots that lead to kernels. */
};

#define RECOAT_MODULES_MAX 4096

/*
 * Compare what is mapped with what was known, write module_load and module_unload events,
 * and let hook.c look at what is new. The thread must be busy (thread.h) and hold no lock of
 * the runtime. All of it happens inside dl_iterate_phdr, whose lock keeps every module mapped
 * for as long as it is looked at.
 */
void recoat_modules_refresh(void);

/* The build id from the notes in memory, in hexadecimal; "" if there is none. */
void recoat_module_build_id(const struct recoat_module *module, char id[RECOAT_BUILD_ID_MAX]);

/* Run `task` under the loader's lock. The thread is busy and holds no lock of the runtime. */
void recoat_modules_locked(void (*task)(void *user), void *user);

/* The known module that `address` lies in, or NULL. Under the loader's lock. */
const struct recoat_module *recoat_modules_find(uint64_t address);

/* Whether `is_one` holds for a module; asked in their order. Under the loader's lock. */
bool recoat_modules_any(bool (*is_one)(const struct recoat_module *module));

/* Is it librecoat.so? */
bool recoat_module_is_runtime(const struct recoat_module *module);

/* Refresh if `ip` lies in no known module and the link map has changed since. */
void recoat_modules_cover(uint64_t ip);

/* The same, if the link map has changed since. */
void recoat_modules_check(void);

/*
 * Whether all that is known of the module around `ip`, if any, has been recorded: false in a
 * module that was loaded a moment ago. Process lock held; async-signal-safe.
 */
bool recoat_modules_settled(uint64_t ip);

/* Write the module_load events again, into the recording of a forked child. */
void recoat_modules_repeat(void);

/* Bumped whenever a module has gone, so that what depends on addresses can be dropped. */
extern _Atomic uint32_t recoat_modules_epoch;

#endif
