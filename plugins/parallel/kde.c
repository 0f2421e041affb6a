/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel regression: points in their order, 64 voxels at a time, without what changes nothing. */
#include "plugins/parallel/box.h"
#include "plugins/parallel/exp.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/tile.h"

/* exp() of less is 0 in float. */
#define EXP_LEAST -104.5
/* A float sum stays as it is if less than 2^-25 of it is added; the rest is for roundings. */
#define CHANGES_NOTHING 0x1p-26

struct job {
	const struct amqadf_points *points;
	struct amqadf_grid *grid;
	struct box box;
	float bandwidth, odd;
	enum amqadf_kde_kernel kernel;
	float value_most; /* Of the values' sizes; 0 if their signs differ. */
	struct pool_share share;
};

struct sums {
	float sum[TILE_LANES], weights[TILE_LANES];
} __attribute__((aligned(64)));

static void add_gaussian(const struct tile *restrict tile, const struct tile_points *restrict near,
			 float h, float odd, struct sums *restrict sums)
{
	for (uint32_t n = 0; n < near->count; n++) {
		tile_real x = near->x[n], y = near->y[n], z = near->z[n];
		float value = near->value[n];

		for (int lane = 0; lane < TILE_LANES; lane++) {
			float dx = (float)(x - tile->x[lane]), dy = (float)(y - tile->y[lane]);
			float dz = (float)(z - tile->z[lane]);
			float distance = sqrtf(SQUARES_FLOAT(dx, dy, dz));
			float weight = exp_float(-0.5f * distance * distance / (h * h), odd);

			sums->sum[lane] += value * weight;
			sums->weights[lane] += weight;
		}
	}
}

static void add_epanechnikov(const struct tile *restrict tile,
			     const struct tile_points *restrict near, float h,
			     struct sums *restrict sums)
{
	for (uint32_t n = 0; n < near->count; n++) {
		tile_real x = near->x[n], y = near->y[n], z = near->z[n];
		float value = near->value[n];

		for (int lane = 0; lane < TILE_LANES; lane++) {
			float dx = (float)(x - tile->x[lane]), dy = (float)(y - tile->y[lane]);
			float dz = (float)(z - tile->z[lane]);
			float u = sqrtf(SQUARES_FLOAT(dx, dy, dz)) / h;
			float weight = 0.75f * ONE_LESS_SQUARE(u);

			weight = fabsf(u) <= 1.0f ? weight : 0.0f;
			sums->sum[lane] += value * weight;
			sums->weights[lane] += weight;
		}
	}
}

/*
 * The squared distance beyond which a Gaussian's weight changes no lane's sums. If all values
 * have one sign, sums only grow, so that this holds for all points that follow.
 */
static double reach2_of(const struct job *job, const struct sums *sums)
{
	double h = (double)job->bandwidth, least = INFINITY, smallest;

	if (job->value_most == 0.0f)
		return -2.0 * EXP_LEAST * h * h;
	for (int lane = 0; lane < TILE_LANES; lane++) {
		double sum = fabs((double)sums->sum[lane]) / (double)job->value_most;
		double weights = (double)sums->weights[lane];

		least = sum < least ? sum : least;
		least = weights < least ? weights : least;
	}
	smallest = least > 0.0 ? log(least * CHANGES_NOTHING) : EXP_LEAST;
	return -2.0 * fmax(EXP_LEAST, fmin(smallest, 0.0)) * h * h;
}

static void map_gaussian(const struct job *job, const struct tile *tile, struct sums *sums)
{
	double reach2 = reach2_of(job, sums);
	struct tile_points near;

	for (uint64_t p = 0; p < job->points->count; p += TILE_POINTS) {
		LEVEL(tile_gather)(tile, job->points, job->points->values, p, reach2, &near);
		if (near.count == 0)
			continue;
		add_gaussian(tile, &near, job->bandwidth, job->odd, sums);
		reach2 = reach2_of(job, sums);
	}
}

static void map_epanechnikov(const struct job *job, const struct tile *tile, struct sums *sums)
{
	double h = (double)job->bandwidth;
	struct tile_points near;

	for (uint64_t p = 0; p < job->points->count; p += TILE_POINTS) {
		LEVEL(tile_gather)(tile, job->points, job->points->values, p, h * h, &near);
		add_epanechnikov(tile, &near, job->bandwidth, sums);
	}
}

static void map_tile(const struct job *job, uint64_t number)
{
	struct sums sums = {0};
	struct tile tile;

	LEVEL(tile_place)(job->grid, &job->box, number, &tile);
	if (job->kernel == AMQADF_KDE_EPANECHNIKOV)
		map_epanechnikov(job, &tile, &sums);
	else
		map_gaussian(job, &tile, &sums);
	for (int lane = 0; lane < TILE_LANES; lane++) {
		float *voxel = tile_voxel(&tile, job->grid, lane);

		if (voxel && sums.weights[lane] != 0.0f)
			*voxel = sums.sum[lane] / sums.weights[lane];
	}
}

static void map_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t tile = from; tile < to; tile++)
			map_tile(job, tile);
}

/* The largest size if no two values have different signs, else 0. */
static float common_most(const float *values, uint64_t count)
{
	float most = values[0], least = values[0];

	for (uint64_t n = 0; n < count; n++) {
		most = values[n] > most ? values[n] : most;
		least = values[n] < least ? values[n] : least;
	}
	if (least < 0.0f && most > 0.0f)
		return 0.0f;
	return fmaxf(fabsf(least), fabsf(most));
}

/* So that neither the bandwidth's square nor squared distances in units of it go astray. */
static bool bandwidth_served(float bandwidth)
{
	return fabsf(bandwidth) > 1e-12f && fabsf(bandwidth) < 1e12f;
}

static int map(const struct amqadf_points *points, struct amqadf_grid *grid, const struct box *box,
	       float bandwidth, enum amqadf_kde_kernel kernel)
{
	struct job job = {.points = points,
			  .grid = grid,
			  .box = *box,
			  .bandwidth = bandwidth,
			  .odd = exp_float_odd(),
			  .kernel = kernel,
			  .value_most = common_most(points->values, points->count),
			  .share = {.end = tiles_in(box), .chunk = 1}};

	pool_run(map_share, &job,
		 pool_wanted((double)job.share.end * TILE_LANES * (double)points->count));
	return 0;
}

static bool served(const struct amqadf_points *points, const struct amqadf_grid *grid,
		   float bandwidth, enum amqadf_kde_kernel kernel)
{
	return points_served(points) && grid_served(grid) && bandwidth_served(bandwidth) &&
	       (kernel == AMQADF_KDE_EPANECHNIKOV || exp_float_is_libms());
}

#ifdef PARALLEL_FUSED
int LEVEL(map_kde)(const struct amqadf_points *points, struct placed_grid *grid, float bandwidth,
		   enum amqadf_kde_kernel kernel)
{
	const struct amqadf_grid *all = &grid->grid;
	struct box box = {.high = {all->nx - 1, all->ny - 1, all->nz - 1}};

	return served(points, all, bandwidth, kernel)
		       ? map(points, &grid->grid, &box, bandwidth, kernel)
		       : PARALLEL_DECLINED;
}
#else
int LEVEL(map_kde)(const struct amqadf_points *points, struct amqadf_grid *grid, float bandwidth,
		   enum amqadf_kde_kernel kernel)
{
	struct box box;

	if (!served(points, grid, bandwidth, kernel))
		return PARALLEL_DECLINED;
	return box_of_active(grid, &box) ? map(points, grid, &box, bandwidth, kernel) : 0;
}
#endif
