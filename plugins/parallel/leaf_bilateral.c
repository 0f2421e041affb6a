/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of the bilateral filter over the voxels of a leaf: planes are lanes. */
#include "plugins/parallel/exp.h"
#include "plugins/parallel/leaf.h"

#define LANES (LEAF_EDGE * LEAF_EDGE)

/* One neighbour of every voxel of a plane, or the voxels themselves. */
struct plane {
	float value[LANES], on[LANES];
} __attribute__((aligned(64)));

static void take(const struct leaf_halo *halo, int64_t at, struct plane *restrict plane)
{
	int64_t edge = LEAF_EDGE + 2 * halo->radius;

	for (int y = 0; y < LEAF_EDGE; y++, at += edge)
		for (int z = 0; z < LEAF_EDGE; z++) {
			plane->value[LEAF_EDGE * y + z] = halo->values[at + z];
			plane->on[LEAF_EDGE * y + z] = halo->on[at + z];
		}
}

struct sums {
	float sum[LANES], weights[LANES];
} __attribute__((aligned(64)));

static void add(const struct plane *restrict plane, const struct plane *restrict centre,
		float weight, float range2, float odd, struct sums *restrict sums)
{
	for (int lane = 0; lane < LANES; lane++) {
		float value = plane->value[lane], away = value - centre->value[lane];
		float share = weight * exp_float(-0.5f * away * away / range2, odd);
		float sum = __builtin_fmaf(share, value, sums->sum[lane]);

		sums->sum[lane] = plane->on[lane] != 0.0f ? sum : sums->sum[lane];
		sums->weights[lane] += plane->on[lane] != 0.0f ? share : 0.0f;
	}
}

static void add_plane(const struct leaf_halo *halo, int x, const float *weights, float range2,
		      float odd, struct sums *sums)
{
	int64_t r = halo->radius, edge = LEAF_EDGE + 2 * r, taps = 2 * r + 1;
	struct plane centre, plane;

	take(halo, ((x + r) * edge + r) * edge + r, &centre);
	for (int64_t a = 0; a < taps; a++)
		for (int64_t b = 0; b < taps; b++)
			for (int64_t c = 0; c < taps; c++) {
				take(halo, ((x + a) * edge + b) * edge + c, &plane);
				add(&plane, &centre, *weights++, range2, odd, sums);
			}
}

void LEVEL(leaf_bilateral)(const struct leaf_halo *halo, const float *weights, float range2,
			   float odd, const uint64_t *mask, struct leaf_sums *sums)
{
	for (int x = 0; x < LEAF_EDGE; x++) {
		struct sums plane = {{0}, {0}};

		if (mask[x])
			add_plane(halo, x, weights, range2, odd, &plane);
		memcpy(sums->sum + x * LANES, plane.sum, sizeof(plane.sum));
		memcpy(sums->weights + x * LANES, plane.weights, sizeof(plane.weights));
	}
}
