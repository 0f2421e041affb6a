/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of the bilateral filter over the voxels of a leaf: active voxels are lanes. */
#include "plugins/parallel/exp.h"
#include "plugins/parallel/leaf.h"

#define LANES 16

/* So many of a leaf's voxels, the last one again where there are fewer. */
struct block {
	int voxel[LANES];
	int32_t first[LANES]; /* The first neighbour of each in the halo. */
	int count;
	bool rows; /* They are two whole rows. */
};

/* One neighbour of each. */
struct lanes {
	float value[LANES], on[LANES];
} __attribute__((aligned(64)));

/* The neighbours that are so far behind the first ones. False if none is active. */
static bool take(const struct leaf_halo *halo, const struct block *block, int64_t tap,
		 struct lanes *restrict to)
{
	const float *restrict values = halo->values + tap, *restrict on = halo->on + tap;
	float any = 0.0f;

	if (block->rows) {
		for (int n = 0; n < LANES; n += LEAF_EDGE) {
			memcpy(to->value + n, values + block->first[n],
			       LEAF_EDGE * sizeof(*values));
			memcpy(to->on + n, on + block->first[n], LEAF_EDGE * sizeof(*on));
		}
		return true;
	}
	for (int lane = 0; lane < LANES; lane++) {
		to->on[lane] = on[block->first[lane]];
		any = to->on[lane] > any ? to->on[lane] : any;
	}
	if (any == 0.0f)
		return false;
	for (int lane = 0; lane < LANES; lane++)
		to->value[lane] = values[block->first[lane]];
	return true;
}

struct sums {
	float sum[LANES], weights[LANES];
} __attribute__((aligned(64)));

struct range {
	float squared, odd;
};

/* In two loops, lest the compiler put branches around exp_float(). */
static void add(const struct lanes *restrict to, const struct lanes *restrict centre, float weight,
		const struct range *range, struct sums *restrict sums)
{
	float share[LANES];

	for (int lane = 0; lane < LANES; lane++) {
		float away = to->value[lane] - centre->value[lane];

		share[lane] = weight * exp_float(-0.5f * away * away / range->squared, range->odd);
	}
	for (int lane = 0; lane < LANES; lane++) {
		float sum = __builtin_fmaf(share[lane], to->value[lane], sums->sum[lane]);
		float weights = sums->weights[lane] + share[lane];

		sums->sum[lane] = to->on[lane] != 0.0f ? sum : sums->sum[lane];
		sums->weights[lane] = to->on[lane] != 0.0f ? weights : sums->weights[lane];
	}
}

static void add_block(const struct leaf_halo *halo, const struct block *block, const float *weights,
		      const struct range *range, struct leaf_sums *out)
{
	int64_t r = halo->radius, edge = LEAF_EDGE + 2 * r, taps = 2 * r + 1;
	struct sums sums = {{0}, {0}};
	struct lanes centre, to;

	take(halo, block, (r * edge + r) * edge + r, &centre);
	for (int64_t a = 0; a < taps; a++)
		for (int64_t b = 0; b < taps; b++)
			for (int64_t c = 0; c < taps; c++, weights++)
				if (take(halo, block, (a * edge + b) * edge + c, &to))
					add(&to, &centre, *weights, range, &sums);
	for (int lane = 0; lane < block->count; lane++) {
		out->sum[block->voxel[lane]] = sums.sum[lane];
		out->weights[block->voxel[lane]] = sums.weights[lane];
	}
}

/* Take the next of the leaf's voxels from the mask, as many as there are. False if there are none.
 */
static bool next_block(uint64_t *mask, int64_t edge, struct block *block)
{
	int word = 0;

	for (block->count = 0; block->count < LANES; block->count++) {
		int voxel;

		while (word < LEAF_WORDS && !mask[word])
			word++;
		if (word == LEAF_WORDS)
			break;
		voxel = 64 * word + __builtin_ctzll(mask[word]);
		mask[word] &= mask[word] - 1;
		block->voxel[block->count] = voxel;
		block->first[block->count] =
			(int32_t)((voxel / 64 * edge + voxel / LEAF_EDGE % LEAF_EDGE) * edge +
				  voxel % LEAF_EDGE);
	}
	if (block->count == 0)
		return false;
	for (int lane = block->count; lane < LANES; lane++)
		block->first[lane] = block->first[block->count - 1];
	block->rows = block->count == LANES && block->voxel[0] % LEAF_EDGE == 0 &&
		      block->voxel[LANES - 1] == block->voxel[0] + LANES - 1;
	return true;
}

void LEVEL(leaf_bilateral)(const struct leaf_halo *halo, const float *weights, float range2,
			   float odd, const uint64_t *mask, struct leaf_sums *sums)
{
	const struct range range = {range2, odd};
	uint64_t rest[LEAF_WORDS];
	struct block block;

	memcpy(rest, mask, sizeof(rest));
	while (next_block(rest, LEAF_EDGE + 2 * halo->radius, &block))
		add_block(halo, &block, weights, &range, sums);
}
