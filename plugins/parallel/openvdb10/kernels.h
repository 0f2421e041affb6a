/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken from the plugin's C sources. */
#ifndef OPENVDB10_KERNELS_H
#define OPENVDB10_KERNELS_H

extern "C" {
#include "plugins/parallel/leaf.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/places.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/radix.h"
#include "plugins/parallel/splat.h"

/* As in exp.h, common.h and idw.h, which are not for C++. */
bool exp_float_is_libms(void);
float exp_float_odd(void);
}

struct placed_grid {
	struct amqadf_grid grid;
	const double *at[3];
};

struct idw_neighbour {
	double d2;
	uint32_t point;
};

#endif
