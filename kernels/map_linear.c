/* SPDX-License-Identifier: Apache-2.0 */
/* Linear mapping: a point is shared out among the eight voxels around it. */
#include "kernels/grid.h"

#include <errno.h>

/* Along one axis: the two voxels around a coordinate, as far as they exist, and their shares. */
struct pair {
	uint64_t index[2];
	float weight[2];
	bool exists[2];
};

static struct pair pair_around(double x, uint64_t size)
{
	struct pair pair;
	double below = floor(x);
	float fraction = (float)(x - below);

	pair.weight[0] = 1.0f - fraction;
	pair.weight[1] = fraction;
	pair.exists[0] = grid_floor(below, size, &pair.index[0]);
	pair.exists[1] = grid_floor(below + 1.0, size, &pair.index[1]);
	return pair;
}

static void add(float *voxel, float amount)
{
	*voxel = isnan(*voxel) ? amount : *voxel + amount;
}

static void splat(struct amqadf_grid *grid, const struct pair axis[3], float value)
{
	for (int corner = 0; corner < 8; corner++) {
		int a = corner >> 2 & 1, b = corner >> 1 & 1, c = corner & 1;

		if (!axis[0].exists[a] || !axis[1].exists[b] || !axis[2].exists[c])
			continue;
		add(&grid->values[grid_offset(grid, axis[0].index[a], axis[1].index[b],
					      axis[2].index[c])],
		    value * (axis[0].weight[a] * axis[1].weight[b] * axis[2].weight[c]));
	}
}

int amqadf_map_linear(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	if (!points_valid(points) || !grid_valid(grid))
		return -EINVAL;
	for (uint64_t p = 0; p < points->count; p++) {
		const float *at = points->xyz + 3 * p;
		struct pair axis[3] = {
			pair_around(grid_index_space(grid, 0, at[0]), grid->nx),
			pair_around(grid_index_space(grid, 1, at[1]), grid->ny),
			pair_around(grid_index_space(grid, 2, at[2]), grid->nz),
		};

		splat(grid, axis, points->values[p]);
	}
	return 0;
}
