/* SPDX-License-Identifier: Apache-2.0 */
/* Catching entry points: what modules define, and the slots through which others call it. */
#ifndef RECOAT_HOOK_H
#define RECOAT_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/modules.h"

struct recoat_catalogue;
struct recoat_entry_point;
struct recoat_kernel;

/*
 * The catalogue whose kernels are to be caught, the globs that their names must match (empty:
 * all), and the directory of debug files. All must outlive the process. At start, once.
 */
void recoat_hook_init(const struct recoat_catalogue *catalogue, const char *globs,
		      const char *debug);

/* The catalogue, NULL if there is none, and the globs, NULL for all. */
const struct recoat_catalogue *recoat_hook_catalogue(const char **globs);

/*
 * Catching takes two steps, both under the loader's lock: find the kernels in the modules that
 * are not marked located; and catch those, in their own code, in their vtables, or by leading the
 * slots of all modules that refer to them through stubs. If recoat_hook_locate() says so,
 * recoat_inline_init() is to be called between them, without the lock, since it loads a library.
 */
bool recoat_hook_locate(struct recoat_module *modules, uint32_t count);
void recoat_hook_catch(struct recoat_module *modules, uint32_t count);

/* A function of `module` that was found otherwise: catch it. Under the loader's lock. */
void recoat_hook_found(const struct recoat_entry_point *entry, const struct recoat_module *module);

/* Record why an entry of the catalogue was left alone. Process lock not held. */
void recoat_hook_refuse(const struct recoat_kernel *kernel, const char *symbol,
			const struct recoat_module *module, const char *reason);

/*
 * What dlsym is to answer instead of `address`, which it found for `name`: the stub of a
 * kernel, or 0. The thread is busy.
 */
uint64_t recoat_hook_symbol(uint64_t address, const char *name);

#endif
