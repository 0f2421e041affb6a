/* SPDX-License-Identifier: Apache-2.0 */
/* Noise filters over the cube around every active voxel. */
#include "kernels/grid.h"
#include "kernels/median.h"

#include <errno.h>
#include <stdlib.h>

#define SIGMA_MAX 64.0f
#define SIZE_MAX_MEDIAN 129

/* The voxels around one, cut at the grid's border. */
struct cube {
	struct grid_box box;
	uint64_t centre[3];
};

/* The filtered value of the active voxel in the middle of `cube`. */
typedef float filter_function(const struct amqadf_grid *in, const struct cube *cube,
			      void *parameters);

static struct cube cube_around(const struct amqadf_grid *grid, const uint64_t centre[3],
			       uint64_t radius)
{
	const uint64_t size[3] = {grid->nx, grid->ny, grid->nz};
	struct cube cube;

	for (int axis = 0; axis < 3; axis++) {
		uint64_t at = centre[axis], beyond = size[axis] - 1 - at;

		cube.centre[axis] = at;
		cube.box.low[axis] = at > radius ? at - radius : 0;
		cube.box.high[axis] = at + (beyond < radius ? beyond : radius);
	}
	return cube;
}

static void filter(const struct amqadf_grid *in, struct amqadf_grid *out, uint64_t radius,
		   filter_function *function, void *parameters)
{
	for (uint64_t i = 0; i < in->nx; i++)
		for (uint64_t j = 0; j < in->ny; j++)
			for (uint64_t k = 0; k < in->nz; k++) {
				uint64_t voxel = grid_offset(in, i, j, k);
				struct cube cube = cube_around(in, (uint64_t[3]){i, j, k}, radius);

				out->values[voxel] = isnan(in->values[voxel])
							     ? NAN
							     : function(in, &cube, parameters);
			}
	grid_take_transform(out, in);
}

static bool pair_valid(const struct amqadf_grid *in, const struct amqadf_grid *out)
{
	return grid_valid(in) && grid_valid(out) && grid_same_shape(in, out) &&
	       in->values != out->values;
}

struct smoothing {
	double *weight; /* exp(-d2 / (2 sigma^2)) at the index d2, 0 to 3 radius^2. */
	double range2;  /* 2 range^2; infinite for the plain Gaussian. */
	uint64_t radius;
};

static int smoothing_init(struct smoothing *smoothing, float sigma, double range2)
{
	uint64_t last;

	if (!(sigma > 0.0f && sigma <= SIGMA_MAX))
		return -EINVAL;
	smoothing->range2 = range2;
	smoothing->radius = (uint64_t)ceil(3.0 * (double)sigma);
	last = 3 * smoothing->radius * smoothing->radius;
	smoothing->weight = malloc((last + 1) * sizeof(*smoothing->weight));
	if (!smoothing->weight)
		return -ENOMEM;
	for (uint64_t d2 = 0; d2 <= last; d2++)
		smoothing->weight[d2] = exp(-(double)d2 / (2.0 * (double)sigma * (double)sigma));
	return 0;
}

static uint64_t square_between(uint64_t one, uint64_t other)
{
	uint64_t difference = one > other ? one - other : other - one;

	return difference * difference;
}

static float smooth(const struct amqadf_grid *in, const struct cube *cube, void *parameters)
{
	const struct smoothing *smoothing = parameters;
	const uint64_t *low = cube->box.low, *high = cube->box.high, *at = cube->centre;
	double centre = (double)in->values[grid_offset(in, at[0], at[1], at[2])];
	double sum = 0.0, weights = 0.0;

	for (uint64_t i = low[0]; i <= high[0]; i++)
		for (uint64_t j = low[1]; j <= high[1]; j++)
			for (uint64_t k = low[2]; k <= high[2]; k++) {
				uint64_t d2 = square_between(i, at[0]) + square_between(j, at[1]) +
					      square_between(k, at[2]);
				double value = (double)in->values[grid_offset(in, i, j, k)];
				double weight = smoothing->weight[d2];

				if (isnan(value))
					continue;
				if (isfinite(smoothing->range2))
					weight *= exp(-(value - centre) * (value - centre) /
						      smoothing->range2);
				sum += weight * value;
				weights += weight;
			}
	return (float)(sum / weights);
}

static int filter_smooth(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
			 double range2)
{
	struct smoothing smoothing;
	int status;

	if (!pair_valid(in, out))
		return -EINVAL;
	status = smoothing_init(&smoothing, sigma, range2);
	if (status)
		return status;
	filter(in, out, smoothing.radius, smooth, &smoothing);
	free(smoothing.weight);
	return 0;
}

int amqadf_filter_gaussian(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma)
{
	return filter_smooth(in, out, sigma, INFINITY);
}

int amqadf_filter_bilateral(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
			    float range)
{
	if (!(range > 0.0f))
		return -EINVAL;
	return filter_smooth(in, out, sigma, 2.0 * (double)range * (double)range);
}

static float median(const struct amqadf_grid *in, const struct cube *cube, void *parameters)
{
	const uint64_t *low = cube->box.low, *high = cube->box.high;
	float *values = parameters;
	size_t count = 0;

	for (uint64_t i = low[0]; i <= high[0]; i++)
		for (uint64_t j = low[1]; j <= high[1]; j++)
			for (uint64_t k = low[2]; k <= high[2]; k++) {
				float value = in->values[grid_offset(in, i, j, k)];

				if (!isnan(value))
					values[count++] = value;
			}
	return float_median(values, count);
}

int amqadf_filter_median(const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size)
{
	size_t side = (size_t)size;
	float *values;

	if (!pair_valid(in, out) || size < 1 || size > SIZE_MAX_MEDIAN || size % 2 == 0)
		return -EINVAL;
	values = malloc(side * side * side * sizeof(*values));
	if (!values)
		return -ENOMEM;
	filter(in, out, side / 2, median, values);
	free(values);
	return 0;
}
