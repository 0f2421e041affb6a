/* SPDX-License-Identifier: Apache-2.0 */
/* Finding and parsing the frame description entry of a pc. */
#include "preload/cfi.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>

#include "preload/cfi_bytes.h"
#include "preload/cfi_expression.h"
#include "preload/cfi_program.h"
#include "preload/code_memory.h"

#define TABLE_ENCODING 0x3b /* datarel, sdata4: the one that linkers write. */
#define NO_ENCODING 0xff
#define HEADER_MAX 24       /* What comes before the table, at most. */
#define ENTRY_LENGTH_MAX 12 /* The length of an entry, in its longer form. */

/* One entry of the sorted table in .eh_frame_hdr, relative to its start. */
struct table_entry {
	int32_t pc;
	int32_t fde;
};

struct table {
	const struct table_entry *entry;
	uint64_t count;
};

bool recoat_cfi_without_find_object;

#ifdef DLFO_STRUCT_HAS_EH_DBASE
extern __typeof__(_dl_find_object) _dl_find_object __attribute__((weak));

static bool can_find_object(void)
{
	return _dl_find_object && !recoat_cfi_without_find_object;
}

/*
 * The .eh_frame_hdr of the object that `pc` lies in, or NULL. It may lie outside the bounds that
 * come with it: those of an executable with holes are just the segment's.
 */
static const uint8_t *find_object(uint64_t pc)
{
	struct dl_find_object found;

	return _dl_find_object((void *)pc, &found) == 0 ? found.dlfo_eh_frame : NULL;
}
#else
static bool can_find_object(void)
{
	return false;
}

static const uint8_t *find_object(uint64_t pc)
{
	(void)pc;
	return NULL;
}
#endif

bool recoat_cfi_has_module(uint64_t pc)
{
	return can_find_object() && find_object(pc);
}

struct search {
	uint64_t pc;
	const uint8_t *header;
};

static int look_into(struct dl_phdr_info *info, size_t size, void *argument)
{
	struct search *search = argument;
	const uint8_t *header = NULL;
	bool inside = false;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + segment->p_vaddr;

		if (segment->p_type == PT_LOAD)
			inside |= search->pc - start < segment->p_memsz;
		else if (segment->p_type == PT_GNU_EH_FRAME)
			header = (const uint8_t *)start;
	}
	if (inside)
		search->header = header;
	return inside;
}

static const uint8_t *find_object_by_headers(uint64_t pc)
{
	struct search search = {.pc = pc};

	dl_iterate_phdr(look_into, &search);
	return search.header;
}

/* What the linker wrote is taken at its word, as it is by whoever throws an exception. */
static bool open_table(const uint8_t *header, struct table *table)
{
	struct recoat_bytes from = {.at = header, .end = header + HEADER_MAX};
	uint64_t version = recoat_bytes_unsigned(&from, 1);
	uint8_t frame_encoding = (uint8_t)recoat_bytes_unsigned(&from, 1);
	uint8_t count_encoding = (uint8_t)recoat_bytes_unsigned(&from, 1);
	uint64_t table_encoding = recoat_bytes_unsigned(&from, 1);

	if (version != 1 || table_encoding != TABLE_ENCODING || count_encoding == NO_ENCODING)
		return false;
	if (frame_encoding != NO_ENCODING)
		recoat_bytes_pointer(&from, frame_encoding, (uint64_t)header);
	table->count = recoat_bytes_pointer(&from, count_encoding, (uint64_t)header);
	table->entry = (const struct table_entry *)from.at;
	return !from.bad;
}

/* The FDE of the last function that starts at or before `pc`, or NULL. */
static const uint8_t *find_fde(const uint8_t *header, uint64_t pc)
{
	int64_t wanted = (int64_t)(pc - (uint64_t)header);
	struct table table;
	uint64_t low = 0;
	uint64_t high;

	if (!open_table(header, &table) || !table.count || wanted < table.entry[0].pc)
		return NULL;
	high = table.count;
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (table.entry[middle].pc <= wanted)
			low = middle;
		else
			high = middle;
	}
	return header + table.entry[low].fde;
}

/* The bytes of the entry at `at`, behind its length word. */
static struct recoat_bytes open_entry(const uint8_t *at)
{
	struct recoat_bytes length = {.at = at, .end = at + ENTRY_LENGTH_MAX};
	uint64_t size = recoat_bytes_unsigned(&length, 4);

