/* SPDX-License-Identifier: Apache-2.0 */
/* Slots of the GOT and of data that the loader relocated: pointers to functions. */
#ifndef RECOAT_HOOK_SLOTS_H
#define RECOAT_HOOK_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/elf_image.h"
#include "preload/modules.h"

/* A slot that holds the address of code. */
struct recoat_slot {
	const struct recoat_module *module; /* In which it lies. */
	uint64_t address;
	uint64_t held;
	const char *name; /* The symbol that it was relocated for, NULL if it was by address. */
	bool unbound;     /* It leads to the module's own PLT: the first call will bind it. */
};

/* Call `each` for the slots of a module. Under the loader's lock. */
void recoat_slots_iterate(const struct recoat_elf_image *image, const struct recoat_module *module,
			  void (*each)(const struct recoat_slot *slot));

#endif
