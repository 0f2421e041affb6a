/* SPDX-License-Identifier: Apache-2.0 */
/* What is put in the place of the kernels: the best level's function, or the next. */
#ifndef PARALLEL_SWAPS_H
#define PARALLEL_SWAPS_H

#include <stdint.h>
#include "plugins/parallel/level.h"

struct parallel_settings {
	const struct parallel_kernels *kernels;
	/* A call for which the reference needs fewer steps (of about a nanosecond) goes to the next
	 * implementation. */
	double threshold;
	/* Told of every call; either may be NULL. */
	void (*served)(void), (*declined)(void);
};

/* To be filled in before the first call. */
extern struct parallel_settings parallel_settings;

/* The implementations that follow. The host stores them here. */
extern struct parallel_kernels parallel_next;

/* With the kernels' signatures. What they decline, an argument out of range among it, goes to
 * the next. */
int parallel_map_nearest(const struct amqadf_points *points, struct amqadf_grid *grid);
int parallel_map_linear(const struct amqadf_points *points, struct amqadf_grid *grid);
int parallel_map_idw(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		     int32_t k);
int parallel_map_kde(const struct amqadf_points *points, struct amqadf_grid *grid, float bandwidth,
		     enum amqadf_kde_kernel kernel);
int parallel_map_rbf(const struct amqadf_points *points, struct amqadf_grid *grid,
		     enum amqadf_rbf_kernel kernel, float epsilon);
int parallel_fuse(const struct amqadf_grid *const *grids, uint64_t count,
		  enum amqadf_fusion strategy, struct amqadf_grid *result);
int parallel_fuse_weighted(const struct amqadf_grid *const *grids, uint64_t count,
			   const float *weights, uint64_t weight_count, struct amqadf_grid *result);
int parallel_quality(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		     uint64_t count, struct amqadf_quality_report *report, double *correlations);
int parallel_statistics(const struct amqadf_grid *grid, struct amqadf_statistics_report *report);
int parallel_filter_gaussian(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma);
int parallel_filter_median(const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size);
int parallel_filter_bilateral(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
			      float range);
int parallel_sync_temporal(const struct amqadf_grid *const *grids,
			   const struct amqadf_stamps *stamps, uint64_t count, double window,
			   struct amqadf_grid *result);

#endif
