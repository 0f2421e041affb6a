/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of one SIMD level. */
#include "plugins/parallel/level.h"

const struct parallel_kernels LEVEL(parallel) = {
	.map_nearest = LEVEL(map_nearest),
	.map_linear = LEVEL(map_linear),
	.map_idw = LEVEL(map_idw),
	.map_kde = LEVEL(map_kde),
	.map_rbf = LEVEL(map_rbf),
	.fuse = LEVEL(fuse),
	.fuse_weighted = LEVEL(fuse_weighted),
	.quality = LEVEL(quality),
	.statistics = LEVEL(statistics),
	.filter_gaussian = LEVEL(filter_gaussian),
	.filter_median = LEVEL(filter_median),
	.filter_bilateral = LEVEL(filter_bilateral),
	.sync_temporal = LEVEL(sync_temporal),
};
