/* SPDX-License-Identifier: Apache-2.0 */
/* Of the 512 voxels of a leaf: sums, each in its grids' or neighbours' order, and medians. */
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

/* Of the same voxels: the numbers of the active ones in ascending order, each another. */
#define LEAF_INACTIVE INT32_MAX

struct leaf_ranks {
	const int32_t *rank;
	const float *sorted; /* The value of every rank. */
	int32_t ranks;       /* How many there are; at least one. */
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

/*
 * The same, where the mask is set, with every weight times exp(-0.5 (value - centre)^2 / range2).
 * `odd` is exp_float_odd() of exp.h. Values are finite.
 */
void LEVEL(leaf_bilateral)(const struct leaf_halo *halo, const float *weights, float range2,
			   float odd, const uint64_t *mask, struct leaf_sums *sums);

/* The median of the (2 radius + 1)^3 neighbours where the mask is set, of the middle two their
 * mean. */
void LEVEL(leaf_median)(const struct leaf_ranks *halo, float *out, const uint64_t *mask);
#endif

#endif
