/* SPDX-License-Identifier: Apache-2.0 */
/* Small grids and points for the tests of the kernels. */
#ifndef KERNELS_TESTING_H
#define KERNELS_TESTING_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "amqadf/kernels.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A grid over the caller's values, at the origin, with voxels of 1. */
#define GRID(x, y, z, array)                                                                       \
	{                                                                                          \
		.nx = (x), .ny = (y), .nz = (z), .voxel_size = 1.0, .values = (array)              \
	}

#define POINTS(n, coordinates, signals)                                                            \
	{                                                                                          \
		.count = (n), .xyz = (coordinates), .values = (signals)                            \
	}

/* Equal bit for bit, but for NaN, which equals any NaN. */
static inline void expect_values(const float *found, const float *expected, size_t count)
{
	for (size_t n = 0; n < count; n++)
		if (!(found[n] == expected[n] || (isnan(found[n]) && isnan(expected[n]))))
			fail_msg("value %zu: found %.9g, expected %.9g", n, (double)found[n],
				 (double)expected[n]);
}

static inline void expect_near(double found, double expected, double tolerance)
{
	if (!(fabs(found - expected) <= tolerance))
		fail_msg("found %.17g, expected %.17g within %g", found, expected, tolerance);
}

#endif
