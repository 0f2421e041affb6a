/* SPDX-License-Identifier: Apache-2.0 */
/* Debug information of one file: the calls at an address. Private to symbols.c. */
#ifndef RECOAT_DWARF_H
#define RECOAT_DWARF_H

#include <elfutils/libdwfl.h>
#include <stddef.h>

#include "analyzer/symbols.h"

/* One call; strings belong to libdw and live as long as the module's session. */
struct recoat_dwarf_call {
	const char *name; /* Mangled if the language has such; NULL if not known. */
	const char *file; /* NULL if not known. */
	int line;
};

struct recoat_dwarf;

/*
 * An index over the debug information of `module`, which outlives it. It is built as
 * lookups need it: the units' ranges at once, a unit's functions at its first lookup,
 * because the search that libdw offers walks the whole unit each time.
 */
struct recoat_dwarf *recoat_dwarf_create(Dwfl_Module *module);
void recoat_dwarf_destroy(struct recoat_dwarf *dwarf);

/*
 * The calls at `address` (as the Dwfl session numbers it), innermost first. Returns how
 * many, 0 if the debug information does not cover it.
 */
size_t recoat_dwarf_find(struct recoat_dwarf *dwarf, Dwarf_Addr address,
			 struct recoat_dwarf_call call[RECOAT_CALLS_MAX]);

#endif
