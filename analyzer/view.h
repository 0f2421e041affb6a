/* SPDX-License-Identifier: Apache-2.0 */
/* Call trees as they are shown: functions instead of addresses, inlined calls included. */
#ifndef RECOAT_VIEW_H
#define RECOAT_VIEW_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"
#include "analyzer/sites.h"

struct recoat_model;

/* Columns of a view's nodes, all inclusive of the nodes below but RECOAT_VIEW_CALLS
 * and RECOAT_VIEW_*SELF. */
enum {
	RECOAT_VIEW_BYTES = 0, /* Memory. */
	RECOAT_VIEW_COUNT,
	RECOAT_VIEW_PEAK,
	RECOAT_VIEW_LEAKED,
	RECOAT_VIEW_TEMPORARY,
	RECOAT_VIEW_TIME = 0, /* Time, in nanoseconds. */
	RECOAT_VIEW_SELF,
	RECOAT_VIEW_CALLS,
	RECOAT_VIEW_CPU = 0, /* CPU samples: their time, with nodes below and without. */
	RECOAT_VIEW_CPU_SELF,
	RECOAT_VIEW_SAMPLES,
	RECOAT_VIEW_VALUES = 5,
};
static_assert(RECOAT_VIEW_TEMPORARY == (int)RECOAT_BY_TEMPORARY, "one order for both");

struct recoat_view_node {
	uint32_t parent; /* A smaller number, except that the root, 0, is its own. */
	uint32_t first;  /* The first of its children, RECOAT_NONE if there are none. */
	uint32_t next;   /* The next of its parent's. */
	const char *label;
	struct recoat_call call; /* Where: the first seen of those that were merged. */
	const char *module;
	bool kernel;
	int64_t value[RECOAT_VIEW_VALUES];
};

struct recoat_view {
	struct recoat_view_node *node;
	size_t count, room;
	struct recoat_map index; /* (parent, label) to a node. */
	uint32_t *place;         /* Where each node of the model's tree is shown; NULL for time. */
};

/*
 * Memory by call path. Paths below a ten-thousandth of the whole, by `order`, are counted in
 * their callers but not looked up. Children are sorted by it, largest first.
 */
void recoat_view_memory(struct recoat_view *view, struct recoat_model *model,
			struct recoat_symbols *symbols, enum recoat_site_order order);

/* The same, sorted by bytes, with all paths that are large enough by any order. */
void recoat_view_memory_any(struct recoat_view *view, struct recoat_model *model,
			    struct recoat_symbols *symbols);

/* Time by call path: kernels under the functions that called them, sorted by inclusive time. */
void recoat_view_time(struct recoat_view *view, struct recoat_model *model,
		      struct recoat_symbols *symbols);

/* CPU samples by call path, sorted by their time; what is small is treated as for memory. */
void recoat_view_cpu(struct recoat_view *view, struct recoat_model *model,
		     struct recoat_symbols *symbols);

void recoat_view_destroy(struct recoat_view *view);

#endif
