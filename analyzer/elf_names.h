/* SPDX-License-Identifier: Apache-2.0 */
/* Function names of one file from its ELF symbols. Private to symbols.c. */
#ifndef RECOAT_ELF_NAMES_H
#define RECOAT_ELF_NAMES_H

#include <elfutils/libdwfl.h>

struct recoat_elf_names;

/*
 * Sort the function symbols of `module`, which outlives the result: .symtab if there is one,
 * of its debug file too, else .dynsym. libdwfl's own search walks all symbols at each call.
 */
struct recoat_elf_names *recoat_elf_names_create(Dwfl_Module *module);
void recoat_elf_names_destroy(struct recoat_elf_names *names);

/*
 * The symbol that covers `address` (as the Dwfl session numbers it), or NULL. One without a
 * size, as hand-written code may have, is believed for 4 KiB. Lives as long as the session.
 */
const char *recoat_elf_names_find(const struct recoat_elf_names *names, Dwarf_Addr address);

#endif