	if (size == 0xffffffff)
		size = recoat_bytes_unsigned(&length, 8);
	return (struct recoat_bytes){.at = length.at, .end = length.at + size};
}

/* The part of a CIE that the letters of its augmentation string describe. */
static void parse_augmentation(struct recoat_cie *cie, const char *letters,
			       struct recoat_bytes from)
{
	for (; *letters && !from.bad; letters++) {
		switch (*letters) {
		case 'R':
			cie->pointer_encoding = (uint8_t)recoat_bytes_unsigned(&from, 1);
			break;
		case 'P':
			recoat_bytes_pointer(&from, (uint8_t)recoat_bytes_unsigned(&from, 1), 0);
			break;
		case 'L':
			recoat_bytes_unsigned(&from, 1);
			break;
		case 'S':
			cie->signal_frame = true;
			break;
		default:
			break;
		}
	}
}

/* Only augmentations that begin with 'z', or none at all, can be read without knowing all. */
static bool parse_cie(const uint8_t *at, struct recoat_cie *cie)
{
	struct recoat_bytes from = open_entry(at);
	uint64_t id = recoat_bytes_unsigned(&from, 4);
	uint64_t version = recoat_bytes_unsigned(&from, 1);
	const char *letters = (const char *)from.at;

	while (recoat_bytes_unsigned(&from, 1))
		;
	if (from.bad || id != 0 || (version != 1 && version != 3 && version != 4))
		return false;
	if (version == 4)
		recoat_bytes_unsigned(&from, 2);
	cie->code_align = recoat_bytes_uleb(&from);
	cie->data_align = recoat_bytes_sleb(&from);
	cie->ra_register =
		version == 1 ? recoat_bytes_unsigned(&from, 1) : recoat_bytes_uleb(&from);
	if (letters[0] == 'z') {
		uint64_t size = recoat_bytes_uleb(&from);

		cie->augmented = true;
		parse_augmentation(cie, letters + 1, recoat_bytes_take(&from, size));
	} else if (letters[0]) {
		return false;
	}
	cie->instructions = from;
	return !from.bad;
}

/* 0, -ENOENT if no function covers `pc`, or -EINVAL if its entry cannot be read. */
static int parse_fde(const uint8_t *at, uint64_t pc, struct recoat_fde *fde)
{
	struct recoat_bytes from = open_entry(at);
	const uint8_t *id_field = from.at;
	uint64_t distance = recoat_bytes_unsigned(&from, 4);

	if (from.bad || !distance || !parse_cie(id_field - distance, &fde->cie))
		return -EINVAL;
	fde->start = recoat_bytes_pointer(&from, fde->cie.pointer_encoding, 0);
	fde->size = recoat_bytes_pointer(&from, fde->cie.pointer_encoding & 0x0f, 0);
	if (pc - fde->start >= fde->size)
		return -ENOENT;
	if (fde->cie.augmented) {
		uint64_t skipped = recoat_bytes_uleb(&from);

		recoat_bytes_take(&from, skipped);
	}
	fde->instructions = from;
	return from.bad ? -EINVAL : 0;
}

static bool fits(int64_t offset)
{
	return offset == (int32_t)offset;
}

static bool cfa_value(const struct recoat_cfi_row *row, uint64_t pc, struct recoat_value *value)
{
	if (row->cfa_by_expression)
		return recoat_cfi_evaluate(row->cfa_expression, pc, false, value);
	*value = (struct recoat_value){.offset = row->cfa_offset};
	if (row->cfa_register == RECOAT_DWARF_SP)
		value->base = RECOAT_BASE_SP;
	else if (row->cfa_register == RECOAT_DWARF_BP)
		value->base = RECOAT_BASE_BP;
	return true;
}

static bool set_cfa(struct recoat_rule *rule, const struct recoat_cfi_row *row, uint64_t pc)
{
	struct recoat_value value;

	if (!cfa_value(row, pc, &value) || !fits(value.offset) || !fits(value.addend))
		return false;
	if (value.base == RECOAT_BASE_SP)
		rule->cfa = value.loaded ? RECOAT_CFA_AT_SP : RECOAT_CFA_SP;
	else if (value.base == RECOAT_BASE_BP)
		rule->cfa = value.loaded ? RECOAT_CFA_AT_BP : RECOAT_CFA_BP;
	else
		return false;
	rule->cfa_offset = (int32_t)value.offset;
	rule->cfa_addend = (int32_t)value.addend;
	return true;
}

