/* SPDX-License-Identifier: Apache-2.0 */
/* Telling the unwinders of the target, and debuggers, of code that no module holds. */
#ifndef RECOAT_CODE_UNWINDERS_H
#define RECOAT_CODE_UNWINDERS_H

/*
 * libgcc, which exceptions and cancellation go through, libunwind and gdb find call frame
 * information by module, and have an interface each for code that is made at run time. The
 * runtime does not link to the first two: it looks for them among the target's modules, also
 * when they are loaded later. gdb finds its interface by name in our symbol table.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_code_range;
struct recoat_module;

/*
 * Tell all of new code and its .eh_frame `section` of `bytes` bytes, as code_frame.h writes it,
 * which must stay. False if there is no memory for that. Under the lock of inline_hook.c; the
 * unwinders may call malloc.
 */
bool recoat_code_unwinders_add(const struct recoat_code_range *code, const uint8_t *section,
			       size_t bytes);

/* Tell the unwinders among these modules, all that are loaded, what they were not told yet. */
void recoat_code_unwinders_meet(const struct recoat_module *modules, uint32_t count);

#endif
