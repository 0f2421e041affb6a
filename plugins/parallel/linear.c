/* SPDX-License-Identifier: Apache-2.0 */
/* Linear mapping: shares are computed many points at a time, and added in the points' order. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"

#define CHUNK 256

/* Along each axis: the voxel below a point, and the shares of it and of the one above. */
struct pairs {
	int32_t below[3][CHUNK]; /* Less than -1: neither is in the grid. */
	float weight[3][2][CHUNK];
};

static void pair_up(const float *xyz, uint32_t count, const struct amqadf_grid *grid,
		    struct pairs *pairs)
{
	const uint64_t size[3] = {grid->nx, grid->ny, grid->nz};

	for (int axis = 0; axis < 3; axis++) {
		double origin = grid->origin[axis], most = (double)size[axis];
		double voxel = grid->voxel_size;

		for (uint32_t n = 0; n < count; n++) {
			double x = ((double)xyz[3 * n + axis] - origin) / voxel;
			double inside = x >= -1.0 && x < most ? x : -2.0;
			int32_t whole = (int32_t)inside;
			int32_t below = whole - (inside < (double)whole);
			float fraction = (float)(inside - (double)below);

			pairs->below[axis][n] = below;
			pairs->weight[axis][0][n] = 1.0f - fraction;
			pairs->weight[axis][1][n] = fraction;
		}
	}
}

static inline void add(float *voxel, float amount)
{
	float sum = *voxel + amount;

	*voxel = isnan(*voxel) ? amount : sum;
}

/* One point's eight shares, if all are in the grid; two at a time are neighbours. */
static inline void splat_inside(const struct pairs *pairs, uint32_t n, float value,
				struct amqadf_grid *grid)
{
	const uint64_t row = grid->nz, plane = grid->ny * grid->nz;
	float *corner = grid->values + (uint64_t)pairs->below[0][n] * plane +
			(uint64_t)pairs->below[1][n] * row + (uint64_t)pairs->below[2][n];

	for (int ab = 0; ab < 4; ab++) {
		float *voxel = corner + (ab & 2 ? plane : 0) + (ab & 1 ? row : 0);
		float weight = pairs->weight[0][ab >> 1][n] * pairs->weight[1][ab & 1][n];

		add(voxel, value * (weight * pairs->weight[2][0][n]));
		add(voxel + 1, value * (weight * pairs->weight[2][1][n]));
	}
}

/* The same as far as they are in the grid. */
static void splat_at_border(const struct pairs *pairs, uint32_t n, float value,
			    struct amqadf_grid *grid)
{
	const int64_t i = pairs->below[0][n], j = pairs->below[1][n], k = pairs->below[2][n];
	const int64_t nx = (int64_t)grid->nx, ny = (int64_t)grid->ny, nz = (int64_t)grid->nz;

	for (int corner = 0; corner < 8; corner++) {
		int a = corner >> 2 & 1, b = corner >> 1 & 1, c = corner & 1;

		if (i + a < 0 || i + a >= nx || j + b < 0 || j + b >= ny || k + c < 0 ||
		    k + c >= nz)
			continue;
		add(&grid->values[((i + a) * ny + j + b) * nz + k + c],
		    value * (pairs->weight[0][a][n] * pairs->weight[1][b][n] *
			     pairs->weight[2][c][n]));
	}
}

static inline void splat(const struct pairs *pairs, uint32_t n, float value,
			 struct amqadf_grid *grid)
{
	const int64_t i = pairs->below[0][n], j = pairs->below[1][n], k = pairs->below[2][n];

	if ((i | j | k) >= 0 && i + 1 < (int64_t)grid->nx && j + 1 < (int64_t)grid->ny &&
	    k + 1 < (int64_t)grid->nz)
		splat_inside(pairs, n, value, grid);
	else if (i >= -1 && j >= -1 && k >= -1)
		splat_at_border(pairs, n, value, grid);
}

int LEVEL(map_linear)(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	struct pairs pairs;

	if (!points_there(points) || !grid_served(grid) || !counts_in_32_bits(grid))
		return PARALLEL_DECLINED;
	for (uint64_t p = 0; p < points->count; p += CHUNK) {
		uint64_t rest = points->count - p;
		uint32_t count = rest < CHUNK ? (uint32_t)rest : CHUNK;

		pair_up(points->xyz + 3 * p, count, grid, &pairs);
		for (uint32_t n = 0; n < count; n++)
			splat(&pairs, n, points->values[p + n], grid);
	}
	return 0;
}
