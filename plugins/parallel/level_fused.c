/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of one SIMD level for originals compiled with contraction. */
#include "plugins/parallel/level.h"

const struct parallel_fused LEVEL(parallel) = {
	.map_idw = LEVEL(map_idw),
	.map_kde = LEVEL(map_kde),
};
