/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual functions of stripped modules: from a type's name to its typeinfo, and to its vtable. */
#include "kernels/locate.h"

#include <stdio.h>
#include <string.h>

#define WORD sizeof(uint64_t)
#define TYPES_MAX 8

struct search {
	const struct recoat_place *place;
	uint32_t slot;
	uint32_t types;    /* Typeinfos of this name, */
	uint32_t tables;   /* vtables of those, */
	uint64_t function; /* what their slot leads to, */
	uint64_t at;       /* and where the first such slot is. */
	bool several;
	uint64_t short_slots; /* Words that look like slots of a vtable that has too few, */
	bool pure;            /* or one whose slot leads out of the module. */
};

/* Call `step` with the address of every word that equals `value`. */
static void each_word(struct search *search, uint64_t value,
		      void (*step)(struct search *search, uint64_t address))
{
	for (uint32_t i = 0; i < search->place->segments; i++) {
		const struct recoat_segment *segment = &search->place->segment[i];
		const uint64_t *words = (const void *)segment->data;

		if ((uint64_t)segment->data % WORD || segment->start % WORD)
			continue;
		for (uint64_t n = 0; n < segment->bytes / WORD; n++)
			if (words[n] == value)
				step(search, segment->start + n * WORD);
	}
}

/* Slots of a vtable from its first function on: words that are addresses of code, here or not. */
static uint64_t count_slots(const struct search *search, uint64_t first, uint64_t most)
{
	uint64_t count = 0;

	while (count < most) {
		const uint64_t *word = recoat_place_word(search->place, first + count * WORD);
		bool inside = word && recoat_place_word(search->place, *word & ~(WORD - 1));

		/* What follows a vtable is an offset, which is 0 or near it, or an address of data.
		 */
		if (!word || *word < 4096 || *word > INT64_MAX ||
		    (inside && !recoat_place_is_code(search->place, *word)))
			break;
		count++;
	}
	return count;
}

/* `address` holds the typeinfo's; in a primary vtable, 0 stands before it. */
static void try_table(struct search *search, uint64_t address)
{
	const uint64_t *above = recoat_place_word(search->place, address - WORD);
	uint64_t slots = above && *above == 0
				 ? count_slots(search, address + WORD, (uint64_t)search->slot + 1)
				 : 0;
	uint64_t at = address + WORD * (1 + (uint64_t)search->slot);
	uint64_t function;

	if (!slots)
		return;
	search->tables++;
	if (slots <= search->slot) {
		search->short_slots = slots;
		return;
	}
	function = *recoat_place_word(search->place, at);
	if (!recoat_place_is_code(search->place, function)) {
		search->pure = true;
	} else if (!search->at) {
		search->function = function;
		search->at = at;
	} else {
		search->several |= function != search->function;
	}
}

/* `address` holds the name's: a typeinfo's second word, behind the vtable of its own class. */
static void try_type(struct search *search, uint64_t address)
{
	const uint64_t *class = recoat_place_word(search->place, address - WORD);

	/* In a file, that word is filled in when the module is loaded. */
	if (!class || search->types == TYPES_MAX)
		return;
	search->types++;
	each_word(search, address - WORD, try_table);
}

static void search_segment(struct search *search, const struct recoat_segment *segment,
			   const char *name)
{
	size_t bytes = strlen(name) + 1; /* The NUL is part of it. */
	const unsigned char *from = segment->data, *end = from + segment->bytes, *hit;

	for (; (hit = memmem(from, (size_t)(end - from), name, bytes)); from = hit + 1)
		each_word(search, segment->start + (uint64_t)(hit - segment->data), try_type);
}

static const char *judge(const struct search *search, char *room, size_t room_bytes)
{
	if (!search->tables)
		return "the type has no vtable in this module";
	if (search->several)
		return "several vtables of this type differ in the slot";
	if (search->at)
		return NULL;
	if (search->pure)
		return "the slot leads to no function of this module; it may be pure virtual";
	snprintf(room, room_bytes, "its vtable has at most %llu slots, expected one of number %u",
		 (unsigned long long)search->short_slots, search->slot);
	return room;
}

/* Linkers that give code a segment of its own put no data there. */
static bool may_hold_names(const struct recoat_place *place, uint32_t index)
{
	bool apart = false;

	for (uint32_t i = 0; i < place->segments; i++)
		apart |= !(place->segment[i].flags & (PF_W | PF_X));
	return !(place->segment[index].flags & (apart ? PF_W | PF_X : PF_W));
}

bool recoat_place_mentions(const struct recoat_place *place, const char *name, size_t bytes)
{
	for (uint32_t i = 0; i < place->segments; i++)
		if (may_hold_names(place, i) &&
		    memmem(place->segment[i].data, place->segment[i].bytes, name, bytes))
			return true;
	return false;
}

bool recoat_locate_rtti(const struct recoat_place *place, const char *type, uint32_t slot,
			uint64_t *address, uint64_t *vtable_slot, char *room, size_t room_bytes,
			const char **reason)
{
	struct search search = {.place = place, .slot = slot};

	for (uint32_t i = 0; i < place->segments; i++)
		if (may_hold_names(place, i))
			search_segment(&search, &place->segment[i], type);
	*reason = NULL;
	if (!search.types)
		return false;
	*reason = judge(&search, room, room_bytes);
	*address = search.function;
	*vtable_slot = search.at;
	return !*reason;
}
