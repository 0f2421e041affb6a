/* SPDX-License-Identifier: Apache-2.0 */
/* A hash map with open addressing and linear probing, at most half full. */
#include "analyzer/map.h"

#include <stdlib.h>

#include "analyzer/memory.h"

static size_t hash(uint64_t a, uint64_t b)
{
	uint64_t h = a * 0x9E3779B97F4A7C15u ^ b * 0xC2B2AE3D27D4EB4Fu;

	h ^= h >> 29;
	h *= 0xBF58476D1CE4E5B9u;
	return (size_t)(h ^ h >> 32);
}

void recoat_map_fini(struct recoat_map *map)
{
	free(map->entry);
	*map = (struct recoat_map){0};
}

/* The entry of this key, or the free one where it would stand. */
static struct recoat_map_entry *slot(const struct recoat_map *map, uint64_t a, uint64_t b)
{
	size_t at = hash(a, b) & (map->room - 1);

	while (map->entry[at].value != RECOAT_NONE &&
	       (map->entry[at].a != a || map->entry[at].b != b))
		at = (at + 1) & (map->room - 1);
	return &map->entry[at];
}

uint32_t recoat_map_get(const struct recoat_map *map, uint64_t a, uint64_t b)
{
	return map->room ? slot(map, a, b)->value : RECOAT_NONE;
}

static void widen(struct recoat_map *map)
{
	struct recoat_map wider = {.room = map->room ? map->room * 2 : 64, .count = map->count};

	wider.entry = recoat_calloc_table(wider.room, sizeof(*wider.entry));
	for (size_t i = 0; i < wider.room; i++)
		wider.entry[i].value = RECOAT_NONE;
	for (size_t i = 0; i < map->room; i++)
		if (map->entry[i].value != RECOAT_NONE)
			*slot(&wider, map->entry[i].a, map->entry[i].b) = map->entry[i];
	free(map->entry);
	*map = wider;
}

void recoat_map_put(struct recoat_map *map, uint64_t a, uint64_t b, uint32_t value)
{
	struct recoat_map_entry *entry;

	if (map->count * 2 >= map->room)
		widen(map);
	entry = slot(map, a, b);
	if (entry->value == RECOAT_NONE)
		map->count++;
	*entry = (struct recoat_map_entry){.a = a, .b = b, .value = value};
}
