/* SPDX-License-Identifier: Apache-2.0 */
/* From a pc to the rule that finds its caller, by the .eh_frame of the module it lies in. */
#ifndef RECOAT_CFI_H
#define RECOAT_CFI_H

/*
 * A rule is a call frame row boiled down to what unwinding needs: how to compute the CFA (the
 * stack pointer in the caller), and where the return address and the caller's rbp are saved.
 * A program has a few hundred distinct rules.
 */

#include <stdbool.h>
#include <stdint.h>

enum recoat_cfa {
	RECOAT_CFA_UNKNOWN,        /* Call frame information that this unwinder cannot represent. */
	RECOAT_CFA_RA_IN_REGISTER, /* The same because the return address is in a register. */
	RECOAT_CFA_NO_FDE,         /* No call frame information for this pc. */
	RECOAT_CFA_OUTERMOST,      /* There is no caller: the return address is undefined. */
	RECOAT_CFA_SP,             /* sp + cfa_offset */
	RECOAT_CFA_BP,             /* bp + cfa_offset */
	RECOAT_CFA_AT_SP,          /* load(sp + cfa_offset) + cfa_addend */
	RECOAT_CFA_AT_BP,          /* load(bp + cfa_offset) + cfa_addend */
};

/* Where a word that the caller needs was saved. */
enum recoat_place {
	RECOAT_PLACE_KEPT, /* Not saved: the register still has the caller's value. */
	RECOAT_PLACE_AT_CFA,
	RECOAT_PLACE_AT_SP,
	RECOAT_PLACE_AT_BP,
	RECOAT_PLACE_LOST, /* Cannot be told; never the case for the return address. */
};

struct recoat_rule {
	uint8_t cfa;    /* enum recoat_cfa */
	uint8_t ra;     /* enum recoat_place, not KEPT or LOST */
	uint8_t bp;     /* enum recoat_place */
	uint8_t signal; /* The caller was interrupted: its pc is no return address. */
	int32_t cfa_offset;
	int32_t cfa_addend;
	int32_t ra_offset;
	int32_t bp_offset;
};

struct recoat_fde;

/*
 * The rule for code at `pc` (for a return address, pass the address less 1). Always gives a
 * rule; it may be UNKNOWN or NO_FDE. Allocates nothing and takes no lock where glibc has
 * _dl_find_object (2.35 and later), and is async-signal-safe there; on older ones it goes
 * through dl_iterate_phdr, which takes the loader's lock. Keeps errno.
 */
void recoat_cfi_rule(uint64_t pc, struct recoat_rule *rule);

/*
 * The entry of the function around `pc`, from the module's .eh_frame: 0, -ENOENT if there is none,
 * -EINVAL if it cannot be read. As recoat_cfi_rule().
 */
int recoat_cfi_find(uint64_t pc, struct recoat_fde *fde);

/*
 * Whether a module of the loader's holds `pc`. Async-signal-safe; without _dl_find_object it
 * never says so.
 */
bool recoat_cfi_has_module(uint64_t pc);

/* Tests only: behave as on a glibc without _dl_find_object. */
extern bool recoat_cfi_without_find_object;

#endif
