/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distance weighting of eight voxels at once, one in each lane. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/idw.h"
#include "plugins/parallel/simd.h"

#include <float.h>

#define LANES 8
#define K_MAX 16 /* Beyond, a voxel at a time selects faster. */

struct lanes {
	double x[LANES], y[LANES], z[LANES];
} __attribute__((aligned(64)));

/* What is found out of every lane. */
struct sums {
	double nearest[LANES]; /* Squared distance. */
	double sum[LANES], absolute[LANES], weights[LANES], count[LANES];
} __attribute__((aligned(64)));

/* Lanes beyond the grid's border repeat the last voxel. */
static struct lanes place(const struct amqadf_grid *grid, const uint64_t low[3])
{
	struct lanes at;

	for (int lane = 0; lane < LANES; lane++) {
		uint64_t i = low[0] + (lane >> 2), j = low[1] + (lane >> 1 & 1);
		uint64_t k = low[2] + (lane & 1);

		at.x[lane] = world(grid, 0, i < grid->nx ? i : grid->nx - 1);
		at.y[lane] = world(grid, 1, j < grid->ny ? j : grid->ny - 1);
		at.z[lane] = world(grid, 2, k < grid->nz ? k : grid->nz - 1);
	}
	return at;
}

/* The places of as many lanes as a register holds. */
struct part {
	simd_double x, y, z;
};

static inline simd_double measure(const struct part *at, const struct idw_list *list, uint32_t n)
{
	simd_double dx = (double)list->x[n] - at->x, dy = (double)list->y[n] - at->y;
	simd_double dz = (double)list->z[n] - at->z;

	return simd_squares(dx, dy, dz);
}

#define EACH(DO)                                                                                   \
	DO(0)                                                                                      \
	DO(1)                                                                                      \
	DO(2) DO(3) DO(4) DO(5) DO(6) DO(7) DO(8) DO(9) DO(10) DO(11) DO(12) DO(13) DO(14) DO(15)
#define BEGIN(s) simd_double best##s = all - all + INFINITY;
#define PUT(s)                                                                                     \
	if (s < most) {                                                                            \
		simd_double nearer = simd_min(best##s, d2);                                        \
                                                                                                   \
		d2 = simd_max(best##s, d2);                                                        \
		best##s = nearer;                                                                  \
	}
#define KEEP(s) best[s] = best##s;

/* The `most` smallest squared distances of every lane, ascending, held in registers. */
static inline __attribute__((always_inline)) void select_nearest(const struct part *at,
								 const struct idw_list *list,
								 const int most,
								 simd_double best[K_MAX])
{
	const simd_double all = {0};

	EACH(BEGIN)
	for (uint32_t n = 0; n < list->count; n++) {
		simd_double d2 = measure(at, list, n);

		EACH(PUT)
	}
	EACH(KEEP)
}

/* More than are asked for do no harm. */
static void select_by(const struct part *at, const struct idw_list *list, uint32_t k,
		      simd_double best[K_MAX])
{
	if (k <= 4)
		select_nearest(at, list, 4, best);
	else if (k <= 8)
		select_nearest(at, list, 8, best);
	else if (k <= 10)
		select_nearest(at, list, 10, best);
	else
		select_nearest(at, list, 16, best);
}

static inline simd_double weight_of(simd_double d2, int whole)
{
	simd_double product = d2 - d2 + 1.0;

	if (whole & 1)
		for (int lane = 0; lane < SIMD_DOUBLES; lane++)
			product[lane] = __builtin_sqrt(d2[lane]);
	for (int pair = 0; pair < whole / 2; pair++)
		product *= d2;
	return 1.0 / product;
}

/* Sum over the points that are as near as the k-th or nearer. */
static inline __attribute__((always_inline)) void weigh(const struct part *at,
							const struct idw_list *list,
							simd_double farthest, const float *values,
							int whole, struct sums *sums, int lane)
{
	simd_double sum = {0}, absolute = {0}, weights = {0}, count = {0};

	for (uint32_t n = 0; n < list->count; n++) {
		simd_double d2 = measure(at, list, n), weight;
		double value = (double)values[list->point[n]];

		if (!simd_any_at_most(d2, farthest))
			continue;
		weight = simd_where(d2 <= farthest, weight_of(d2, whole));
		sum += weight * value;
		absolute += weight * fabs(value);
		weights += weight;
		count += simd_where(d2 <= farthest, d2 - d2 + 1.0);
	}
	*(simd_double *)(sums->sum + lane) = sum;
	*(simd_double *)(sums->absolute + lane) = absolute;
	*(simd_double *)(sums->weights + lane) = weights;
	*(simd_double *)(sums->count + lane) = count;
}

static void sum_lanes(const struct idw_weighing *weighing, const struct lanes *at,
		      const struct idw_list *list, struct sums *sums)
{
	for (int lane = 0; lane < LANES; lane += SIMD_DOUBLES) {
		const struct part part = {*(const simd_double *)(at->x + lane),
					  *(const simd_double *)(at->y + lane),
					  *(const simd_double *)(at->z + lane)};
		simd_double best[K_MAX], farthest;

		select_by(&part, list, weighing->k, best);
		farthest = best[weighing->k - 1];
		*(simd_double *)(sums->nearest + lane) = best[0];
		if (weighing->whole == 2) /* The usual power, with a loop of its own. */
			weigh(&part, list, farthest, weighing->values, 2, sums, lane);
		else
			weigh(&part, list, farthest, weighing->values, weighing->whole, sums, lane);
	}
}

/* More points than k were summed if some are as near as the k-th. */
static bool lane_settled(const struct sums *sums, int lane, const struct idw_weighing *weighing)
{
	double weights = sums->weights[lane];
	double error = 2.0 * weighing->error * (sums->absolute[lane] / weights);

	return sums->nearest[lane] >= DBL_EPSILON && sums->count[lane] == (double)weighing->k &&
	       weights > 1e-200 && settled(sums->sum[lane] / weights, error);
}

void LEVEL(idw_eight)(const struct idw_weighing *weighing, struct amqadf_grid *grid,
		      const uint64_t low[3], const struct idw_list *list,
		      const struct idw_scratch *scratch)
{
	bool by_lanes = weighing->whole && weighing->k <= K_MAX;
	struct lanes at = place(grid, low);
	struct sums sums;

	if (by_lanes)
		sum_lanes(weighing, &at, list, &sums);
	for (int lane = 0; lane < LANES; lane++) {
		uint64_t i = low[0] + (lane >> 2), j = low[1] + (lane >> 1 & 1);
		uint64_t k = low[2] + (lane & 1);
		const double voxel[3] = {at.x[lane], at.y[lane], at.z[lane]};
		float *value = &grid->values[(i * grid->ny + j) * grid->nz + k];

		if (i >= grid->nx || j >= grid->ny || k >= grid->nz)
			continue;
		if (by_lanes && lane_settled(&sums, lane, weighing))
			*value = (float)(sums.sum[lane] / sums.weights[lane]);
		else
			*value = LEVEL(idw_voxel)(weighing, list, voxel, scratch);
	}
}
