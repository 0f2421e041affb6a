/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distance weighting of eight voxels at once, one in each lane. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/idw.h"

#include <float.h>

#define LANES 8
#define K_MAX 32 /* Beyond, a voxel at a time selects faster. */

struct lanes {
	double x[LANES], y[LANES], z[LANES];
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

static inline void measure(const struct lanes *at, const struct idw_list *list, uint32_t n,
			   double d2[LANES])
{
	double x = (double)list->x[n], y = (double)list->y[n], z = (double)list->z[n];

	for (int lane = 0; lane < LANES; lane++) {
		double dx = x - at->x[lane], dy = y - at->y[lane], dz = z - at->z[lane];

		d2[lane] = dx * dx + dy * dy + dz * dz;
	}
}

static inline bool any_below(const double one[LANES], const double other[LANES])
{
	int64_t any = 0;

	for (int lane = 0; lane < LANES; lane++)
		any |= one[lane] < other[lane];
	return any;
}

/* The k smallest squared distances of every lane, in ascending order. */
static void select_nearest(const struct lanes *at, const struct idw_list *list, uint32_t k,
			   double best[K_MAX][LANES])
{
	for (uint32_t s = 0; s < k; s++)
		for (int lane = 0; lane < LANES; lane++)
			best[s][lane] = INFINITY;
	for (uint32_t n = 0; n < list->count; n++) {
		double d2[LANES] __attribute__((aligned(64)));

		measure(at, list, n, d2);
		if (!any_below(d2, best[k - 1]))
			continue;
		for (uint32_t s = 0; s < k; s++)
			for (int lane = 0; lane < LANES; lane++) {
				double old = best[s][lane], new = d2[lane];

				best[s][lane] = new < old ? new : old;
				d2[lane] = new < old ? old : new;
			}
	}
}

struct sums {
	double sum[LANES], absolute[LANES], weights[LANES], count[LANES];
} __attribute__((aligned(64)));

/* Sum over the points that are as near as the k-th or nearer. */
static inline __attribute__((always_inline)) void
weigh(const struct lanes *at, const struct idw_list *list, const double farthest[LANES],
      const float *values, int whole, struct sums *sums)
{
	for (uint32_t n = 0; n < list->count; n++) {
		double d2[LANES] __attribute__((aligned(64)));
		double value = (double)values[list->point[n]], size = fabs(value);
		int64_t any = 0;

		measure(at, list, n, d2);
		for (int lane = 0; lane < LANES; lane++)
			any |= d2[lane] <= farthest[lane];
		if (!any)
			continue;
		for (int lane = 0; lane < LANES; lane++) {
			bool in = d2[lane] <= farthest[lane];
			double weight = idw_whole_weight(d2[lane], whole);

			weight = in ? weight : 0.0;
			sums->sum[lane] += weight * value;
			sums->absolute[lane] += weight * size;
			sums->weights[lane] += weight;
			sums->count[lane] += in ? 1.0 : 0.0;
		}
	}
}

/* The usual powers with loops of their own. */
static void weigh_by(const struct lanes *at, const struct idw_list *list,
		     const double farthest[LANES], const struct idw_weighing *weighing,
		     struct sums *sums)
{
	switch (weighing->whole) {
	case 1:
		weigh(at, list, farthest, weighing->values, 1, sums);
		break;
	case 2:
		weigh(at, list, farthest, weighing->values, 2, sums);
		break;
	default:
		weigh(at, list, farthest, weighing->values, weighing->whole, sums);
	}
}

static bool lane_settled(const struct sums *sums, int lane, const struct idw_weighing *weighing,
			 double nearest)
{
	double weights = sums->weights[lane];
	double error = 2.0 * weighing->error * (sums->absolute[lane] / weights);

	return nearest >= DBL_EPSILON && sums->count[lane] == (double)weighing->k &&
	       weights > 1e-200 && settled(sums->sum[lane] / weights, error);
}

void LEVEL(idw_eight)(const struct idw_weighing *weighing, struct amqadf_grid *grid,
		      const uint64_t low[3], const struct idw_list *list,
		      const struct idw_scratch *scratch)
{
	double best[K_MAX][LANES] __attribute__((aligned(64)));
	bool by_lanes = weighing->whole && weighing->k <= K_MAX;
	struct lanes at = place(grid, low);
	struct sums sums = {0};

	if (by_lanes) {
		select_nearest(&at, list, weighing->k, best);
		weigh_by(&at, list, best[weighing->k - 1], weighing, &sums);
	}
	for (int lane = 0; lane < LANES; lane++) {
		uint64_t i = low[0] + (lane >> 2), j = low[1] + (lane >> 1 & 1);
		uint64_t k = low[2] + (lane & 1);
		const double voxel[3] = {at.x[lane], at.y[lane], at.z[lane]};
		float *value = &grid->values[(i * grid->ny + j) * grid->nz + k];

		if (i >= grid->nx || j >= grid->ny || k >= grid->nz)
			continue;
		if (by_lanes && lane_settled(&sums, lane, weighing, best[0][lane]))
			*value = (float)(sums.sum[lane] / sums.weights[lane]);
		else
			*value = LEVEL(idw_voxel)(weighing, list, voxel, scratch);
	}
}
