/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the 512 voxels of a leaf, each in its grids' or neighbours' order. */
#include "plugins/parallel/leaf.h"
#include "plugins/parallel/common.h"
#include "plugins/parallel/simd.h"

/* One word a voxel: all bits, or none. */
struct lanes {
	uint32_t on[LEAF_VOXELS];
} __attribute__((aligned(64)));

static bool all_on(const uint64_t *mask)
{
	uint64_t all = UINT64_MAX;

	for (int word = 0; word < LEAF_WORDS; word++)
		all &= mask[word];
	return all == UINT64_MAX;
}

static void spread(const uint64_t *mask, struct lanes *restrict lanes)
{
	for (int word = 0; word < LEAF_WORDS; word++)
		for (int bit = 0; bit < 64; bit++)
			lanes->on[64 * word + bit] = 0U - (uint32_t)(mask[word] >> bit & 1);
}

static void add_all(struct leaf_sums *restrict sums, const float *restrict values, float weight)
{
	for (int n = 0; n < LEAF_VOXELS; n++) {
		sums->sum[n] = __builtin_fmaf(weight, values[n], sums->sum[n]);
		sums->weights[n] += weight;
	}
}

void LEVEL(leaf_add)(struct leaf_sums *restrict sums, const float *restrict values,
		     const uint64_t *mask, float weight)
{
	struct lanes lanes;

	if (all_on(mask)) {
		add_all(sums, values, weight);
		return;
	}
	spread(mask, &lanes);
	for (int n = 0; n < LEAF_VOXELS; n++) {
		float sum = __builtin_fmaf(weight, values[n], sums->sum[n]);

		sums->sum[n] = lanes.on[n] ? sum : sums->sum[n];
		sums->weights[n] += lanes.on[n] ? weight : 0.0f;
	}
}

void LEVEL(leaf_raise)(float *restrict most, const float *restrict values, const uint64_t *mask)
{
	struct lanes lanes;

	spread(mask, &lanes);
	for (int n = 0; n < LEAF_VOXELS; n++) {
		float raised = most[n] < values[n] ? values[n] : most[n];

		most[n] = lanes.on[n] ? raised : most[n];
	}
}

void LEVEL(leaf_lower)(float *restrict least, const float *restrict values, const uint64_t *mask)
{
	struct lanes lanes;

	spread(mask, &lanes);
	for (int n = 0; n < LEAF_VOXELS; n++) {
		float lowered = values[n] < least[n] ? values[n] : least[n];

		least[n] = lanes.on[n] ? lowered : least[n];
	}
}

void LEVEL(leaf_divide)(const struct leaf_sums *restrict sums, float *restrict out,
			const uint64_t *mask)
{
	struct lanes lanes;

	spread(mask, &lanes);
	for (int n = 0; n < LEAF_VOXELS; n++) {
		float mean = sums->sum[n] / sums->weights[n];

		out[n] = lanes.on[n] ? mean : out[n];
	}
}

/* A plane of a leaf: rows of 8 voxels, whose sums stay in registers. */
typedef float row __attribute__((vector_size(32), aligned(4), may_alias));

static void smooth_plane(const struct leaf_halo *halo, int x, const float *weights,
			 struct leaf_sums *sums)
{
	int64_t edge = LEAF_EDGE + 2 * halo->radius, taps = 2 * halo->radius + 1;
	row sum[LEAF_EDGE] = {{0}}, total[LEAF_EDGE] = {{0}};

	for (int64_t a = 0; a < taps; a++)
		for (int64_t b = 0; b < taps; b++)
			for (int64_t c = 0; c < taps; c++) {
				const int64_t at = ((x + a) * edge + b) * edge + c;
				const float *values = halo->values + at, *on = halo->on + at;
				const float weight = *weights++;
				const row all = weight - (row){0};

				for (int y = 0; y < LEAF_EDGE; y++) {
					sum[y] = _mm256_fmadd_ps(
						all, *(const row *)(values + y * edge), sum[y]);
					total[y] = _mm256_fmadd_ps(
						all, *(const row *)(on + y * edge), total[y]);
				}
			}
	for (int y = 0; y < LEAF_EDGE; y++) {
		int first = (x * LEAF_EDGE + y) * LEAF_EDGE;

		*(row *)(sums->sum + first) = sum[y];
		*(row *)(sums->weights + first) = total[y];
	}
}

void LEVEL(leaf_smooth)(const struct leaf_halo *halo, const float *weights, struct leaf_sums *sums)
{
	for (int x = 0; x < LEAF_EDGE; x++)
		smooth_plane(halo, x, weights, sums);
}
