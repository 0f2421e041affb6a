/* SPDX-License-Identifier: Apache-2.0 */
/* What refers to a kernel from outside: slots of modules, and those who ask dlsym. */
#ifndef RECOAT_HOOK_REFERENCES_H
#define RECOAT_HOOK_REFERENCES_H

#include <stdbool.h>
#include <stdint.h>

#include "preload/modules.h"

struct recoat_definition;

/* How a call is led to a stub. */
enum recoat_mechanism {
	RECOAT_BY_INLINE,
	RECOAT_BY_VTABLE,
	RECOAT_BY_RECORD,
	RECOAT_BY_GOT,
	RECOAT_BY_DLSYM,
};

/*
 * Lead the slots that mean definitions to stubs, where those are not caught by their own code:
 * of the modules that are not marked hooked, or of all if a definition is new. Under the
 * loader's lock. (The answers of dlsym: recoat_hook_symbol() in hook.h.)
 */
void recoat_references_lead(const struct recoat_module *modules, uint32_t count,
			    bool new_definition);

/* ---- What hook.c does for it. ---- */

/* The stub for calls of `original`, which stands for the definition; 0 if there is none left. */
uint64_t recoat_reference_stub(const struct recoat_definition *definition, uint64_t original,
			       enum recoat_mechanism mechanism);

/* The function is known: catch it where it is, or else in the slot that it was found in. */
void recoat_reference_catch(struct recoat_definition *definition,
			    const struct recoat_module *module);

/* Record why it is left alone. Process lock not held. */
void recoat_reference_refuse(const struct recoat_definition *definition,
			     const struct recoat_module *module, const char *reason);

#endif
