/* SPDX-License-Identifier: Apache-2.0 */
/* SIMD levels: the same sources, compiled once for each. */
#ifndef PARALLEL_LEVEL_H
#define PARALLEL_LEVEL_H

/*
 * The files named in PARALLEL_LEVEL_SOURCES are compiled three times, with -DPARALLEL_LEVEL=sse2,
 * avx2 and avx512 and the compiler's flags for those. Their loops are plain C that the compiler
 * turns into vectors; LEVEL(name) gives each copy of a function a name of its own. All are
 * compiled without contraction, so that every level gives the bits that the reference gives.
 */

#include <stdbool.h>
#include "amqadf/kernels.h"

/* What a kernel returns, its outputs untouched or such that `next` overwrites them, if it is
 * not able to serve a call: an argument that it does not know, or no memory. */
#define PARALLEL_DECLINED 1

/* One function a kernel, with the kernel's own signature and contract. */
struct parallel_kernels {
	int (*map_nearest)(const struct amqadf_points *points, struct amqadf_grid *grid);
	int (*map_linear)(const struct amqadf_points *points, struct amqadf_grid *grid);
	int (*map_idw)(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		       int32_t k);
	int (*map_kde)(const struct amqadf_points *points, struct amqadf_grid *grid,
		       float bandwidth, enum amqadf_kde_kernel kernel);
	int (*map_rbf)(const struct amqadf_points *points, struct amqadf_grid *grid,
		       enum amqadf_rbf_kernel kernel, float epsilon);
	int (*fuse)(const struct amqadf_grid *const *grids, uint64_t count,
		    enum amqadf_fusion strategy, struct amqadf_grid *result);
	int (*fuse_weighted)(const struct amqadf_grid *const *grids, uint64_t count,
			     const float *weights, uint64_t weight_count,
			     struct amqadf_grid *result);
	int (*quality)(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		       uint64_t count, struct amqadf_quality_report *report, double *correlations);
	int (*statistics)(const struct amqadf_grid *grid, struct amqadf_statistics_report *report);
	int (*filter_gaussian)(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma);
	int (*filter_median)(const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size);
	int (*filter_bilateral)(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
				float range);
	int (*sync_temporal)(const struct amqadf_grid *const *grids,
			     const struct amqadf_stamps *stamps, uint64_t count, double window,
			     struct amqadf_grid *result);
};

extern const struct parallel_kernels parallel_sse2, parallel_avx2, parallel_avx512;

enum parallel_simd { PARALLEL_AUTO, PARALLEL_SSE2, PARALLEL_AVX2, PARALLEL_AVX512 };

/* The kernels of a level, for AUTO of the best that this CPU has; NULL if it has it not. */
const struct parallel_kernels *parallel_level(enum parallel_simd simd);

/*
 * The same for originals over OpenVDB, compiled for the levels that have fused multiply-add, with
 * -DPARALLEL_FUSED (common.h says what that is). They are written for dense boxes of voxels.
 */
struct placed_grid;
struct idw_neighbour;
struct leaf_sums;
struct leaf_halo;
struct leaf_ranks;
struct places;
struct splat_points;
struct splat_table;
/* Bring the k nearest of `count` to the front, by ascending distance, as the original does it. */
typedef void idw_select(struct idw_neighbour *all, uint32_t k, uint32_t count);

struct parallel_fused {
	/* Every voxel of the grid is set. */
	int (*map_idw)(const struct amqadf_points *points, struct placed_grid *grid, float power,
		       int32_t k, idw_select *select);
	/* Voxels that no point has a weight in stay as they are. */
	int (*map_kde)(const struct amqadf_points *points, struct placed_grid *grid,
		       float bandwidth, enum amqadf_kde_kernel kernel);
	/* Means of `half` values before each, itself and `half` after, as far as there are any. */
	void (*moving_average)(const float *values, uint64_t count, uint64_t half, float *means);
	/* Of a leaf: leaf.h. */
	void (*leaf_add)(struct leaf_sums *sums, const float *values, const uint64_t *mask,
			 float weight);
	void (*leaf_raise)(float *most, const float *values, const uint64_t *mask);
	void (*leaf_lower)(float *least, const float *values, const uint64_t *mask);
	void (*leaf_divide)(const struct leaf_sums *sums, float *out, const uint64_t *mask);
	void (*leaf_smooth)(const struct leaf_halo *halo, const float *weights,
			    struct leaf_sums *sums);
	void (*leaf_bilateral)(const struct leaf_halo *halo, const float *weights, float range2,
			       float odd, const uint64_t *mask, struct leaf_sums *sums);
	void (*leaf_median)(const struct leaf_ranks *halo, float *out, const uint64_t *mask);
	void (*places_nearest)(const struct places *places, const struct places *references,
			       uint32_t *nearest);
	/* Of points, into leaves: splat.h. */
	bool (*splat_nearest)(const struct splat_table *table, const struct splat_points *points);
	bool (*splat_linear)(const struct splat_table *table, const struct splat_points *points);
};

extern const struct parallel_fused parallel_avx2_fused, parallel_avx512_fused;

#ifdef PARALLEL_LEVEL
#define PARALLEL_PASTE(name, level) name##_##level
#define PARALLEL_NAME(name, level) PARALLEL_PASTE(name, level)
#define LEVEL(name) PARALLEL_NAME(name, PARALLEL_LEVEL)

#ifdef PARALLEL_FUSED
int LEVEL(map_idw)(const struct amqadf_points *points, struct placed_grid *grid, float power,
		   int32_t k, idw_select *select);
int LEVEL(map_kde)(const struct amqadf_points *points, struct placed_grid *grid, float bandwidth,
		   enum amqadf_kde_kernel kernel);
void LEVEL(moving_average)(const float *values, uint64_t count, uint64_t half, float *means);
#else
int LEVEL(map_nearest)(const struct amqadf_points *points, struct amqadf_grid *grid);
int LEVEL(map_linear)(const struct amqadf_points *points, struct amqadf_grid *grid);
int LEVEL(map_idw)(const struct amqadf_points *points, struct amqadf_grid *grid, float power,
		   int32_t k);
int LEVEL(map_kde)(const struct amqadf_points *points, struct amqadf_grid *grid, float bandwidth,
		   enum amqadf_kde_kernel kernel);
int LEVEL(map_rbf)(const struct amqadf_points *points, struct amqadf_grid *grid,
		   enum amqadf_rbf_kernel kernel, float epsilon);
int LEVEL(fuse)(const struct amqadf_grid *const *grids, uint64_t count, enum amqadf_fusion strategy,
		struct amqadf_grid *result);
int LEVEL(fuse_weighted)(const struct amqadf_grid *const *grids, uint64_t count,
			 const float *weights, uint64_t weight_count, struct amqadf_grid *result);
int LEVEL(quality)(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		   uint64_t count, struct amqadf_quality_report *report, double *correlations);
int LEVEL(statistics)(const struct amqadf_grid *grid, struct amqadf_statistics_report *report);
int LEVEL(filter_gaussian)(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma);
int LEVEL(filter_median)(const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size);
int LEVEL(filter_bilateral)(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
			    float range);
int LEVEL(sync_temporal)(const struct amqadf_grid *const *grids, const struct amqadf_stamps *stamps,
			 uint64_t count, double window, struct amqadf_grid *result);
#endif
#endif

#endif
