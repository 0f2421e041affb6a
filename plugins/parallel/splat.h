/* SPDX-License-Identifier: Apache-2.0 */
/* Points written into the leaves of a sparse grid, in their order. */
#ifndef PARALLEL_SPLAT_H
#define PARALLEL_SPLAT_H

#include <stdbool.h>
#include <stdint.h>
#include "plugins/parallel/level.h"

/* Points that are served at a time. */
#define SPLAT_CHUNK 256

struct splat_points {
	double at[3][SPLAT_CHUNK]; /* In voxels, a row an axis. Any number, NaN too. */
	const float *values;
	uint32_t count;
};

/* A leaf that was met, all zero where there is none. */
struct splat_leaf {
	int32_t key[3]; /* Its first voxel, with bit 0 set. */
	float *values;
	uint64_t *mask;
};

/*
 * Leaves by the lower bits of where they lie along each axis. A leaf takes the slot of another,
 * which is looked for once more when it is met again, so that the world has no bounds and the
 * table has.
 */
struct splat_table {
	struct splat_leaf *slots;
	uint32_t bits[3]; /* Along each axis, together less than 32; 2^(their sum) slots. */
	/* Find or make the leaf with a voxel, and say where its voxels are; false without memory.
	 */
	bool (*touch)(void *tree, const int32_t *voxel, struct splat_leaf *leaf);
	void *tree;
};

#ifdef PARALLEL_LEVEL
/* The voxel at floor(at) takes the value and is active. False where touch() is. */
bool LEVEL(splat_nearest)(const struct splat_table *table, const struct splat_points *points);

/*
 * The eight voxels around a point each add, rounded once, their trilinear share of the value to
 * what they have, and are active. Without memory some shares have been added.
 */
bool LEVEL(splat_linear)(const struct splat_table *table, const struct splat_points *points);
#endif

#endif
