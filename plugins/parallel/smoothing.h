/* SPDX-License-Identifier: Apache-2.0 */
/* What the Gaussian and the bilateral filter share: weights, and the reference's way. */
#ifndef PARALLEL_SMOOTHING_H
#define PARALLEL_SMOOTHING_H

#include <stdbool.h>
#include <stdint.h>
#include "amqadf/kernels.h"

struct smoothing {
	const struct amqadf_grid *in;
	double *weight; /* exp(-d2 / (2 sigma^2)) at the index d2, 0 to 3 radius^2. */
	double range2;  /* 2 range^2; infinite for the plain Gaussian. */
	uint64_t radius;
};

/* Whether both grids are right for a filter that is not the reference's to refuse. */
bool smoothing_pair_served(const struct amqadf_grid *in, const struct amqadf_grid *out);

/* False if sigma is out of range, or so small that weights underflow, or there is no memory. */
bool smoothing_init(struct smoothing *smoothing, const struct amqadf_grid *in, float sigma,
		    double range2);
void smoothing_fini(struct smoothing *smoothing);

/* The smallest weight is exp() of less this. */
double smoothing_largest_argument(const struct smoothing *smoothing);

/* One active voxel as the reference computes it, sums in its order. */
float smoothing_voxel(const struct smoothing *smoothing, uint64_t i, uint64_t j, uint64_t k);

#endif
