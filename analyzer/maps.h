/* SPDX-License-Identifier: Apache-2.0 */
/* Which module is mapped where in one process, at the moment that events have come to. */
#ifndef RECOAT_MAPS_H
#define RECOAT_MAPS_H

#include <stddef.h>
#include <stdint.h>

/* [start, end) holds `module` (of the merged tree), displaced by `bias`. */
struct recoat_mapping {
	uint64_t start, end, bias;
	uint32_t module;
};

/* Start with all zero. Sorted by start; no two overlap. */
struct recoat_maps {
	struct recoat_mapping *at;
	size_t count, room;
};

void recoat_maps_fini(struct recoat_maps *maps);

/* Add a mapping with start < end; what overlaps it must be gone and is dropped. */
void recoat_maps_load(struct recoat_maps *maps, const struct recoat_mapping *mapping);

/* Drop the mapping that starts at `start`, if there is one. */
void recoat_maps_unload(struct recoat_maps *maps, uint64_t start);

/* The mapping that `address` lies in, or NULL. Valid until the next load or unload. */
const struct recoat_mapping *recoat_maps_borrow(const struct recoat_maps *maps, uint64_t address);

#endif
