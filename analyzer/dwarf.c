/* SPDX-License-Identifier: Apache-2.0 */
/* Calls at an address, from DWARF. */
#include "analyzer/dwarf.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

/* [low, high) of the code of a unit or a function; the die is a function's or a unit's. */
struct range {
	Dwarf_Addr low, high;
	Dwarf_Die die;
	struct unit *unit;
};

struct ranges {
	struct range *at;
	size_t count, room;
};

struct unit {
	Dwarf_Die *die;
	Dwarf_Addr bias;
	bool indexed;
	struct ranges functions;
	struct unit *next;
};

struct recoat_dwarf {
	struct unit *units;
	struct ranges ranges; /* Of all units. */
};

/* Add the address ranges of a die, if it has any. */
static void add_ranges(struct ranges *ranges, Dwarf_Die *die, struct unit *unit)
{
	Dwarf_Addr base, low, high;
	ptrdiff_t offset = 0;

	while ((offset = dwarf_ranges(die, offset, &base, &low, &high)) > 0) {
		if (low >= high)
			continue;
		ranges->at =
			recoat_grow(ranges->at, ranges->count, &ranges->room, sizeof(*ranges->at));
		ranges->at[ranges->count++] =
			(struct range){.low = low, .high = high, .die = *die, .unit = unit};
	}
}

static int by_low(const void *left, const void *right)
{
	const struct range *a = left, *b = right;

	return a->low < b->low ? -1 : a->low > b->low;
}

static void sort(struct ranges *ranges)
{
	if (ranges->count)
		qsort(ranges->at, ranges->count, sizeof(*ranges->at), by_low);
}

/* The last range that starts at or before the address, if it reaches it; else NULL. */
static struct range *lookup(const struct ranges *ranges, Dwarf_Addr address)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->at[middle].low <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < ranges->at[low - 1].high ? &ranges->at[low - 1] : NULL;
}

struct recoat_dwarf *recoat_dwarf_create(Dwfl_Module *module)
{
	struct recoat_dwarf *dwarf = recoat_calloc(1, sizeof(*dwarf));
	Dwarf_Die *die = NULL;
	Dwarf_Addr bias;

	while ((die = dwfl_module_nextcu(module, die, &bias))) {
		struct unit *unit = recoat_calloc(1, sizeof(*unit));
		size_t first = dwarf->ranges.count;

		*unit = (struct unit){.die = die, .bias = bias, .next = dwarf->units};
		dwarf->units = unit;
		add_ranges(&dwarf->ranges, die, unit);
		/* Units of one file share a bias, but each range says its own addresses. */
		for (size_t i = first; i < dwarf->ranges.count; i++) {
			dwarf->ranges.at[i].low += bias;
			dwarf->ranges.at[i].high += bias;
		}
	}
	sort(&dwarf->ranges);
	return dwarf;
}

void recoat_dwarf_destroy(struct recoat_dwarf *dwarf)
{
	if (!dwarf)
		return;
	for (struct unit *unit = dwarf->units, *next; unit; unit = next) {
		next = unit->next;
		free(unit->functions.at);
		free(unit);
	}
	free(dwarf->ranges.at);
	free(dwarf);
}

/* Add all functions with code that stand in `scope` or in a namespace within it. */
static void add_functions(struct unit *unit, Dwarf_Die *scope, int depth)
{
	Dwarf_Die die;

	if (depth > 32 || dwarf_child(scope, &die))
		return;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_subprogram)
			add_ranges(&unit->functions, &die, unit);
		else if (tag == DW_TAG_namespace || tag == DW_TAG_module)
			add_functions(unit, &die, depth + 1);
	} while (!dwarf_siblingof(&die, &die));
}

/* Functions that stand elsewhere, in classes or other functions, need libdw's slow search. */
static bool search_function(struct unit *unit, Dwarf_Addr pc, Dwarf_Die *function)
{
	Dwarf_Die *scope = NULL;
	int count = dwarf_getscopes(unit->die, pc, &scope);
	bool found = false;

	for (int i = 0; !found && i < count; i++) {
		found = dwarf_tag(&scope[i]) == DW_TAG_subprogram && dwarf_haspc(&scope[i], pc) > 0;
		if (found)
			*function = scope[i];
	}
	free(scope);
	return found;
}

