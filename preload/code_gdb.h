/* SPDX-License-Identifier: Apache-2.0 */
/* gdb's interface for code made at run time. */
#ifndef RECOAT_CODE_GDB_H
#define RECOAT_CODE_GDB_H

#include <stddef.h>
#include <stdint.h>

struct recoat_code_range;

/*
 * Make a symbol file of one function, "recoat_moved", with its .eh_frame section, and put it
 * where gdb looks, if it is attached now or later. Without memory gdb is not told. One thread at
 * a time.
 */
void recoat_code_gdb_add(const struct recoat_code_range *code, const uint8_t *section,
			 size_t bytes);

#endif
