/* SPDX-License-Identifier: Apache-2.0 */
/* Radial basis functions: the reference's QR with columns as lanes, then 64 voxels at a time. */
#include "plugins/parallel/exp.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/qr.h"
#include "plugins/parallel/tile.h"

#include <stdlib.h>

/* exp() of less is 0 in float. */
#define EXP_LEAST -104.5

struct job {
	const struct amqadf_points *points;
	struct amqadf_grid *grid;
	enum amqadf_rbf_kernel kernel;
	float epsilon, odd;
	struct qr qr;
	struct box box;
	struct pool_share share;
};

static float thin_plate(float d2)
{
	return d2 > 0.0f ? 0.5f * d2 * logf(d2) : 0.0f;
}

/* Replace squared distances by the function of them. */
static void apply(const struct job *job, float *restrict d2, uint64_t count)
{
	float epsilon = job->epsilon, odd = job->odd;

	switch (job->kernel) {
	case AMQADF_RBF_GAUSSIAN:
		for (uint64_t n = 0; n < count; n++)
			d2[n] = exp_float(-epsilon * d2[n], odd);
		break;
	case AMQADF_RBF_MULTIQUADRIC:
		for (uint64_t n = 0; n < count; n++)
			d2[n] = sqrtf(1.0f + epsilon * epsilon * d2[n]);
		break;
	case AMQADF_RBF_THIN_PLATE:
		for (uint64_t n = 0; n < count; n++)
			d2[n] = thin_plate(d2[n]);
		break;
	}
}

/* The system is symmetric, so rows are columns; the right-hand side is one more column. */
static void fill_row(const struct job *job, uint64_t i)
{
	const float *xyz = job->points->xyz;
	float *row = job->qr.a + i * job->qr.stride, x = xyz[3 * i];
	float y = xyz[3 * i + 1], z = xyz[3 * i + 2];
	uint64_t n = job->points->count;

	for (uint64_t j = 0; j < n; j++) {
		float dx = xyz[3 * j] - x, dy = xyz[3 * j + 1] - y, dz = xyz[3 * j + 2] - z;

		row[j] = dx * dx + dy * dy + dz * dz;
	}
	apply(job, row, n);
	row[n] = job->points->values[i];
	for (uint64_t j = n + 1; j < job->qr.stride; j++)
		row[j] = 0.0f;
}

static void fill_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t row = from; row < to; row++)
			fill_row(job, row);
}

static void map_tile(const struct job *job, uint64_t number)
{
	float sum[TILE_LANES] __attribute__((aligned(64))) = {0};
	float part[TILE_LANES] __attribute__((aligned(64)));
	double reach2 = INFINITY;
	struct tile_points near;
	struct tile tile;

	if (job->kernel == AMQADF_RBF_GAUSSIAN)
		reach2 = -EXP_LEAST / (double)job->epsilon;
	LEVEL(tile_place)(job->grid, &job->box, number, &tile);
	for (uint64_t p = 0; p < job->points->count; p += TILE_POINTS) {
		LEVEL(tile_gather)(&tile, job->points, job->qr.x, p, reach2, &near);
		for (uint32_t n = 0; n < near.count; n++) {
			for (int lane = 0; lane < TILE_LANES; lane++) {
				float dx = near.x[n] - tile.x[lane], dy = near.y[n] - tile.y[lane];
				float dz = near.z[n] - tile.z[lane];

				part[lane] = dx * dx + dy * dy + dz * dz;
			}
			apply(job, part, TILE_LANES);
			for (int lane = 0; lane < TILE_LANES; lane++)
				sum[lane] += near.value[n] * part[lane];
		}
	}
	for (int lane = 0; lane < TILE_LANES; lane++) {
		float *voxel = tile_voxel(&tile, job->grid, lane);

		if (voxel)
			*voxel = sum[lane];
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

static void share_out(struct job *job, pool_work *work, uint64_t items, double steps)
{
	job->share = (struct pool_share){.end = items, .chunk = 1};
	pool_run(work, job, pool_wanted(steps));
}

static bool served(const struct amqadf_points *points, const struct amqadf_grid *grid,
		   enum amqadf_rbf_kernel kernel, float epsilon)
{
	if (!points_served(points) || !grid_served(grid) || !(epsilon > 0.0f && epsilon < FAR))
		return false;
	if (kernel == AMQADF_RBF_GAUSSIAN)
		return exp_float_is_libms();
	return kernel == AMQADF_RBF_MULTIQUADRIC || kernel == AMQADF_RBF_THIN_PLATE;
}

int LEVEL(map_rbf)(const struct amqadf_points *points, struct amqadf_grid *grid,
		   enum amqadf_rbf_kernel kernel, float epsilon)
{
	struct job job = {.points = points, .grid = grid, .kernel = kernel, .epsilon = epsilon};
	double n;

	if (!served(points, grid, kernel, epsilon) || !LEVEL(qr_init)(&job.qr, points->count))
		return PARALLEL_DECLINED;
	n = (double)points->count;
	job.odd = exp_float_odd();
	job.box = (struct box){.high = {grid->nx - 1, grid->ny - 1, grid->nz - 1}};
	share_out(&job, fill_share, points->count, n * n);
	LEVEL(qr_solve)(&job.qr);
	if (all_finite(job.qr.x, points->count))
		share_out(&job, map_share, tiles_in(&job.box), (double)voxels_of(grid) * n);
	n = all_finite(job.qr.x, points->count);
	LEVEL(qr_fini)(&job.qr);
	return n != 0.0 ? 0 : PARALLEL_DECLINED;
}
