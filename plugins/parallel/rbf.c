/* SPDX-License-Identifier: Apache-2.0 */
/* Radial basis functions: the reference's QR with columns as lanes, then 64 voxels at a time. */
#include "plugins/parallel/exp.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#ifdef PARALLEL_FUSED
#include "plugins/parallel/qr_packets.h"
#else
#include "plugins/parallel/qr.h"
#endif
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

#ifdef PARALLEL_FUSED
/* Originals over OpenVDB have distances, and square those. */
static inline float gaussian(float d2, float epsilon, float odd)
{
	float d = sqrtf(d2);

	return exp_float(-epsilon * d * d, odd);
}

static inline float multiquadric(float d2, float epsilon)
{
	float d = sqrtf(d2);

	return sqrtf(__builtin_fmaf(epsilon * epsilon * d, d, 1.0f));
}

static float thin_plate(float d2)
{
	float d = sqrtf(d2);

	return d > 0.0f ? d * d * logf(d) : 0.0f;
}
#else
static inline float gaussian(float d2, float epsilon, float odd)
{
	return exp_float(-epsilon * d2, odd);
}

static inline float multiquadric(float d2, float epsilon)
{
	return sqrtf(1.0f + epsilon * epsilon * d2);
}

static float thin_plate(float d2)
{
	return d2 > 0.0f ? 0.5f * d2 * logf(d2) : 0.0f;
}
#endif

/* Replace squared distances by the function of them. */
static void apply(const struct job *job, float *restrict d2, uint64_t count)
{
	float epsilon = job->epsilon, odd = job->odd;

	switch (job->kernel) {
	case AMQADF_RBF_GAUSSIAN:
		for (uint64_t n = 0; n < count; n++)
			d2[n] = gaussian(d2[n], epsilon, odd);
		break;
	case AMQADF_RBF_MULTIQUADRIC:
		for (uint64_t n = 0; n < count; n++)
			d2[n] = multiquadric(d2[n], epsilon);
		break;
	case AMQADF_RBF_THIN_PLATE:
		for (uint64_t n = 0; n < count; n++)
			d2[n] = thin_plate(d2[n]);
		break;
	}
}

/* The system is symmetric: its rows are its columns. */
static void fill_line(const struct job *job, uint64_t i)
{
	const float *xyz = job->points->xyz;
	float *line = qr_line(&job->qr, i), x = xyz[3 * i], y = xyz[3 * i + 1];
	float z = xyz[3 * i + 2];
	uint64_t n = job->points->count;

	for (uint64_t j = 0; j < n; j++) {
		float dx = xyz[3 * j] - x, dy = xyz[3 * j + 1] - y, dz = xyz[3 * j + 2] - z;

		line[j] = SQUARES_FLOAT(dx, dy, dz);
	}
	apply(job, line, n);
	qr_set_right(&job->qr, i, job->points->values[i]);
}

static void fill_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t line = from; line < to; line++)
			fill_line(job, line);
}

/* The squared distances of a point from a tile's voxels. */
static inline void measure(const struct tile *restrict tile,
			   const struct tile_points *restrict near, uint32_t n, float *restrict d2)
{
	tile_real x = near->x[n], y = near->y[n], z = near->z[n];

	for (int lane = 0; lane < TILE_LANES; lane++) {
		float dx = (float)(x - tile->x[lane]), dy = (float)(y - tile->y[lane]);
		float dz = (float)(z - tile->z[lane]);

		d2[lane] = SQUARES_FLOAT(dx, dy, dz);
	}
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
			measure(&tile, &near, n, part);
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

static int map(const struct amqadf_points *points, struct amqadf_grid *grid,
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

#ifdef PARALLEL_FUSED
int LEVEL(map_rbf)(const struct amqadf_points *points, struct placed_grid *grid,
		   enum amqadf_rbf_kernel kernel, float epsilon)
{
	return map(points, &grid->grid, kernel, epsilon);
}
#else
int LEVEL(map_rbf)(const struct amqadf_points *points, struct amqadf_grid *grid,
		   enum amqadf_rbf_kernel kernel, float epsilon)
{
	return map(points, grid, kernel, epsilon);
}
#endif
