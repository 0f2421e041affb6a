/* SPDX-License-Identifier: Apache-2.0 */
/* What was mapped by mmap, mremap, brk and sbrk, by call path and kind. */
#ifndef RECOAT_MAPPINGS_H
#define RECOAT_MAPPINGS_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/cct.h"
#include "analyzer/map.h"

/*
 * In the counts of a mapping, allocations are calls, bytes and freed_bytes what they mapped
 * and what was unmapped of it, and at_peak the most that the path had mapped at a time.
 */
struct recoat_mapping_sums {
	uint32_t node; /* Of the calling-context tree. */
	uint32_t kind; /* RECOAT_MAPPING_* */
	struct recoat_heap_counts counts;
};

struct recoat_mappings {
	struct recoat_mapping_sums *at;
	size_t count, room;
	struct recoat_map index; /* (node, kind) to `at`. */
};

/* Add to the sums of a node and kind. */
void recoat_mappings_add(struct recoat_mappings *mappings, uint32_t node, uint32_t kind,
			 const struct recoat_heap_counts *counts);

void recoat_mappings_fini(struct recoat_mappings *mappings);

/* "anonymous", "file" or "break". */
const char *recoat_mapping_kind_name(uint32_t kind);

#endif
