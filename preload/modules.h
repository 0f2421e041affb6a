/* SPDX-License-Identifier: Apache-2.0 */
/* The executable and shared objects that are mapped, as they come and go. */
#ifndef RECOAT_MODULES_H
#define RECOAT_MODULES_H

#include <link.h>
#include <stdbool.h>
#include <stdint.h>

/* A mapped module. `dynamic` and `path` point into it and into the loader's memory. */
struct recoat_module {
	uint64_t bias;
	uint64_t start;
	uint64_t end;
	const ElfW(Dyn) *dynamic; /* NULL for a module without a dynamic section. */
	const ElfW(Phdr) *headers;
	uint32_t header_count;
	const char *path;
	bool seen;
	bool hooked; /* hook.c has dealt with it. */
};

#define RECOAT_MODULES_MAX 4096

/*
 * Compare what is mapped with what was known, write module_load and module_unload events,
 * and let hook.c look at what is new. The thread must be busy (thread.h) and hold no lock of
 * the runtime. All of it happens inside dl_iterate_phdr, whose lock keeps every module mapped
 * for as long as it is looked at.
 */
void recoat_modules_refresh(void);

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
