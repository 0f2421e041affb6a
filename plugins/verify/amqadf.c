/* SPDX-License-Identifier: Apache-2.0 */
/* The C kernels of AM-QADF, with what each of them writes (amqadf/kernels.h). */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "amqadf/kernels.h"
#include "plugins/verify/files.h"
#include "plugins/verify/verify.h"

/*
 * The original runs first, because an output may be one of the inputs: fusing may write into a
 * grid that it reads. It writes into a copy; then `next` writes where the caller wants it.
 */

/* ---- Kernels that write one grid: mappers, fusion, filters, synchronisation. ---- */

/* Voxels of a grid, 0 if it is none: then the kernel is to refuse it by itself. */
static uint64_t voxels(const struct amqadf_grid *grid)
{
	uint64_t plane, all;

	if (!grid || !grid->values || __builtin_mul_overflow(grid->ny, grid->nz, &plane) ||
	    __builtin_mul_overflow(grid->nx, plane, &all) || all > SIZE_MAX / sizeof(float))
		return 0;
	return all;
}

/* A copy of the grid with voxels of its own, to be freed; false if there can be none. */
static bool copy_grid(struct amqadf_grid *copy, const struct amqadf_grid *grid)
{
	size_t bytes = voxels(grid) * sizeof(float);

	if (!bytes)
		return false;
	*copy = *grid;
	copy->values = malloc(bytes);
	if (!copy->values)
		return false;
	memcpy(copy->values, grid->values, bytes);
	return true;
}

static void replace_grid(struct amqadf_grid *grid, const struct amqadf_grid *with)
{
	float *values = grid->values;

	memcpy(values, with->values, voxels(with) * sizeof(float));
	*grid = *with;
	grid->values = values;
}

static int finish_grid(struct check *check, struct amqadf_grid *copy, int expected,
		       struct amqadf_grid *grid, int found)
{
	struct difference *difference = &check->difference;
	const struct tolerance *within = verify_tolerance();

	compare_integers(difference, "result", found, expected);
	compare_doubles(difference, "origin", grid->origin, copy->origin, 3, within);
	compare_doubles(difference, "voxel_size", &grid->voxel_size, &copy->voxel_size, 1, within);
	compare_floats(difference, "values", grid->values, copy->values, voxels(copy), within);
	if (verify_replace(check)) {
		replace_grid(grid, copy);
		found = expected;
	}
	free(copy->values);
	return found;
}

/* Problem sizes, as the catalogue has them. */
#define POINTS (points ? points->count : 0)
#define SOURCES(grid) (count * voxels(grid))

/*
 * One row a kernel: its name, the name in the catalogue, the grid that it writes, the problem
 * size, its parameters, and its arguments with `OUT` for that grid.
 */
#define GRID_KERNELS(KERNEL)                                                                       \
	KERNEL(map_nearest, "signal_mapping.nearest", grid, POINTS,                                \
	       (const struct amqadf_points *points, struct amqadf_grid *grid), (points, OUT))      \
	KERNEL(map_linear, "signal_mapping.linear", grid, POINTS,                                  \
	       (const struct amqadf_points *points, struct amqadf_grid *grid), (points, OUT))      \
	KERNEL(map_idw, "signal_mapping.idw", grid, POINTS,                                        \
	       (const struct amqadf_points *points, struct amqadf_grid *grid, float power,         \
		int32_t k),                                                                        \
	       (points, OUT, power, k))                                                            \
	KERNEL(map_kde, "signal_mapping.kde", grid, POINTS,                                        \
	       (const struct amqadf_points *points, struct amqadf_grid *grid, float bandwidth,     \
		enum amqadf_kde_kernel kernel),                                                    \
	       (points, OUT, bandwidth, kernel))                                                   \
	KERNEL(map_rbf, "signal_mapping.rbf", grid, POINTS,                                        \
	       (const struct amqadf_points *points, struct amqadf_grid *grid,                      \
		enum amqadf_rbf_kernel kernel, float epsilon),                                     \
	       (points, OUT, kernel, epsilon))                                                     \
	KERNEL(fuse, "voxel_fusion.fuse", result, SOURCES(result),                                 \
	       (const struct amqadf_grid *const *grids, uint64_t count,                            \
		enum amqadf_fusion strategy, struct amqadf_grid *result),                          \
	       (grids, count, strategy, OUT))                                                      \
	KERNEL(fuse_weighted, "voxel_fusion.fuse_weighted", result, SOURCES(result),               \
	       (const struct amqadf_grid *const *grids, uint64_t count, const float *weights,      \
		uint64_t weight_count, struct amqadf_grid *result),                                \
	       (grids, count, weights, weight_count, OUT))                                         \
	KERNEL(filter_gaussian, "correction.filter_gaussian", out, voxels(in),                     \
	       (const struct amqadf_grid *in, struct amqadf_grid *out, float sigma),               \
	       (in, OUT, sigma))                                                                   \
	KERNEL(filter_median, "correction.filter_median", out, voxels(in),                         \
	       (const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size),              \
	       (in, OUT, size))                                                                    \
	KERNEL(filter_bilateral, "correction.filter_bilateral", out, voxels(in),                   \
	       (const struct amqadf_grid *in, struct amqadf_grid *out, float sigma, float range),  \
	       (in, OUT, sigma, range))                                                            \
	KERNEL(sync_temporal, "synchronization.temporal", result, SOURCES(result),                 \
	       (const struct amqadf_grid *const *grids, const struct amqadf_stamps *stamps,        \
		uint64_t count, double window, struct amqadf_grid *result),                        \
	       (grids, stamps, count, window, OUT))

