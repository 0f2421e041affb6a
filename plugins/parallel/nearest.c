/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest mapping: places are computed many at a time, and written in the points' order. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"

#define CHUNK 256

/* Voxels along each axis, -1 outside of the grid. The first part of the reference's formula. */
struct places {
	int32_t at[3][CHUNK];
};

static void place(const float *xyz, uint32_t count, const struct amqadf_grid *grid,
		  struct places *places)
{
	const uint64_t size[3] = {grid->nx, grid->ny, grid->nz};

	for (int axis = 0; axis < 3; axis++) {
		double origin = grid->origin[axis], most = (double)size[axis];
		double voxel = grid->voxel_size;
		int32_t *at = places->at[axis];

		for (uint32_t n = 0; n < count; n++) {
			double x = ((double)xyz[3 * n + axis] - origin) / voxel;

			at[n] = x >= 0.0 && x < most ? (int32_t)x : -1;
		}
	}
}

static void write_values(const struct places *places, const float *values, uint32_t count,
			 struct amqadf_grid *grid)
{
	for (uint32_t n = 0; n < count; n++) {
		int32_t i = places->at[0][n], j = places->at[1][n], k = places->at[2][n];

		if ((i | j | k) >= 0)
			grid->values[((uint64_t)i * grid->ny + (uint64_t)j) * grid->nz +
				     (uint64_t)k] = values[n];
	}
}

int LEVEL(map_nearest)(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	struct places places;

	if (!points_there(points) || !grid_served(grid) || !counts_in_32_bits(grid))
		return PARALLEL_DECLINED;
	for (uint64_t p = 0; p < points->count; p += CHUNK) {
		uint64_t rest = points->count - p;
		uint32_t count = rest < CHUNK ? (uint32_t)rest : CHUNK;

		place(points->xyz + 3 * p, count, grid, &places);
		write_values(&places, points->values + p, count, grid);
	}
	return 0;
}
