/* SPDX-License-Identifier: Apache-2.0 */
/* A plugin that gives wrong results, one kernel for each kind of output, for verify to catch. */
#include <stddef.h>
#include <stdio.h>

#include "amqadf/kernels.h"
#include "recoat/plugin.h"

static int (*next_nearest)(const struct amqadf_points *points, struct amqadf_grid *grid);
static int (*next_fuse)(const struct amqadf_grid *const *grids, uint64_t count,
			enum amqadf_fusion strategy, struct amqadf_grid *result);
static int (*next_quality)(const struct amqadf_grid *fused,
			   const struct amqadf_grid *const *sources, uint64_t count,
			   struct amqadf_quality_report *report, double *correlations);
static int (*next_statistics)(const struct amqadf_grid *grid,
			      struct amqadf_statistics_report *report);
static int (*next_read)(const char *path, struct amqadf_points *points, struct amqadf_error *error);
static int (*next_write)(const char *path, const struct amqadf_grid *grid,
			 struct amqadf_error *error);

static int nearest(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	int result = next_nearest(points, grid);

	grid->values[0] = 12345;
	return result;
}

static int fuse(const struct amqadf_grid *const *grids, uint64_t count, enum amqadf_fusion strategy,
		struct amqadf_grid *result)
{
	int status = next_fuse(grids, count, strategy, result);

	result->origin[2] += 1;
	return status;
}

static int quality(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		   uint64_t count, struct amqadf_quality_report *report, double *correlations)
{
	int result = next_quality(fused, sources, count, report, correlations);

	report->quality = 42;
	return result;
}

static int statistics(const struct amqadf_grid *grid, struct amqadf_statistics_report *report)
{
	int result = next_statistics(grid, report);

	report->active = 7;
	return result;
}

static int read_points(const char *path, struct amqadf_points *points, struct amqadf_error *error)
{
	int result = next_read(path, points, error);

	if (!result)
		((float *)points->values)[0] += 1000;
	return result;
}

static int write_grid(const char *path, const struct amqadf_grid *grid, struct amqadf_error *error)
{
	int result = next_write(path, grid, error);
	FILE *file = fopen(path, "ae");

	if (file) {
		putc('!', file);
		fclose(file);
	}
	return result;
}

#define SWAP(kernel, name)                                                                         \
	{                                                                                          \
		kernel, "amqadf-c", (recoat_plugin_function)name, &next_##name, NULL               \
	}
#define next_read_points next_read
#define next_write_grid next_write

static const struct recoat_plugin_swap swaps[] = {
	SWAP("signal_mapping.nearest", nearest), SWAP("voxel_fusion.fuse", fuse),
	SWAP("quality.assess", quality),         SWAP("analytics.statistics", statistics),
	SWAP("io.read_points", read_points),     SWAP("io.write_grid", write_grid),
};

const struct recoat_plugin recoat_plugin = {
	.struct_size = sizeof recoat_plugin,
	.abi = RECOAT_PLUGIN_ABI,
	.abi_needed = 1,
	.name = "wrong",
	.version = "1",
	.summary = "gives wrong results",
	.swaps = swaps,
	.swap_count = sizeof swaps / sizeof swaps[0],
};