static bool find_function(struct unit *unit, Dwarf_Addr pc, Dwarf_Die *function)
{
	const struct range *range;

	if (!unit->indexed) {
		add_functions(unit, unit->die, 0);
		sort(&unit->functions);
		unit->indexed = true;
	}
	range = lookup(&unit->functions, pc);
	if (!range)
		return search_function(unit, pc, function);
	*function = range->die;
	return true;
}

/* Step from `scope` into the block or inlined call within it that covers the address. */
static bool step_in(Dwarf_Die *scope, Dwarf_Addr pc, Dwarf_Die *into)
{
	if (dwarf_child(scope, into))
		return false;
	do {
		int tag = dwarf_tag(into);

		if ((tag == DW_TAG_lexical_block || tag == DW_TAG_inlined_subroutine) &&
		    dwarf_haspc(into, pc) > 0)
			return true;
	} while (!dwarf_siblingof(into, into));
	return false;
}

/* Mangled names say more than plain ones; other linkage names are aliases that say less. */
static const char *name_of(Dwarf_Die *die)
{
	Dwarf_Attribute attribute;
	const char *name = NULL;

	if (dwarf_attr_integrate(die, DW_AT_linkage_name, &attribute) ||
	    dwarf_attr_integrate(die, DW_AT_MIPS_linkage_name, &attribute))
		name = dwarf_formstring(&attribute);
	return name && !strncmp(name, "_Z", 2) ? name : dwarf_diename(die);
}

static Dwarf_Word number(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	if (!dwarf_attr(die, name, &attribute) || dwarf_formudata(&attribute, &value))
		return 0;
	return value;
}

/* Where the line table says that the address comes from. */
static void line_at(struct unit *unit, Dwarf_Addr pc, struct recoat_dwarf_call *call)
{
	Dwarf_Line *line = dwarf_getsrc_die(unit->die, pc);

	if (!line)
		return;
	call->file = dwarf_linesrc(line, NULL, NULL);
	if (dwarf_lineno(line, &call->line))
		call->line = 0;
}

/* Where the inlined function `die` was called. */
static void line_of_call(struct unit *unit, Dwarf_Die *die, struct recoat_dwarf_call *call)
{
	Dwarf_Files *files;
	size_t count;
	Dwarf_Word file = number(die, DW_AT_call_file);

	call->line = (int)number(die, DW_AT_call_line);
	if (!dwarf_getsrcfiles(unit->die, &files, &count) && file < count)
		call->file = dwarf_filesrc(files, file, NULL, NULL);
}

size_t recoat_dwarf_find(struct recoat_dwarf *dwarf, Dwarf_Addr address,
			 struct recoat_dwarf_call call[RECOAT_CALLS_MAX])
{
	/* From the function inwards; each but the first was inlined into the one before. */
	Dwarf_Die chain[RECOAT_CALLS_MAX], scope;
	const struct range *range = lookup(&dwarf->ranges, address);
	struct unit *unit = range ? range->unit : NULL;
	Dwarf_Addr pc;
	size_t count = 1;

	if (!unit)
		return 0;
	pc = address - unit->bias;
	if (!find_function(unit, pc, &chain[0]))
		return 0;
	for (scope = chain[0]; count < RECOAT_CALLS_MAX && step_in(&scope, pc, &scope);)
		if (dwarf_tag(&scope) == DW_TAG_inlined_subroutine)
			chain[count++] = scope;
	for (size_t i = 0; i < count; i++) {
		call[i] = (struct recoat_dwarf_call){.name = name_of(&chain[count - 1 - i])};
		if (!i)
			line_at(unit, pc, &call[i]);
		else
			line_of_call(unit, &chain[count - i], &call[i]);
	}
	return count;
}
