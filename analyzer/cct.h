/* SPDX-License-Identifier: Apache-2.0 */
/* The calling-context tree, merged over all processes of a run. */
#ifndef RECOAT_CCT_H
#define RECOAT_CCT_H

/*
 * Addresses differ from process to process, so a frame is a module and an offset in its
 * file. Two call paths are one node when all their frames are equal.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"
#include "analyzer/strings.h"

/* The root of the tree; it has no frame and is its own parent. */
#define RECOAT_ROOT 0u

/* A file of code, by path and build id. Module 0 has no file: code made at run time. */
struct recoat_module {
	const char *path;
	const char *build_id; /* Hexadecimal, or empty. */
	bool own;             /* librecoat.so, whose frames are not shown. */
};

/* A place in code. `offset` is an address as the ELF file has it; module 0: as it ran. */
struct recoat_frame {
	uint32_t module;
	uint64_t offset;
};

/* What happened on a call path, not counting the paths below it. */
struct recoat_heap_counts {
	uint64_t allocations;
	uint64_t bytes;
	uint64_t frees;
	uint64_t freed_bytes;
	uint64_t temporary;
	int64_t at_peak; /* Bytes live when the process's heap was at its peak. */
};

/* CPU samples and what they stand for, in nanoseconds. */
struct recoat_cpu_counts {
	uint64_t samples;
	uint64_t time;
};

struct recoat_node {
	uint32_t parent; /* Always a smaller number than the node's own. */
	uint32_t frame;
	struct recoat_heap_counts heap;
	struct recoat_cpu_counts cpu;
};

struct recoat_cct {
	struct recoat_module *module;
	struct recoat_frame *frame;
	struct recoat_node *node;
	size_t modules, frames, nodes;
	size_t module_room, frame_room, node_room;
	struct recoat_map module_index, frame_index, node_index;
	struct recoat_strings *strings; /* Borrowed. */
};

/* `strings` outlives the tree. */
void recoat_cct_init(struct recoat_cct *cct, struct recoat_strings *strings);
void recoat_cct_fini(struct recoat_cct *cct);

/* Find or add; each returns an index into the array above. */
uint32_t recoat_cct_module(struct recoat_cct *cct, const char *path, const char *build_id);
uint32_t recoat_cct_frame(struct recoat_cct *cct, uint32_t module, uint64_t offset);
uint32_t recoat_cct_node(struct recoat_cct *cct, uint32_t parent, uint32_t frame);

/* Is `above` on the path from `node` to the root, `node` itself included? */
bool recoat_cct_is_above(const struct recoat_cct *cct, uint32_t above, uint32_t node);

void recoat_heap_counts_add(struct recoat_heap_counts *to, const struct recoat_heap_counts *from);

static inline void recoat_cpu_counts_add(struct recoat_cpu_counts *to,
					 const struct recoat_cpu_counts *from)
{
	to->samples += from->samples;
	to->time += from->time;
}

/* A sum that wraps: counters of a damaged recording may hold anything. */
static inline int64_t recoat_add(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

/* Bytes that were never freed, or not yet; negative only where frees were counted twice. */
static inline int64_t recoat_heap_counts_live(const struct recoat_heap_counts *counts)
{
	return (int64_t)(counts->bytes - counts->freed_bytes);
}

#endif
