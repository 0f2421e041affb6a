/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the 512 voxels of a leaf, each in its grids' or neighbours' order. */
#ifndef PARALLEL_LEAF_H
#define PARALLEL_LEAF_H

#include <stdint.h>
#include "plugins/parallel/level.h"

#define LEAF_EDGE 8
#define LEAF_VOXELS 512
#define LEAF_WORDS 8 /* Of a mask, a bit a voxel. */

struct leaf_sums {
	float sum[LEAF_VOXELS], weights[LEAF_VOXELS];
} __attribute__((aligned(64)));

/* A leaf and its surroundings: (8 + 2 radius)^3 voxels. */
struct leaf_halo {
	const float *values; /* 0 where inactive. */
	const float *on;     /* 1 where active, else 0. */
	int radius;
};

#ifdef PARALLEL_LEVEL
/* Add weight * value, rounded once, and the weight, where the mask is set. */
void LEVEL(leaf_add)(struct leaf_sums *sums, const float *values, const uint64_t *mask,
		     float weight);

/* std::max() and std::min() with the values, where the mask is set. */
void LEVEL(leaf_raise)(float *most, const float *values, const uint64_t *mask);
void LEVEL(leaf_lower)(float *least, const float *values, const uint64_t *mask);

/* sum / weights where the mask is set. */
void LEVEL(leaf_divide)(const struct leaf_sums *sums, float *out, const uint64_t *mask);

/* Sums over the (2 radius + 1)^3 neighbours, x slowest; `weights` one a neighbour. */
void LEVEL(leaf_smooth)(const struct leaf_halo *halo, const float *weights, struct leaf_sums *sums);
#endif

#endif
