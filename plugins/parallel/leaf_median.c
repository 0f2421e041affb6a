/* SPDX-License-Identifier: Apache-2.0 */
/* Medians over the neighbours of a leaf's voxels: their rank, found bit by bit. */
#include "plugins/parallel/leaf.h"
#include "plugins/parallel/simd.h"

/* Half a plane of a leaf at a time: its rows stay in registers. */
#define ROWS 4

typedef int32_t row __attribute__((vector_size(32), aligned(4), may_alias));

struct rows {
	row y[ROWS];
};

/* The rows' first neighbours; the others lie up to 2 radius further along each axis. */
struct window {
	const int32_t *first;
	int64_t taps, edge;
};

/* How many of every voxel's neighbours have a rank below its bound. */
static struct rows count_below(const struct window *window, const struct rows *bound)
{
	struct rows count = {{{0}}};

	for (int64_t a = 0; a < window->taps; a++)
		for (int64_t b = 0; b < window->taps; b++)
			for (int64_t c = 0; c < window->taps; c++) {
				const int32_t *at =
					window->first + (a * window->edge + b) * window->edge + c;

				for (int y = 0; y < ROWS; y++)
					count.y[y] -=
						*(const row *)(at + y * window->edge) < bound->y[y];
			}
	return count;
}

/* The highest rank of a neighbour below its bound, 0 if there is none. */
static struct rows highest_below(const struct window *window, const struct rows *bound)
{
	struct rows highest = {{{0}}};

	for (int64_t a = 0; a < window->taps; a++)
		for (int64_t b = 0; b < window->taps; b++)
			for (int64_t c = 0; c < window->taps; c++) {
				const int32_t *at =
					window->first + (a * window->edge + b) * window->edge + c;

				for (int y = 0; y < ROWS; y++) {
					row rank = *(const row *)(at + y * window->edge);

					rank &= rank < bound->y[y];
					highest.y[y] = (row)_mm256_max_epi32((__m256i)rank,
									     (__m256i)highest.y[y]);
				}
			}
	return highest;
}

/* The rank that `index` others of the neighbourhood are below: the highest such bound. */
static struct rows find(const struct window *window, const struct rows *index, int32_t ranks)
{
	struct rows found = {{{0}}};

	for (int32_t bit = INT32_C(1) << (31 - __builtin_clz((uint32_t)ranks)); bit; bit >>= 1) {
		struct rows bound, below;

		for (int y = 0; y < ROWS; y++)
			bound.y[y] = found.y[y] + bit;
		below = count_below(window, &bound);
		for (int y = 0; y < ROWS; y++)
			found.y[y] += bit & (below.y[y] <= index->y[y]);
	}
	return found;
}

static void filter_rows(const struct leaf_ranks *halo, const struct window *window, uint32_t mask,
			float *out)
{
	struct rows count, middle, rank, before, all;

	for (int y = 0; y < ROWS; y++)
		all.y[y] = LEAF_INACTIVE - (row){0};
	count = count_below(window, &all);
	for (int y = 0; y < ROWS; y++)
		middle.y[y] = count.y[y] >> 1;
	rank = find(window, &middle, halo->ranks);
	before = highest_below(window, &rank);
	for (; mask; mask &= mask - 1) {
		int y = __builtin_ctz(mask) / LEAF_EDGE, z = __builtin_ctz(mask) % LEAF_EDGE;
		float above = halo->sorted[rank.y[y][z]];

		out[y * LEAF_EDGE + z] =
			count.y[y][z] % 2 ? above : (halo->sorted[before.y[y][z]] + above) / 2.0f;
	}
}

void LEVEL(leaf_median)(const struct leaf_ranks *halo, float *out, const uint64_t *mask)
{
	struct window window = {.taps = 2 * halo->radius + 1, .edge = LEAF_EDGE + 2 * halo->radius};

	for (int x = 0; x < LEAF_EDGE; x++)
		for (int y = 0; y < LEAF_EDGE; y += ROWS) {
			uint32_t here = (uint32_t)(mask[x] >> (y * LEAF_EDGE));

			window.first = halo->rank + (x * window.edge + y) * window.edge;
			if (here)
				filter_rows(halo, &window, here,
					    out + (x * LEAF_EDGE + y) * LEAF_EDGE);
		}
}
