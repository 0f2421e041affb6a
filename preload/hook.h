/* SPDX-License-Identifier: Apache-2.0 */
/* Catching entry points: what modules define, and the slots through which others call it. */
#ifndef RECOAT_HOOK_H
#define RECOAT_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/modules.h"

struct recoat_catalogue;

/*
 * The catalogue whose kernels are to be caught, and the globs that their names must match
 * (empty: all). The catalogue must outlive the process. At start, once.
 */
void recoat_hook_init(const struct recoat_catalogue *catalogue, const char *globs);

/*
 * Look at the modules that are not marked hooked, find the kernels they define, and lead the
 * slots of all modules that refer to those through stubs. Under the loader's lock.
 */
void recoat_hook_modules(struct recoat_module *modules, uint32_t count);

/*
 * What dlsym is to answer instead of `address`, which it found for `name`: the stub of a
 * kernel, or 0. The thread is busy.
 */
uint64_t recoat_hook_symbol(uint64_t address, const char *name);

#endif
