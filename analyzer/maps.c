/* SPDX-License-Identifier: Apache-2.0 */
/* Which module is mapped where. */
#include "analyzer/maps.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

void recoat_maps_fini(struct recoat_maps *maps)
{
	free(maps->at);
	*maps = (struct recoat_maps){0};
}

/* Number of mappings that end at or before `address`. */
static size_t count_below(const struct recoat_maps *maps, uint64_t address)
{
	size_t low = 0, high = maps->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (maps->at[middle].end <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void drop(struct recoat_maps *maps, size_t first, size_t count)
{
	if (!count)
		return;
	memmove(&maps->at[first], &maps->at[first + count],
		(maps->count - first - count) * sizeof(*maps->at));
	maps->count -= count;
}

void recoat_maps_load(struct recoat_maps *maps, const struct recoat_mapping *mapping)
{
	size_t first = count_below(maps, mapping->start), last = first;

	while (last < maps->count && maps->at[last].start < mapping->end)
		last++;
	drop(maps, first, last - first);
	maps->at = recoat_grow(maps->at, maps->count, &maps->room, sizeof(*maps->at));
	memmove(&maps->at[first + 1], &maps->at[first], (maps->count - first) * sizeof(*maps->at));
	maps->at[first] = *mapping;
	maps->count++;
}

void recoat_maps_unload(struct recoat_maps *maps, uint64_t start)
{
	size_t at = count_below(maps, start);

	if (at < maps->count && maps->at[at].start == start)
		drop(maps, at, 1);
}

const struct recoat_mapping *recoat_maps_borrow(const struct recoat_maps *maps, uint64_t address)
{
	size_t at = count_below(maps, address);

	return at < maps->count && maps->at[at].start <= address ? &maps->at[at] : NULL;
}
