/* SPDX-License-Identifier: Apache-2.0 */
/* The machine of DW_CFA_* instructions (DWARF 5, section 6.4.2, and the GNU additions). */
#include "preload/cfi_program.h"

#include <dwarf.h>
#include <errno.h>

#define REMEMBERED 8 /* Compilers nest remember_state once or twice. */

struct machine {
	const struct recoat_cie *cie;
	const struct recoat_cfi_row *initial; /* After the CIE's instructions; for restore. */
	struct recoat_cfi_row row;
	struct recoat_cfi_row remembered[REMEMBERED];
	int depth;
	uint64_t location; /* The row holds from here on. */
	uint64_t target;
	bool arrived;
	bool bad;
};

static struct recoat_saved *saved_in(struct recoat_cfi_row *row, uint64_t number)
{
	switch (number) {
	case RECOAT_DWARF_BP:
		return &row->bp;
	case RECOAT_DWARF_SP:
		return &row->sp;
	case RECOAT_DWARF_RA:
		return &row->ra;
	default:
		return NULL;
	}
}

static void set(struct machine *m, uint64_t number, enum recoat_restore how, int64_t offset)
{
	struct recoat_saved *saved = saved_in(&m->row, number);

	if (saved)
		*saved = (struct recoat_saved){.how = how, .offset = offset};
}

static void set_expression(struct machine *m, uint64_t number, struct recoat_bytes expression)
{
	struct recoat_saved *saved = saved_in(&m->row, number);

	if (saved)
		*saved = (struct recoat_saved){.how = RECOAT_RESTORE_AT_ADDRESS,
					       .expression = expression};
}

static void restore(struct machine *m, uint64_t number)
{
	struct recoat_saved *saved = saved_in(&m->row, number);

	if (!saved)
		return;
	if (m->initial)
		*saved = *saved_in((struct recoat_cfi_row *)m->initial, number);
	else
		m->bad = true; /* The CIE itself has nothing to restore from. */
}

static void move_to(struct machine *m, uint64_t location)
{
	if (location > m->target)
		m->arrived = true;
	else
		m->location = location;
}

static void advance(struct machine *m, uint64_t units)
{
	move_to(m, m->location + units * m->cie->code_align);
}

static void remember(struct machine *m)
{
	if (m->depth == REMEMBERED)
		m->bad = true;
	else
		m->remembered[m->depth++] = m->row;
}

static void recall(struct machine *m)
{
	if (m->depth == 0)
		m->bad = true;
	else
		m->row = m->remembered[--m->depth];
}

static void define_cfa(struct machine *m, uint64_t number, int64_t offset)
{
	m->row.cfa_by_expression = false;
	m->row.cfa_register = number;
	m->row.cfa_offset = offset;
}

static struct recoat_bytes block(struct recoat_bytes *from)
{
	uint64_t size = recoat_bytes_uleb(from);

	return recoat_bytes_take(from, size);
}

/* Offsets count in units of the CIE's data alignment, except in DW_CFA_def_cfa(_offset). */
static int64_t factored(struct machine *m, struct recoat_bytes *from)
{
	return (int64_t)recoat_bytes_uleb(from) * m->cie->data_align;
}

static int64_t factored_signed(struct machine *m, struct recoat_bytes *from)
{
	return recoat_bytes_sleb(from) * m->cie->data_align;
}

static bool step_cfa(struct machine *m, uint8_t operation, struct recoat_bytes *from)
{
	uint64_t number;

	switch (operation) {
	case DW_CFA_def_cfa:
		number = recoat_bytes_uleb(from);
		define_cfa(m, number, (int64_t)recoat_bytes_uleb(from));
		return true;
	case DW_CFA_def_cfa_sf:
		number = recoat_bytes_uleb(from);
		define_cfa(m, number, factored_signed(m, from));
		return true;
	case DW_CFA_def_cfa_register:
		define_cfa(m, recoat_bytes_uleb(from), m->row.cfa_offset);
		return true;
	case DW_CFA_def_cfa_offset:
		define_cfa(m, m->row.cfa_register, (int64_t)recoat_bytes_uleb(from));
		return true;
	case DW_CFA_def_cfa_offset_sf:
		define_cfa(m, m->row.cfa_register, factored_signed(m, from));
		return true;
	case DW_CFA_def_cfa_expression:
		m->row.cfa_by_expression = true;
		m->row.cfa_expression = block(from);
		return true;
	default:
		return false;
	}
}

