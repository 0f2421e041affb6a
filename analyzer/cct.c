/* SPDX-License-Identifier: Apache-2.0 */
/* The calling-context tree. */
#include "analyzer/cct.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

#define OWN_LIBRARY "librecoat.so"

void recoat_cct_init(struct recoat_cct *cct, struct recoat_strings *strings)
{
	*cct = (struct recoat_cct){.strings = strings};
	recoat_cct_module(cct, "", "");
	cct->node = recoat_grow(NULL, 0, &cct->node_room, sizeof(*cct->node));
	cct->node[cct->nodes++] = (struct recoat_node){.parent = RECOAT_ROOT, .frame = RECOAT_NONE};
}

void recoat_cct_fini(struct recoat_cct *cct)
{
	free(cct->module);
	free(cct->frame);
	free(cct->node);
	recoat_map_fini(&cct->module_index);
	recoat_map_fini(&cct->frame_index);
	recoat_map_fini(&cct->node_index);
}

static bool is_own(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strncmp(slash ? slash + 1 : path, OWN_LIBRARY, strlen(OWN_LIBRARY));
}

uint32_t recoat_cct_module(struct recoat_cct *cct, const char *path, const char *build_id)
{
	const char *name = recoat_strings_intern(cct->strings, path);
	const char *id = recoat_strings_intern(cct->strings, build_id);
	uint32_t found = recoat_map_get(&cct->module_index, (uintptr_t)name, (uintptr_t)id);

	if (found != RECOAT_NONE)
		return found;
	cct->module =
		recoat_grow(cct->module, cct->modules, &cct->module_room, sizeof(*cct->module));
	cct->module[cct->modules] =
		(struct recoat_module){.path = name, .build_id = id, .own = is_own(name)};
	recoat_map_put(&cct->module_index, (uintptr_t)name, (uintptr_t)id, (uint32_t)cct->modules);
	return (uint32_t)cct->modules++;
}

uint32_t recoat_cct_frame(struct recoat_cct *cct, uint32_t module, uint64_t offset)
{
	uint32_t found = recoat_map_get(&cct->frame_index, module, offset);

	if (found != RECOAT_NONE)
		return found;
	cct->frame = recoat_grow(cct->frame, cct->frames, &cct->frame_room, sizeof(*cct->frame));
	cct->frame[cct->frames] = (struct recoat_frame){.module = module, .offset = offset};
	recoat_map_put(&cct->frame_index, module, offset, (uint32_t)cct->frames);
	return (uint32_t)cct->frames++;
}

uint32_t recoat_cct_node(struct recoat_cct *cct, uint32_t parent, uint32_t frame)
{
	uint32_t found = recoat_map_get(&cct->node_index, parent, frame);

	if (found != RECOAT_NONE)
		return found;
	cct->node = recoat_grow(cct->node, cct->nodes, &cct->node_room, sizeof(*cct->node));
	cct->node[cct->nodes] = (struct recoat_node){.parent = parent, .frame = frame};
	recoat_map_put(&cct->node_index, parent, frame, (uint32_t)cct->nodes);
	return (uint32_t)cct->nodes++;
}

bool recoat_cct_is_above(const struct recoat_cct *cct, uint32_t above, uint32_t node)
{
	/* A parent's number is always smaller, so the walk may stop below `above`. */
	while (node > above)
		node = cct->node[node].parent;
	return node == above;
}

void recoat_heap_counts_add(struct recoat_heap_counts *to, const struct recoat_heap_counts *from)
{
	to->allocations += from->allocations;
	to->bytes += from->bytes;
	to->frees += from->frees;
	to->freed_bytes += from->freed_bytes;
	to->temporary += from->temporary;
	to->at_peak = recoat_add(to->at_peak, from->at_peak);
}
