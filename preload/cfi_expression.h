/* SPDX-License-Identifier: Apache-2.0 */
/* DWARF expressions of call frame information, reduced to the few shapes that occur. */
#ifndef RECOAT_CFI_EXPRESSION_H
#define RECOAT_CFI_EXPRESSION_H

/*
 * An expression is evaluated symbolically, once a pc: registers stay names, everything else
 * must come out as a constant. PLT entries then become "sp + 8" or "sp + 16", since the pc is
 * known; realigned frames become "load at bp - 8", signal frames "load at sp + 160".
 */

#include <stdbool.h>
#include <stdint.h>

#include "preload/cfi_bytes.h"

enum recoat_base { RECOAT_BASE_NONE, RECOAT_BASE_SP, RECOAT_BASE_BP, RECOAT_BASE_CFA };

/* base + offset, or if `loaded` the word at base + offset, plus addend. */
struct recoat_value {
	enum recoat_base base;
	bool loaded;
	int64_t offset;
	int64_t addend;
};

/*
 * Evaluate `expression` for code at `pc`. With `push_cfa` the stack starts with the CFA, as
 * DW_CFA_expression wants it. False if the expression has no such shape. Any thread;
 * async-signal-safe.
 */
bool recoat_cfi_evaluate(struct recoat_bytes expression, uint64_t pc, bool push_cfa,
			 struct recoat_value *value);

#endif
