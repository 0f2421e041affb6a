/* SPDX-License-Identifier: Apache-2.0 */
/* Disjoint ranges of addresses in a sorted array. */
#include "preload/ranges.h"

#include <string.h>

#include "preload/memory.h"

#define FIRST_ROOM 2048

/* Index of the first range that ends above `address`. */
static size_t find(const struct recoat_ranges *ranges, uint64_t address)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ranges->at[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static bool reserve(struct recoat_ranges *ranges, size_t count)
{
	size_t room = ranges->room ? 2 * ranges->room : FIRST_ROOM;
	struct recoat_range *larger;

	if (count <= ranges->room)
		return true;
	larger = recoat_map(room * sizeof *larger);
	if (!larger)
		return false;
	if (ranges->count)
		memcpy(larger, ranges->at, ranges->count * sizeof *larger);
	recoat_unmap(ranges->at, ranges->room * sizeof *larger);
	ranges->at = larger;
	ranges->room = room;
	return true;
}

/* Replace the `old` ranges from index `at` on by `fresh` unwritten ones; there is room. */
static struct recoat_range *splice(struct recoat_ranges *ranges, size_t at, size_t old,
				   size_t fresh)
{
	struct recoat_range *place = ranges->at + at;

	if (old != fresh)
		memmove(place + fresh, place + old, (ranges->count - at - old) * sizeof *place);
	ranges->count += fresh - old;
	return place;
}

/* What is left of the ranges that overlap [start, end), on either side. */
struct rest {
	size_t first, overlapping;
	struct recoat_range before, behind; /* Empty: start == end. */
};

static struct rest cut(const struct recoat_ranges *ranges, uint64_t start, uint64_t end,
		       recoat_range_lost *lost)
{
	struct rest rest = {.first = find(ranges, start)};

	for (size_t i = rest.first; i < ranges->count && ranges->at[i].start < end; i++) {
		const struct recoat_range *range = &ranges->at[i];
		uint64_t from = range->start > start ? range->start : start;
		uint64_t to = range->end < end ? range->end : end;

		if (range->start < start)
			rest.before = (struct recoat_range){range->start, start, range->owner};
		if (range->end > end)
			rest.behind = (struct recoat_range){end, range->end, range->owner};
		lost(range->owner, to - from);
		rest.overlapping++;
	}
	return rest;
}

/* Replace what overlaps the range by what is left of it and by the range, if it has an owner. */
static void replace(struct recoat_ranges *ranges, const struct recoat_range *range,
		    recoat_range_lost *lost)
{
	struct rest rest = cut(ranges, range->start, range->end, lost);
	bool before = rest.before.start != rest.before.end;
	bool behind = rest.behind.start != rest.behind.end;
	struct recoat_range *at =
		splice(ranges, rest.first, rest.overlapping,
		       (size_t)before + (size_t)(range->owner != NULL) + (size_t)behind);

	if (before)
		*at++ = rest.before;
	if (range->owner)
		*at++ = *range;
	if (behind)
		*at = rest.behind;
}

bool recoat_ranges_remove(struct recoat_ranges *ranges, uint64_t start, uint64_t end,
			  recoat_range_lost *lost)
{
	if (start >= end || !ranges->count)
		return true;
	if (!reserve(ranges, ranges->count + 1))
		return false;
	replace(ranges, &(struct recoat_range){start, end, NULL}, lost);
	return true;
}

bool recoat_ranges_add(struct recoat_ranges *ranges, const struct recoat_range *range,
		       recoat_range_lost *lost)
{
	if (range->start >= range->end)
		return true;
	if (!reserve(ranges, ranges->count + 2))
		return false;
	replace(ranges, range, lost);
	return true;
}

void *recoat_ranges_owner(const struct recoat_ranges *ranges, uint64_t address)
{
	size_t at = find(ranges, address);

	return at < ranges->count && ranges->at[at].start <= address ? ranges->at[at].owner : NULL;
}

void recoat_ranges_reset(struct recoat_ranges *ranges)
{
	recoat_unmap(ranges->at, ranges->room * sizeof *ranges->at);
	*ranges = (struct recoat_ranges){0};
}