/* Where the row says that a register was saved. */
static enum recoat_place place_of(const struct recoat_saved *saved, uint64_t pc, int32_t *offset)
{
	struct recoat_value value = {.base = RECOAT_BASE_CFA, .offset = saved->offset};

	if (saved->how == RECOAT_RESTORE_UNSET || saved->how == RECOAT_RESTORE_SAME)
		return RECOAT_PLACE_KEPT;
	if (saved->how == RECOAT_RESTORE_AT_ADDRESS &&
	    !recoat_cfi_evaluate(saved->expression, pc, true, &value))
		return RECOAT_PLACE_LOST;
	if (saved->how != RECOAT_RESTORE_AT_CFA && saved->how != RECOAT_RESTORE_AT_ADDRESS)
		return RECOAT_PLACE_LOST;
	if (value.loaded || value.base == RECOAT_BASE_NONE || !fits(value.offset))
		return RECOAT_PLACE_LOST;
	*offset = (int32_t)value.offset;
	if (value.base == RECOAT_BASE_CFA)
		return RECOAT_PLACE_AT_CFA;
	return value.base == RECOAT_BASE_SP ? RECOAT_PLACE_AT_SP : RECOAT_PLACE_AT_BP;
}

/* The caller's sp must be the CFA: by default, or restored from where the CFA was loaded. */
static bool sp_is_cfa(const struct recoat_rule *rule, const struct recoat_saved *sp, uint64_t pc)
{
	int32_t offset = 0;
	enum recoat_place place = place_of(sp, pc, &offset);

	return place == RECOAT_PLACE_KEPT ||
	       (place == RECOAT_PLACE_AT_SP && rule->cfa == RECOAT_CFA_AT_SP &&
		offset == rule->cfa_offset && rule->cfa_addend == 0);
}

static bool make_rule(const struct recoat_cfi_row *row, const struct recoat_cie *cie, uint64_t pc,
		      struct recoat_rule *rule)
{
	if (cie->ra_register != RECOAT_DWARF_RA)
		return false;
	if (row->ra.how == RECOAT_RESTORE_UNDEFINED) {
		rule->cfa = RECOAT_CFA_OUTERMOST;
		return true;
	}
	if (!set_cfa(rule, row, pc) || !sp_is_cfa(rule, &row->sp, pc))
		return false;
	rule->signal = cie->signal_frame;
	rule->ra = place_of(&row->ra, pc, &rule->ra_offset);
	rule->bp = place_of(&row->bp, pc, &rule->bp_offset);
	return rule->ra != RECOAT_PLACE_KEPT && rule->ra != RECOAT_PLACE_LOST;
}

static const uint8_t *find_header(uint64_t pc)
{
	return can_find_object() ? find_object(pc) : find_object_by_headers(pc);
}

static int fde_in(const uint8_t *header, uint64_t pc, struct recoat_fde *fde)
{
	const uint8_t *at = find_fde(header, pc);

	*fde = (struct recoat_fde){0};
	return at ? parse_fde(at, pc, fde) : -ENOENT;
}

static void rule_in(const uint8_t *header, uint64_t pc, struct recoat_rule *rule)
{
	struct recoat_cfi_row row = {0};
	struct recoat_fde fde;
	int error = fde_in(header, pc, &fde);

	if (error) {
		rule->cfa = error == -ENOENT ? RECOAT_CFA_NO_FDE : RECOAT_CFA_UNKNOWN;
		return;
	}
	if (!recoat_cfi_run(&fde.cie, fde.instructions, fde.start, pc, &row) &&
	    make_rule(&row, &fde.cie, pc, rule))
		return;
	*rule = (struct recoat_rule){.cfa = row.ra.how == RECOAT_RESTORE_REGISTER
						    ? RECOAT_CFA_RA_IN_REGISTER
						    : RECOAT_CFA_UNKNOWN};
}

void recoat_cfi_rule(uint64_t pc, struct recoat_rule *rule)
{
	const uint8_t *header;

	pc = recoat_code_origin(pc);
	header = find_header(pc);
	*rule = (struct recoat_rule){.cfa = RECOAT_CFA_NO_FDE};
	if (header)
		rule_in(header, pc, rule);
}

int recoat_cfi_find(uint64_t pc, struct recoat_fde *fde)
{
	const uint8_t *header = find_header(pc);

	return header ? fde_in(header, pc, fde) : -ENOENT;
}
