/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distance weighting over the k nearest points, found by looking at all of them. */
#include "kernels/grid.h"

#include <errno.h>
#include <float.h>
#include <stdlib.h>

struct neighbour {
	double d2; /* Squared distance. */
	uint64_t point;
};

/* The nearest points so far, in ascending order of distance, then of index. */
struct nearest {
	struct neighbour *list;
	uint64_t count, room;
};

static double squared_distance(const float *at, const double from[3])
{
	double dx = (double)at[0] - from[0];
	double dy = (double)at[1] - from[1];
	double dz = (double)at[2] - from[2];

	return dx * dx + dy * dy + dz * dz;
}

/* Put a point behind those that are as near: callers offer points in ascending order. */
static void insert(struct nearest *nearest, double d2, uint64_t point)
{
	uint64_t place = nearest->count < nearest->room ? nearest->count++ : nearest->room - 1;

	for (; place > 0 && nearest->list[place - 1].d2 > d2; place--)
		nearest->list[place] = nearest->list[place - 1];
	nearest->list[place] = (struct neighbour){.d2 = d2, .point = point};
}

static void find_nearest(struct nearest *nearest, const struct amqadf_points *points,
			 const double from[3])
{
	nearest->count = 0;
	for (uint64_t p = 0; p < points->count; p++) {
		double d2 = squared_distance(points->xyz + 3 * p, from);

		if (nearest->count < nearest->room || d2 < nearest->list[nearest->room - 1].d2)
			insert(nearest, d2, p);
	}
}

static float weighted_mean(const struct nearest *nearest, const float *values, double power)
{
	double weights = 0.0, sum = 0.0;

	if (nearest->list[0].d2 < DBL_EPSILON)
		return values[nearest->list[0].point];
	for (uint64_t n = 0; n < nearest->count; n++) {
		double weight = 1.0 / pow(sqrt(nearest->list[n].d2), power);

		sum += weight * (double)values[nearest->list[n].point];
		weights += weight;
	}
	return (float)(sum / weights);
}

static void map(const struct amqadf_points *points, struct amqadf_grid *grid, double power,
		struct nearest *nearest)
{
	float *voxel = grid->values;

	for (uint64_t i = 0; i < grid->nx; i++)
		for (uint64_t j = 0; j < grid->ny; j++)
			for (uint64_t k = 0; k < grid->nz; k++) {
				const double at[3] = {grid_world(grid, 0, i),
						      grid_world(grid, 1, j),
						      grid_world(grid, 2, k)};

				find_nearest(nearest, points, at);
				*voxel++ = weighted_mean(nearest, points->values, power);
			}
}

int amqadf_map_idw(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		   int32_t k)
{
	struct nearest nearest = {0};

	if (!points_valid(points) || !grid_valid(grid) || !(power > 0.0f) || k <= 0)
		return -EINVAL;
	if (points->count == 0)
		return 0;
	nearest.room = (uint64_t)k < points->count ? (uint64_t)k : points->count;
	nearest.list = malloc(nearest.room * sizeof(*nearest.list));
	if (!nearest.list)
		return -ENOMEM;
	map(points, grid, (double)power, &nearest);
	free(nearest.list);
	return 0;
}
