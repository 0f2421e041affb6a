/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel regression over the box of the active voxels, in float throughout. */
#include "kernels/grid.h"

#include <errno.h>

typedef float kde_function(float distance, float bandwidth);

static float gaussian(float distance, float bandwidth)
{
	return expf(-0.5f * distance * distance / (bandwidth * bandwidth));
}

static float epanechnikov(float distance, float bandwidth)
{
	float u = distance / bandwidth;

	return fabsf(u) <= 1.0f ? 0.75f * (1.0f - u * u) : 0.0f;
}

static float distance_between(const float *at, const float from[3])
{
	float dx = at[0] - from[0];
	float dy = at[1] - from[1];
	float dz = at[2] - from[2];

	return sqrtf(dx * dx + dy * dy + dz * dz);
}

static void estimate(const struct amqadf_points *points, const float from[3], float bandwidth,
		     kde_function *kernel, float *voxel)
{
	float weights = 0.0f, sum = 0.0f;

	for (uint64_t p = 0; p < points->count; p++) {
		float weight = kernel(distance_between(points->xyz + 3 * p, from), bandwidth);

		sum += points->values[p] * weight;
		weights += weight;
	}
	if (weights != 0.0f)
		*voxel = sum / weights;
}

int amqadf_map_kde(const struct amqadf_points *points, struct amqadf_grid *grid, float bandwidth,
		   enum amqadf_kde_kernel kernel)
{
	kde_function *function = kernel == AMQADF_KDE_EPANECHNIKOV ? epanechnikov : gaussian;
	struct grid_box box;

	if (!points_valid(points) || !grid_valid(grid))
		return -EINVAL;
	if (!grid_active_box(grid, &box))
		return 0;
	for (uint64_t i = box.low[0]; i <= box.high[0]; i++)
		for (uint64_t j = box.low[1]; j <= box.high[1]; j++)
			for (uint64_t k = box.low[2]; k <= box.high[2]; k++) {
				const float at[3] = {(float)grid_world(grid, 0, i),
						     (float)grid_world(grid, 1, j),
						     (float)grid_world(grid, 2, k)};

				estimate(points, at, bandwidth, function,
					 &grid->values[grid_offset(grid, i, j, k)]);
			}
	return 0;
}
