/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of one SIMD level for originals compiled with contraction. */
#include "plugins/parallel/leaf.h"
#include "plugins/parallel/places.h"
#include "plugins/parallel/splat.h"

const struct parallel_fused LEVEL(parallel) = {
	.map_idw = LEVEL(map_idw),
	.map_kde = LEVEL(map_kde),
	.moving_average = LEVEL(moving_average),
	.leaf_add = LEVEL(leaf_add),
	.leaf_raise = LEVEL(leaf_raise),
	.leaf_lower = LEVEL(leaf_lower),
	.leaf_divide = LEVEL(leaf_divide),
	.leaf_smooth = LEVEL(leaf_smooth),
	.leaf_bilateral = LEVEL(leaf_bilateral),
	.leaf_median = LEVEL(leaf_median),
	.places_nearest = LEVEL(places_nearest),
	.splat_nearest = LEVEL(splat_nearest),
	.splat_linear = LEVEL(splat_linear),
};
