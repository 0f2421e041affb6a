/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up laser powder-bed build, so that the demo needs no data. */
#ifndef AMQADF_BUILD_H
#define AMQADF_BUILD_H

#include "amqadf/kernels.h"

/*
 * A part of 10 x 10 x 5 mm. Every layer is scanned in stripes, 5 mm wide and of hatch lines
 * 0.1 mm apart, turned by 67 degrees from layer to layer. Samples are evenly spaced along
 * the laser's path, in the order of time, SECONDS_PER_POINT apart.
 */
#define BUILD_WIDTH 10.0
#define BUILD_HEIGHT 5.0
#define BUILD_SECONDS_PER_POINT 1e-4

struct build {
	uint64_t points; /* At least 1. */
	uint64_t layers; /* 1 to `points`. */
	uint64_t seed;
};

/*
 * The signal is a melt pool's: a base of 1, more where a line turns back and heat gathers,
 * less with every layer, process noise that is correlated along the path, and rare spatter.
 * The same build gives the same points. -EINVAL, -ENOMEM, or 0: then amqadf_points_free().
 */
int build_generate(const struct build *build, struct amqadf_points *points);

#endif
