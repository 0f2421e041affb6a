/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest mapping: a point sets the voxel that it falls in. */
#include "kernels/grid.h"

#include <errno.h>

int amqadf_map_nearest(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	uint64_t i, j, k;

	if (!points_valid(points) || !grid_valid(grid))
		return -EINVAL;
	for (uint64_t p = 0; p < points->count; p++) {
		const float *at = points->xyz + 3 * p;

		if (grid_floor(grid_index_space(grid, 0, at[0]), grid->nx, &i) &&
		    grid_floor(grid_index_space(grid, 1, at[1]), grid->ny, &j) &&
		    grid_floor(grid_index_space(grid, 2, at[2]), grid->nz, &k))
			grid->values[grid_offset(grid, i, j, k)] = points->values[p];
	}
	return 0;
}
