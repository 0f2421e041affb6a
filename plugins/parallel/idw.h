/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distance weighting of a voxel, once it is known which points can matter. */
#ifndef PARALLEL_IDW_H
#define PARALLEL_IDW_H

#include <stdint.h>
#include "amqadf/kernels.h"
#include "plugins/parallel/level.h"

/* Points that may be among the k nearest: at least k, in any order. */
struct idw_list {
	float *x, *y, *z;
	uint32_t *point; /* Index among all points. */
	uint32_t count;
};

struct idw_neighbour {
	double d2; /* Squared distance. */
	uint32_t point;
};

/* As many of each as a list has room for. */
struct idw_scratch {
	struct idw_neighbour *chosen;
	double *d2, *order;
	struct idw_neighbour *all; /* For all points; of PARALLEL_FUSED. */
};

struct idw_weighing {
	const struct amqadf_points *points;
	const float *values; /* Of all points. */
	idw_select *select;  /* Where equal distances matter; of PARALLEL_FUSED. */
	uint32_t k;          /* At most the number of points. */
	double power;
	int whole;    /* The power, if it is whole and so small that products are used; else 0. */
	double error; /* Bound on the relative error of a sum, ours against the reference's. */
};

static inline struct idw_weighing idw_weighing(const struct amqadf_points *points, float power,
					       int32_t k)
{
	struct idw_weighing weighing = {
		.points = points, .values = points->values, .power = (double)power};

	weighing.k = (uint64_t)k < points->count ? (uint32_t)k : (uint32_t)points->count;
	if (power == (float)(int)power && power <= 8.0f)
		weighing.whole = (int)power;
	/* Both sums: k roundings each; both weights: a few for each factor. */
	weighing.error = 0x1p-53 * (4.0 * weighing.k + 8.0 * (double)power + 64.0);
	return weighing;
}

/* The weight of a squared distance; within a few roundings of 1 / pow(sqrt(d2), power). */
static inline double idw_whole_weight(double d2, int whole)
{
	double product = whole & 1 ? __builtin_sqrt(d2) : 1.0;

	for (int pair = 0; pair < whole / 2; pair++)
		product *= d2;
	return 1.0 / product;
}

#ifdef PARALLEL_LEVEL
/* Write the squared distances of a list's points from a place. */
void LEVEL(idw_measure)(const struct idw_list *list, const double from[3], double *d2);

/* Map one voxel. */
float LEVEL(idw_voxel)(const struct idw_weighing *weighing, const struct idw_list *list,
		       const double at[3], const struct idw_scratch *scratch);

/* Map the voxels, as far as there are, of the cube of 2^3 that begins at `low`. */
void LEVEL(idw_eight)(const struct idw_weighing *weighing, struct amqadf_grid *grid,
		      const uint64_t low[3], const struct idw_list *list,
		      const struct idw_scratch *scratch);
#endif

#endif
