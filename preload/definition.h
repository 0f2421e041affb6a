/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions: the functions in this process that entries of the catalogue mean. */
#ifndef RECOAT_DEFINITION_H
#define RECOAT_DEFINITION_H

/*
 * The table grows and changes under the loader's lock only (inside dl_iterate_phdr). Threads
 * without the lock may search it: entries are complete before they are counted, and `address`,
 * `caught` and `gone` are atomic.
 */

#include <stdbool.h>
#include <stdint.h>

#include "kernels/locate.h"
#include "preload/modules.h"

#define RECOAT_DEFINITIONS_MAX 1024

/* How calls of a definition are caught. */
enum recoat_caught {
	RECOAT_CAUGHT_NOT,    /* By nothing but what refers to it by name or address. */
	RECOAT_CAUGHT_INLINE, /* Its own code leads to the stub, so everything else stays alone. */
	RECOAT_CAUGHT_SLOT,   /* The slot that it was found in, and as above. */
};

struct recoat_definition {
	const struct recoat_kernel *kernel;
	char symbol[RECOAT_SYMBOL_MAX];
	_Atomic uint64_t address; /* 0: indirect, and no slot has told yet what it stands for. */
	uint64_t resolver;        /* Of an indirect function, else 0. */
	uint64_t size;
	uint64_t slot;
	uint64_t module_start, module_end;
	enum recoat_how how;
	_Atomic uint32_t caught;
	_Atomic bool gone;    /* Its module is not mapped any more. */
	bool referred;        /* Some slot was led to the stub. */
	bool judged;          /* It has been seen whether calls can be caught. */
	const char *obstacle; /* Why its code was left alone; NULL if that was not tried. */
};

/*
 * Add what was found in `module`. NULL with a `reason` if that cannot be; NULL without one if
 * the function is known already, to the same entry or to an earlier one.
 */
struct recoat_definition *recoat_definition_add(const struct recoat_entry_point *entry,
						const struct recoat_module *module,
						const char **reason);

uint32_t recoat_definition_count(void);
struct recoat_definition *recoat_definition_at(uint32_t index);

/* The one whose function is at `address` and still mapped, or NULL. */
struct recoat_definition *recoat_definition_find(uint64_t address);

/* Mark those whose module is not among these. */
void recoat_definition_drop_gone(const struct recoat_module *modules, uint32_t count);

#endif
