/* SPDX-License-Identifier: Apache-2.0 */
/* A hash map from a pair of 64-bit words to a 32-bit number. */
#ifndef RECOAT_MAP_H
#define RECOAT_MAP_H

#include <stddef.h>
#include <stdint.h>

/* What recoat_map_get returns for a key that is not there; never a valid value. */
#define RECOAT_NONE UINT32_MAX

struct recoat_map_entry {
	uint64_t a, b;
	uint32_t value; /* RECOAT_NONE marks a free entry. */
};

/* Start with all zero. Grows with what is put; nothing is ever taken out. */
struct recoat_map {
	struct recoat_map_entry *entry;
	size_t room; /* 0 or a power of two. */
	size_t count;
};

void recoat_map_fini(struct recoat_map *map);

uint32_t recoat_map_get(const struct recoat_map *map, uint64_t a, uint64_t b);

/* Add a key, or replace its value. */
void recoat_map_put(struct recoat_map *map, uint64_t a, uint64_t b, uint32_t value);

#endif
