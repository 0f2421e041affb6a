/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings by call path and kind. */
#include "analyzer/mappings.h"

#include <stdlib.h>

#include "analyzer/memory.h"
#include "recoat/recording.h"

void recoat_mappings_add(struct recoat_mappings *mappings, uint32_t node, uint32_t kind,
			 const struct recoat_heap_counts *counts)
{
	uint32_t found = recoat_map_get(&mappings->index, node, kind);

	if (found == RECOAT_NONE) {
		mappings->at = recoat_grow(mappings->at, mappings->count, &mappings->room,
					   sizeof(*mappings->at));
		found = (uint32_t)mappings->count++;
		mappings->at[found] = (struct recoat_mapping_sums){.node = node, .kind = kind};
		recoat_map_put(&mappings->index, node, kind, found);
	}
	recoat_heap_counts_add(&mappings->at[found].counts, counts);
}

void recoat_mappings_fini(struct recoat_mappings *mappings)
{
	free(mappings->at);
	recoat_map_fini(&mappings->index);
}

const char *recoat_mapping_kind_name(uint32_t kind)
{
	return kind == RECOAT_MAPPING_FILE    ? "file"
	       : kind == RECOAT_MAPPING_BREAK ? "break"
					      : "anonymous";
}
