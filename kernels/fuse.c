/* SPDX-License-Identifier: Apache-2.0 */
/* Voxel fusion: one value from those of several grids. */
#include "kernels/grid.h"
#include "kernels/median.h"

#include <errno.h>
#include <stdlib.h>

/* Combine at least one active value; the array may be reordered. */
typedef float combine_function(float *values, uint64_t count);

static float mean(float *values, uint64_t count)
{
	float sum = 0.0f;

	for (uint64_t n = 0; n < count; n++)
		sum += values[n];
	return sum / (float)count;
}

static float maximum(float *values, uint64_t count)
{
	float most = values[0];

	for (uint64_t n = 1; n < count; n++)
		most = values[n] > most ? values[n] : most;
	return most;
}

static float minimum(float *values, uint64_t count)
{
	float least = values[0];

	for (uint64_t n = 1; n < count; n++)
		least = values[n] < least ? values[n] : least;
	return least;
}

static float median(float *values, uint64_t count)
{
	return float_median(values, count);
}

static combine_function *function_of(enum amqadf_fusion strategy)
{
	switch (strategy) {
	case AMQADF_FUSE_WEIGHTED_AVERAGE:
		return mean;
	case AMQADF_FUSE_MAX:
		return maximum;
	case AMQADF_FUSE_MIN:
		return minimum;
	case AMQADF_FUSE_MEDIAN:
		return median;
	}
	return NULL;
}

static uint64_t gather_active(const struct amqadf_grid *const *grids, uint64_t count,
			      uint64_t voxel, float *values)
{
	uint64_t active = 0;

	for (uint64_t g = 0; g < count; g++)
		if (!isnan(grids[g]->values[voxel]))
			values[active++] = grids[g]->values[voxel];
	return active;
}

int amqadf_fuse(const struct amqadf_grid *const *grids, uint64_t count, enum amqadf_fusion strategy,
		struct amqadf_grid *result)
{
	combine_function *combine = function_of(strategy);
	uint64_t voxels;
	float *values;

	if (!grid_valid(result) || !grids_valid(grids, count, result))
		return -EINVAL;
	if (!combine || count == 0) {
		grid_clear(result);
		return 0;
	}
	values = calloc(count, sizeof(*values));
	if (!values)
		return -ENOMEM;
	voxels = grid_voxels(result);
	for (uint64_t v = 0; v < voxels; v++) {
		uint64_t active = gather_active(grids, count, v, values);

		result->values[v] = active ? combine(values, active) : NAN;
	}
	grid_take_transform(result, grids[0]);
	free(values);
	return 0;
}

static float sum_of(const float *weights, uint64_t count)
{
	float sum = 0.0f;

	for (uint64_t n = 0; n < count; n++)
		sum += weights[n];
	return sum;
}

static float weighted_at(const struct amqadf_grid *const *grids, uint64_t count, uint64_t voxel,
			 const float *weights, float total)
{
	float sum = 0.0f, active = 0.0f;

	for (uint64_t g = 0; g < count; g++) {
		float value = grids[g]->values[voxel];
		float weight = weights[g] / total;

		if (isnan(value))
			continue;
		sum += weight * value;
		active += weight;
	}
	return active > 0.0f ? sum / active : NAN;
}

int amqadf_fuse_weighted(const struct amqadf_grid *const *grids, uint64_t count,
			 const float *weights, uint64_t weight_count, struct amqadf_grid *result)
{
	uint64_t voxels;
	float total;

	if (!grid_valid(result) || !grids_valid(grids, count, result) || weight_count != count)
		return -EINVAL;
	if (count == 0) {
		grid_clear(result);
		return 0;
	}
	total = weights ? sum_of(weights, count) : 0.0f;
	if (!(total > 0.0f))
		return -EINVAL;
	voxels = grid_voxels(result);
	for (uint64_t v = 0; v < voxels; v++)
		result->values[v] = weighted_at(grids, count, v, weights, total);
	grid_take_transform(result, grids[0]);
	return 0;
}
