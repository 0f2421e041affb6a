/* SPDX-License-Identifier: Apache-2.0 */
/* What the Gaussian and the bilateral filter share: weights, and the reference's way. */
#include "plugins/parallel/smoothing.h"
#include "plugins/parallel/common.h"

#include <stdlib.h>

#define SIGMA_MAX 64.0f

bool smoothing_pair_served(const struct amqadf_grid *in, const struct amqadf_grid *out)
{
	return grid_served(in) && grid_served(out) && same_shape(in, out) &&
	       in->values != out->values;
}

bool smoothing_init(struct smoothing *smoothing, const struct amqadf_grid *in, float sigma,
		    double range2)
{
	uint64_t last;

	if (!(sigma > 0.0f && sigma <= SIGMA_MAX))
		return false;
	*smoothing = (struct smoothing){
		.in = in, .range2 = range2, .radius = (uint64_t)ceil(3.0 * (double)sigma)};
	last = 3 * smoothing->radius * smoothing->radius;
	smoothing->weight = malloc((last + 1) * sizeof(*smoothing->weight));
	if (!smoothing->weight)
		return false;
	for (uint64_t d2 = 0; d2 <= last; d2++)
		smoothing->weight[d2] = exp(-(double)d2 / (2.0 * (double)sigma * (double)sigma));
	if (smoothing->weight[last] > 1e-250)
		return true;
	smoothing_fini(smoothing);
	return false;
}

void smoothing_fini(struct smoothing *smoothing)
{
	free(smoothing->weight);
}

double smoothing_largest_argument(const struct smoothing *smoothing)
{
	return -log(smoothing->weight[3 * smoothing->radius * smoothing->radius]);
}

static uint64_t low_end(uint64_t at, uint64_t radius)
{
	return at > radius ? at - radius : 0;
}

static uint64_t high_end(uint64_t at, uint64_t radius, uint64_t size)
{
	uint64_t beyond = size - 1 - at;

	return at + (beyond < radius ? beyond : radius);
}

static uint64_t square_between(uint64_t one, uint64_t other)
{
	uint64_t difference = one > other ? one - other : other - one;

	return difference * difference;
}

struct sums {
	double sum, weights;
};

static void add(const struct smoothing *smoothing, double value, double centre, double weight,
		struct sums *sums)
{
	if (isnan(value))
		return;
	if (isfinite(smoothing->range2))
		weight *= exp(-(value - centre) * (value - centre) / smoothing->range2);
	sums->sum += weight * value;
	sums->weights += weight;
}

float smoothing_voxel(const struct smoothing *smoothing, uint64_t i, uint64_t j, uint64_t k)
{
	const struct amqadf_grid *in = smoothing->in;
	uint64_t r = smoothing->radius, last_i = high_end(i, r, in->nx);
	uint64_t last_j = high_end(j, r, in->ny), last_k = high_end(k, r, in->nz);
	double centre = (double)in->values[(i * in->ny + j) * in->nz + k];
	struct sums sums = {0};

	for (uint64_t a = low_end(i, r); a <= last_i; a++)
		for (uint64_t b = low_end(j, r); b <= last_j; b++) {
			const float *row = in->values + (a * in->ny + b) * in->nz;
			uint64_t ab2 = square_between(a, i) + square_between(b, j);

			for (uint64_t c = low_end(k, r); c <= last_k; c++)
				add(smoothing, (double)row[c], centre,
				    smoothing->weight[ab2 + square_between(c, k)], &sums);
		}
	return (float)(sums.sum / sums.weights);
}