static bool step_location(struct machine *m, uint8_t operation, struct recoat_bytes *from)
{
	switch (operation) {
	case DW_CFA_nop:
		return true;
	case DW_CFA_set_loc:
		move_to(m, recoat_bytes_pointer(from, m->cie->pointer_encoding, 0));
		return true;
	case DW_CFA_advance_loc1:
		advance(m, recoat_bytes_unsigned(from, 1));
		return true;
	case DW_CFA_advance_loc2:
		advance(m, recoat_bytes_unsigned(from, 2));
		return true;
	case DW_CFA_advance_loc4:
		advance(m, recoat_bytes_unsigned(from, 4));
		return true;
	case DW_CFA_remember_state:
		remember(m);
		return true;
	case DW_CFA_restore_state:
		recall(m);
		return true;
	case DW_CFA_GNU_args_size:
		recoat_bytes_uleb(from);
		return true;
	default:
		return false;
	}
}

static void step_register(struct machine *m, uint8_t operation, struct recoat_bytes *from)
{
	uint64_t number = recoat_bytes_uleb(from);

	switch (operation) {
	case DW_CFA_offset_extended:
		set(m, number, RECOAT_RESTORE_AT_CFA, factored(m, from));
		break;
	case DW_CFA_offset_extended_sf:
		set(m, number, RECOAT_RESTORE_AT_CFA, factored_signed(m, from));
		break;
	case DW_CFA_GNU_negative_offset_extended:
		set(m, number, RECOAT_RESTORE_AT_CFA, -factored(m, from));
		break;
	case DW_CFA_restore_extended:
		restore(m, number);
		break;
	case DW_CFA_undefined:
		set(m, number, RECOAT_RESTORE_UNDEFINED, 0);
		break;
	case DW_CFA_same_value:
		set(m, number, RECOAT_RESTORE_SAME, 0);
		break;
	case DW_CFA_expression:
		set_expression(m, number, block(from));
		break;
	case DW_CFA_register:
		recoat_bytes_uleb(from);
		set(m, number, RECOAT_RESTORE_REGISTER, 0);
		break;
	case DW_CFA_val_offset:
		recoat_bytes_uleb(from);
		set(m, number, RECOAT_RESTORE_OTHER, 0);
		break;
	case DW_CFA_val_offset_sf:
		recoat_bytes_sleb(from);
		set(m, number, RECOAT_RESTORE_OTHER, 0);
		break;
	case DW_CFA_val_expression:
		block(from);
		set(m, number, RECOAT_RESTORE_OTHER, 0);
		break;
	default:
		m->bad = true;
	}
}

/* The two upper bits name the three most frequent instructions, the rest is an operand. */
static void step(struct machine *m, struct recoat_bytes *from)
{
	uint8_t operation = (uint8_t)recoat_bytes_unsigned(from, 1);
	uint8_t operand = operation & 0x3f;

	switch (operation & 0xc0) {
	case DW_CFA_advance_loc:
		advance(m, operand);
		break;
	case DW_CFA_offset:
		set(m, operand, RECOAT_RESTORE_AT_CFA, factored(m, from));
		break;
	case DW_CFA_restore:
		restore(m, operand);
		break;
	default:
		if (!step_cfa(m, operation, from) && !step_location(m, operation, from))
			step_register(m, operation, from);
	}
}

static bool run(struct machine *m, struct recoat_bytes from)
{
	while (from.at < from.end && !m->arrived && !m->bad)
		step(m, &from);
	return !m->bad && !from.bad;
}

int recoat_cfi_run(const struct recoat_cie *cie, struct recoat_bytes instructions, uint64_t start,
		   uint64_t pc, struct recoat_cfi_row *row)
{
	struct machine m = {.cie = cie, .target = UINT64_MAX};
	struct recoat_cfi_row initial;

	if (!run(&m, cie->instructions))
		return -EINVAL;
	initial = m.row;
	m.initial = &initial;
	m.location = start;
	m.target = pc;
	m.depth = 0;
	if (!run(&m, instructions))
		return -EINVAL;
	*row = m.row;
	return 0;
}
