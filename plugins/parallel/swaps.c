/* SPDX-License-Identifier: Apache-2.0 */
/* What is put in the place of the kernels: the best level's function, or the next. */
#include "plugins/parallel/swaps.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <xmmintrin.h>

/* Rounding to nearest, all exceptions masked, subnormals kept; the lower bits are flags. */
#define MXCSR_CONTROL 0xffc0
#define MXCSR_USUAL 0x1f80

struct parallel_settings parallel_settings;
struct parallel_kernels parallel_next;

/*
 * Whether a call is worth it and may be served: what is known about roundings holds in the
 * usual floating-point environment only.
 */
static bool worth(double steps)
{
	return steps >= parallel_settings.threshold &&
	       (_mm_getcsr() & MXCSR_CONTROL) == MXCSR_USUAL;
}

/* Count how a call ended; true if the next implementation is to be called. */
static bool declined(int status)
{
	void (*tell)(void) =
		status == PARALLEL_DECLINED ? parallel_settings.declined : parallel_settings.served;

	if (tell)
		tell();
	return status == PARALLEL_DECLINED;
}

/* The reference's steps, roughly; 0 for what it is going to refuse. */
static double voxels_of(const struct amqadf_grid *grid)
{
	return grid ? (double)grid->nx * (double)grid->ny * (double)grid->nz : 0.0;
}

static double count_of(const struct amqadf_points *points)
{
	return points ? (double)points->count : 0.0;
}

/* Call a kernel of the level, or what follows, with the arguments behind `steps`. */
#define SERVE(kernel, steps, ...)                                                                  \
	do {                                                                                       \
		int status = PARALLEL_DECLINED, before = errno;                                    \
                                                                                                   \
		if (worth(steps))                                                                  \
			status = parallel_settings.kernels->kernel(__VA_ARGS__);                   \
		errno = before;                                                                    \
		return declined(status) ? parallel_next.kernel(__VA_ARGS__) : status;              \
	} while (0)

int parallel_map_nearest(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	SERVE(map_nearest, 20.0 * count_of(points), points, grid);
}

int parallel_map_linear(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	SERVE(map_linear, 50.0 * count_of(points), points, grid);
}

int parallel_map_idw(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		     int32_t k)
{
	SERVE(map_idw, voxels_of(grid) * count_of(points), points, grid, power, k);
}

int parallel_map_kde(const struct amqadf_points *points, struct amqadf_grid *grid, float bandwidth,
		     enum amqadf_kde_kernel kernel)
{
	SERVE(map_kde, 5.0 * voxels_of(grid) * count_of(points), points, grid, bandwidth, kernel);
}

int parallel_map_rbf(const struct amqadf_points *points, struct amqadf_grid *grid,
		     enum amqadf_rbf_kernel kernel, float epsilon)
{
	double n = count_of(points);

	SERVE(map_rbf, 5.0 * voxels_of(grid) * n + n * n * n, points, grid, kernel, epsilon);
}

int parallel_fuse(const struct amqadf_grid *const *grids, uint64_t count,
		  enum amqadf_fusion strategy, struct amqadf_grid *result)
{
	SERVE(fuse, 5.0 * voxels_of(result) * (double)count, grids, count, strategy, result);
}

int parallel_fuse_weighted(const struct amqadf_grid *const *grids, uint64_t count,
			   const float *weights, uint64_t weight_count, struct amqadf_grid *result)
{
	SERVE(fuse_weighted, 5.0 * voxels_of(result) * (double)count, grids, count, weights,
	      weight_count, result);
}

int parallel_quality(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		     uint64_t count, struct amqadf_quality_report *report, double *correlations)
{
	SERVE(quality, 10.0 * voxels_of(fused) * (double)count, fused, sources, count, report,
	      correlations);
}

int parallel_statistics(const struct amqadf_grid *grid, struct amqadf_statistics_report *report)
{
	SERVE(statistics, 50.0 * voxels_of(grid), grid, report);
}

int parallel_filter_gaussian(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma)
{
	SERVE(filter_gaussian, 200.0 * voxels_of(in), in, out, sigma);
}

int parallel_filter_median(const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size)
{
	SERVE(filter_median, 200.0 * voxels_of(in), in, out, size);
}

int parallel_filter_bilateral(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
			      float range)
{
	SERVE(filter_bilateral, 1000.0 * voxels_of(in), in, out, sigma, range);
}

int parallel_sync_temporal(const struct amqadf_grid *const *grids,
			   const struct amqadf_stamps *stamps, uint64_t count, double window,
			   struct amqadf_grid *result)
{
	SERVE(sync_temporal, 10.0 * voxels_of(result) * (double)count, grids, stamps, count, window,
	      result);
}
