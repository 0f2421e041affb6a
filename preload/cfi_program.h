/* SPDX-License-Identifier: Apache-2.0 */
/* Call frame instructions of one function, run up to a pc. */
#ifndef RECOAT_CFI_PROGRAM_H
#define RECOAT_CFI_PROGRAM_H

/* Only what is needed to find callers is kept: the CFA, and how rbp, rsp and rip are restored. */

#include <stdbool.h>
#include <stdint.h>

#include "preload/cfi_bytes.h"

#define RECOAT_DWARF_BP 6
#define RECOAT_DWARF_SP 7
#define RECOAT_DWARF_RA 16

/* How a register of the caller is found. */
enum recoat_restore {
	RECOAT_RESTORE_UNSET, /* No instruction named it: unchanged. */
	RECOAT_RESTORE_SAME,
	RECOAT_RESTORE_UNDEFINED,
	RECOAT_RESTORE_AT_CFA,     /* Saved at CFA + offset. */
	RECOAT_RESTORE_AT_ADDRESS, /* Saved at the address that an expression gives. */
	RECOAT_RESTORE_REGISTER,   /* In another register. */
	RECOAT_RESTORE_OTHER,      /* A computed value. */
};

struct recoat_saved {
	enum recoat_restore how;
	int64_t offset;
	struct recoat_bytes expression;
};

/* One row of the table that the instructions describe. */
struct recoat_cfi_row {
	bool cfa_by_expression;
	uint64_t cfa_register;
	int64_t cfa_offset;
	struct recoat_bytes cfa_expression;
	struct recoat_saved bp;
	struct recoat_saved sp;
	struct recoat_saved ra;
};

/* What the common information entry of a function says. */
struct recoat_cie {
	uint64_t code_align;
	int64_t data_align;
	uint64_t ra_register;
	uint8_t pointer_encoding;
	bool signal_frame;
	bool augmented; /* FDEs carry a length-prefixed augmentation. */
	struct recoat_bytes instructions;
};

/* What the frame description entry of a function says. */
struct recoat_fde {
	struct recoat_cie cie;
	uint64_t start;
	uint64_t size;
	struct recoat_bytes instructions;
};

/*
 * Run the CIE's instructions and then those of a function that starts at `start`, up to the
 * row that covers `pc`. 0, or -EINVAL on an instruction that is malformed or not known. Reads
 * the module's .eh_frame only; async-signal-safe.
 */
int recoat_cfi_run(const struct recoat_cie *cie, struct recoat_bytes instructions, uint64_t start,
		   uint64_t pc, struct recoat_cfi_row *row);

#endif
