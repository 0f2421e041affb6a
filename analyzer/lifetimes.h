/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and lifetimes of blocks, by call path, in powers of two. */
#ifndef RECOAT_LIFETIMES_H
#define RECOAT_LIFETIMES_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"

#define RECOAT_SIZE_CLASSES 48     /* The last one holds all that is larger, */
#define RECOAT_LIFETIME_CLASSES 32 /* or older. */

/* Class 0 is 0 bytes or less than a tick; class n from 2^(n-1) to below 2^n bytes or ticks. */
struct recoat_lifetimes {
	uint64_t size[RECOAT_SIZE_CLASSES];         /* All blocks by their size, */
	uint64_t lifetime[RECOAT_LIFETIME_CLASSES]; /* those that were freed by their lifetime. */
	uint64_t freed;
};

struct recoat_lifetimes_row {
	uint32_t node; /* Of the calling-context tree. */
	struct recoat_lifetimes lifetimes;
};

/* All call paths that a trace knows; starts with all zero. */
struct recoat_lifetimes_table {
	struct recoat_lifetimes_row *at;
	size_t count, room;
	struct recoat_map index; /* (node, 0) to `at`. */
};

void recoat_lifetimes_fini(struct recoat_lifetimes_table *table);

/* The row of a node, added if it is new; valid until the next one is added. */
struct recoat_lifetimes *recoat_lifetimes_of(struct recoat_lifetimes_table *table, uint32_t node);

/* The row of a node, NULL if it has none. */
const struct recoat_lifetimes *recoat_lifetimes_find(const struct recoat_lifetimes_table *table,
						     uint32_t node);

void recoat_lifetimes_add(struct recoat_lifetimes *to, const struct recoat_lifetimes *from);

/* The class of a size or a lifetime, of so many classes. */
unsigned recoat_lifetimes_class(uint64_t value, unsigned classes);

/* The class that holds the given share of all, from 0 to 1, counted from below. */
unsigned recoat_lifetimes_quantile(const uint64_t *counts, unsigned classes, double share);

#endif