/* The others, each with a function of its own. */
#define OTHER_KERNELS(KERNEL)                                                                      \
	KERNEL(quality, "quality.assess")                                                          \
	KERNEL(statistics, "analytics.statistics")                                                 \
	KERNEL(read_points, "io.read_points")                                                      \
	KERNEL(write_grid, "io.write_grid")

enum {
#define KERNEL(name, ...) NUMBER_##name,
	GRID_KERNELS(KERNEL) OTHER_KERNELS(KERNEL)
#undef KERNEL
		NUMBERS
};
static_assert(NUMBERS == VERIFY_AMQADF, "as in verify.h");

/* OUT is the copy in the original's arguments and the caller's grid in those of `next`. */
#define KERNEL(name, kernel, output, problem, parameters, arguments)                               \
	static int(*next_##name) parameters;                                                       \
	static int(*original_##name) parameters;                                                   \
                                                                                                   \
	static int verify_##name parameters                                                        \
	{                                                                                          \
		struct check check = {.swap = NUMBER_##name, .size = problem};                     \
		struct amqadf_grid copy, *OUT = &copy;                                             \
		int expected;                                                                      \
                                                                                                   \
		if (!verify_chosen(check.swap)) {                                                  \
			OUT = output;                                                              \
			return next_##name arguments;                                              \
		}                                                                                  \
		if (!copy_grid(&copy, output)) {                                                   \
			verify_skipped();                                                          \
			OUT = output;                                                              \
			return next_##name arguments;                                              \
		}                                                                                  \
		expected = original_##name arguments;                                              \
		OUT = output;                                                                      \
		return finish_grid(&check, &copy, expected, output, next_##name arguments);        \
	}
GRID_KERNELS(KERNEL)
#undef KERNEL

/* ---- Kernels that write a report. ---- */

static int (*next_quality)(const struct amqadf_grid *fused,
			   const struct amqadf_grid *const *sources, uint64_t count,
			   struct amqadf_quality_report *report, double *correlations);
static int (*original_quality)(const struct amqadf_grid *fused,
			       const struct amqadf_grid *const *sources, uint64_t count,
			       struct amqadf_quality_report *report, double *correlations);

static_assert(sizeof(struct amqadf_quality_report) == 7 * sizeof(double), "all are doubles");

static int verify_quality(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
			  uint64_t count, struct amqadf_quality_report *report,
			  double *correlations)
{
	struct check check = {.swap = NUMBER_quality, .size = count * voxels(fused)};
	struct amqadf_quality_report expected;
	double *copy;
	int found, result;

	if (!verify_chosen(check.swap))
		return next_quality(fused, sources, count, report, correlations);
	copy = report && correlations && count ? calloc(count, sizeof *copy) : NULL;
	if (!report || (correlations && count && !copy)) {
		verify_skipped();
		return next_quality(fused, sources, count, report, correlations);
	}
	expected = *report;
	if (copy)
		memcpy(copy, correlations, count * sizeof *copy);
	result = original_quality(fused, sources, count, &expected, copy);
	found = next_quality(fused, sources, count, report, correlations);
	compare_integers(&check.difference, "result", found, result);
	compare_doubles(&check.difference, "report", &report->coverage, &expected.coverage, 7,
			verify_tolerance());
	if (copy)
		compare_doubles(&check.difference, "correlations", correlations, copy, count,
				verify_tolerance());
	if (verify_replace(&check)) {
		*report = expected;
		if (copy)
			memcpy(correlations, copy, count * sizeof *copy);
		found = result;
	}
	free(copy);
	return found;
}

static int (*next_statistics)(const struct amqadf_grid *grid,
			      struct amqadf_statistics_report *report);
static int (*original_statistics)(const struct amqadf_grid *grid,
				  struct amqadf_statistics_report *report);

static_assert(sizeof(struct amqadf_statistics_report) == 16 + 9 * sizeof(double),
	      "two counts and doubles");

static int verify_statistics(const struct amqadf_grid *grid,
			     struct amqadf_statistics_report *report)
{
	struct check check = {.swap = NUMBER_statistics, .size = voxels(grid)};
	struct amqadf_statistics_report expected;
	int found, result;

	if (!verify_chosen(check.swap))
		return next_statistics(grid, report);
	if (!report) {
		verify_skipped();
		return next_statistics(grid, report);
	}
	expected = *report;
	result = original_statistics(grid, &expected);
	found = next_statistics(grid, report);
	compare_integers(&check.difference, "result", found, result);
	compare_integers(&check.difference, "voxels", (int64_t)report->voxels,
			 (int64_t)expected.voxels);
	compare_integers(&check.difference, "active", (int64_t)report->active,
			 (int64_t)expected.active);
	compare_doubles(&check.difference, "report", &report->minimum, &expected.minimum, 9,
			verify_tolerance());
	if (verify_replace(&check)) {
		*report = expected;
		found = result;
	}
	return found;
}

/* ---- Kernels that read or write a file. ---- */

static int (*next_read_points)(const char *path, struct amqadf_points *points,
			       struct amqadf_error *error);
static int (*original_read_points)(const char *path, struct amqadf_points *points,
				   struct amqadf_error *error);

static void free_points(struct amqadf_points *points)
{
	free((void *)points->xyz);
	free((void *)points->values);
}

static void compare_points(struct difference *to, const struct amqadf_points *found,
			   const struct amqadf_points *expected)
{
	const struct tolerance *within = verify_tolerance();

	compare_integers(to, "count", (int64_t)found->count, (int64_t)expected->count);
	if (found->count != expected->count)
		return;
	compare_floats(to, "xyz", found->xyz, expected->xyz, 3 * found->count, within);
	compare_floats(to, "values", found->values, expected->values, found->count, within);
}

/* A pipe can be read only once, so regular files alone are looked at. */
static int verify_read_points(const char *path, struct amqadf_points *points,
			      struct amqadf_error *error)
{
	struct check check = {.swap = NUMBER_read_points};
	struct amqadf_points expected = {0};
	struct amqadf_error cause;
	int found, result;

	if (!verify_chosen(check.swap))
		return next_read_points(path, points, error);
	if (!points || !is_regular(path)) {
		verify_skipped();
		return next_read_points(path, points, error);
	}
	result = original_read_points(path, &expected, &cause);
	found = next_read_points(path, points, error);
	check.size = result ? 0 : expected.count;
	compare_integers(&check.difference, "result", found, result);
	if (!found && !result)
		compare_points(&check.difference, points, &expected);
	if (!verify_replace(&check)) {
		if (!result)
			free_points(&expected);
		return found;
	}
	if (!found)
		free_points(points);
	if (!result)
		*points = expected;
	else if (error)
		*error = cause;
	return result;
}

static int (*next_write_grid)(const char *path, const struct amqadf_grid *grid,
			      struct amqadf_error *error);
static int (*original_write_grid)(const char *path, const struct amqadf_grid *grid,
				  struct amqadf_error *error);

/* The original writes into a file beside, which then is compared, or takes the other's place. */
static int verify_write_grid(const char *path, const struct amqadf_grid *grid,
			     struct amqadf_error *error)
{
	struct check check = {.swap = NUMBER_write_grid, .size = voxels(grid)};
	char beside[FILE_NAME_BYTES];
	struct amqadf_error cause;
	int found, result;

	if (!verify_chosen(check.swap))
		return next_write_grid(path, grid, error);
	if (!name_beside(path, beside)) {
		verify_skipped();
		return next_write_grid(path, grid, error);
	}
	result = original_write_grid(beside, grid, &cause);
	found = next_write_grid(path, grid, error);
	compare_integers(&check.difference, "result", found, result);
	if (!found && !result)
		compare_integers(&check.difference, "first byte that differs",
				 file_difference(path, beside), -1);
	if (!verify_replace(&check)) {
		remove_beside(beside);
		return found;
	}
	if (result)
		remove_beside(beside);
	else
		put_in_place(beside, path);
	if (result && error)
		*error = cause;
	return result;
}

/* ---- The table. ---- */

const struct recoat_plugin_swap verify_amqadf[VERIFY_AMQADF] = {
#define KERNEL(name, kernel, ...)                                                                  \
	{kernel, "amqadf-c", (recoat_plugin_function)verify_##name, &next_##name, &original_##name},
	GRID_KERNELS(KERNEL) OTHER_KERNELS(KERNEL)
#undef KERNEL
};
