/* SPDX-License-Identifier: Apache-2.0 */
/* The call trees of two sides as one. */
#ifndef RECOAT_DIFFERENCE_H
#define RECOAT_DIFFERENCE_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"
#include "analyzer/strings.h"

struct recoat_view;

/* Trees of a recording that can be compared. */
enum recoat_tree {
	RECOAT_TREE_TIME,   /* Nanoseconds in kernels. */
	RECOAT_TREE_CPU,    /* Nanoseconds by CPU samples. */
	RECOAT_TREE_MEMORY, /* Bytes allocated. */
	RECOAT_TREES,
};

/* Index 0 is before, 1 after. Values are nanoseconds or bytes, the mean of a side's recordings. */
struct recoat_difference_node {
	uint32_t parent; /* A smaller number, except that the root, 0, is its own. */
	const char *label;
	double whole[2]; /* With all nodes below, */
	double self[2];  /* and without. */
};

/* Start with all zero. */
struct recoat_difference {
	struct recoat_strings strings;
	struct recoat_difference_node *node;
	size_t count, room;
	struct recoat_map index;
};

void recoat_difference_fini(struct recoat_difference *difference);

/*
 * Add a view's column to one side, times `weight`, which is 1 / the side's recordings. Calls are
 * the same if the names on their paths are, and kernels whoever serves them. The view may be
 * destroyed afterwards.
 */
void recoat_difference_add(struct recoat_difference *difference, const struct recoat_view *view,
			   unsigned column, unsigned side, double weight);

#endif
