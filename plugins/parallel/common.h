/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels share: which arguments they serve, and when a rounding is certain. */
#ifndef PARALLEL_COMMON_H
#define PARALLEL_COMMON_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "amqadf/kernels.h"

/* Half a unit in the last place of a double just above 1. */
#define ROUNDING 0x1p-53

#ifdef __FMA__
#define FMA(a, b, c) __builtin_fma(a, b, c)
#else
#define FMA(a, b, c) ((a) * (b) + (c))
#endif

/* Coordinates beyond are left to the reference, lest a squared distance overflow. */
#define FAR 1e100

static inline uint64_t voxels_of(const struct amqadf_grid *grid)
{
	return grid->nx * grid->ny * grid->nz;
}

/* Whether a grid keeps the contract of amqadf/kernels.h; if not, the reference says so. */
static inline bool grid_served(const struct amqadf_grid *grid)
{
	uint64_t most = PTRDIFF_MAX / sizeof(float);

	return grid && grid->values && grid->nx && grid->ny && grid->nz && grid->nx <= most &&
	       grid->ny <= most / grid->nx && grid->nz <= most / grid->nx / grid->ny &&
	       fabs(grid->origin[0]) < FAR && fabs(grid->origin[1]) < FAR &&
	       fabs(grid->origin[2]) < FAR && grid->voxel_size > 0.0 && grid->voxel_size < FAR;
}

static inline bool same_shape(const struct amqadf_grid *one, const struct amqadf_grid *other)
{
	return one->nx == other->nx && one->ny == other->ny && one->nz == other->nz;
}

static inline bool grids_served(const struct amqadf_grid *const *grids, uint64_t count,
				const struct amqadf_grid *like)
{
	if (count && !grids)
		return false;
	for (uint64_t g = 0; g < count; g++)
		if (!grid_served(grids[g]) || !same_shape(grids[g], like))
			return false;
	return true;
}

static inline bool all_finite(const float *values, uint64_t count)
{
	uint32_t finite = 1;

	for (uint64_t n = 0; n < count; n++)
		finite &= fabsf(values[n]) <= 0x1.fffffep127f;
	return finite;
}

static inline bool counts_in_32_bits(const struct amqadf_grid *grid)
{
	return grid->nx <= INT32_MAX && grid->ny <= INT32_MAX && grid->nz <= INT32_MAX;
}

static inline bool points_there(const struct amqadf_points *points)
{
	return points && points->count && points->count < UINT32_MAX && points->xyz &&
	       points->values;
}

/* At least one point, as many as 32 bits count, all of them finite. */
static inline bool points_served(const struct amqadf_points *points)
{
	return points_there(points) && all_finite(points->xyz, 3 * points->count) &&
	       all_finite(points->values, points->count);
}

static inline void take_transform(struct amqadf_grid *grid, const struct amqadf_grid *like)
{
	memmove(grid->origin, like->origin, sizeof(grid->origin));
	grid->voxel_size = like->voxel_size;
}

/*
 * With PARALLEL_FUSED, sources are compiled for originals that the compiler was allowed to
 * contract: a * b + c rounds once, of several products in a sum those that GCC fuses. Their grids
 * come with the coordinates of voxels along the axes.
 */
#ifdef PARALLEL_FUSED
struct placed_grid {
	struct amqadf_grid grid;
	const double *at[3];
};

/* The coordinate of voxel `index`, as the original computes it. */
static inline double world(const struct amqadf_grid *grid, int axis, uint64_t index)
{
	return ((const struct placed_grid *)grid)->at[axis][index];
}

#define SQUARES(x, y, z) __builtin_fma(z, z, __builtin_fma(x, x, (y) * (y)))
#define SQUARES_FLOAT(x, y, z) __builtin_fmaf(z, z, __builtin_fmaf(x, x, (y) * (y)))
#define ONE_LESS_SQUARE(u) __builtin_fmaf(-(u), u, 1.0f)
#define FUSED 1
#else
/* The coordinate of voxel `index`, as the reference computes it. */
static inline double world(const struct amqadf_grid *grid, int axis, uint64_t index)
{
	return grid->origin[axis] + grid->voxel_size * (double)index;
}

#define SQUARES(x, y, z) ((x) * (x) + (y) * (y) + (z) * (z))
#define SQUARES_FLOAT(x, y, z) SQUARES(x, y, z)
#define ONE_LESS_SQUARE(u) (1.0f - (u) * (u))
#define FUSED 0
#endif

/*
 * Whether all numbers within `error` of `value` round to the same float, sign included. Sums
 * may then be taken in any order and with weights that are a few units off: the reference's
 * double, which is within `error` too, becomes that float. Where it is false the voxel is
 * computed once more as the reference does it (Ziv 1991 for elementary functions).
 */
static inline uint32_t settled(double value, double error)
{
	float low = (float)(value - error), high = (float)(value + error);
	uint32_t low_bits, high_bits;

	memcpy(&low_bits, &low, sizeof(low));
	memcpy(&high_bits, &high, sizeof(high));
	return (low_bits == high_bits) & (fabs(value) + error <= 0x1.fffffep127);
}

#endif
