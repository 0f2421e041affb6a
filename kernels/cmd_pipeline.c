/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf pipeline: everything in a row, from points to an assessed grid. */
#include "kernels/build.h"
#include "kernels/cli.h"
#include "kernels/method.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STAMPS 1000       /* At most so many stamps in all are shared out to the grids. */
#define BINS 10           /* Windows of time from the first point to the last. */
#define RBF_EPSILON 0.25  /* Wide enough to join 400 points in a part of 10 mm. */
#define MEDIAN_SIZE 3     /* Voxels. */
#define FILTER_SIGMA 1.0f /* Voxels. */
#define FILTER_RANGE 0.1f /* In units of the signal. */

/* Every grid that the pipeline makes; the first are enum method. */
enum { SYNCHRONISED = METHOD_RBF + 1, GAUSSIAN, MEDIAN, BILATERAL, WEIGHTED, FUSED, GRIDS };

static const char *const grid_names[GRIDS] = {
	"nearest",  "linear", "idw",       "kde",      "rbf",   "synchronised",
	"gaussian", "median", "bilateral", "weighted", "fused",
};

/* What is fused: nearest is too sparse, linear is not normalised. */
static const int sources[] = {METHOD_IDW, METHOD_KDE, METHOD_RBF};
static const float source_weights[] = {0.5f, 0.3f, 0.2f};
#define SOURCES 3

struct pipeline {
	struct build build;
	struct method_parameters parameters;
	struct cli_grid size;
	const char *input, *output; /* Or NULL. */
	struct amqadf_points points;
	struct amqadf_grid grid[GRIDS];
};

static int load_points(struct pipeline *pipeline)
{
	struct amqadf_error error;
	int status;

	if (!pipeline->input) {
		status = build_generate(&pipeline->build, &pipeline->points);
		return status ? cli_fail_kernel("generate", status) : 0;
	}
	if (amqadf_read_points(pipeline->input, &pipeline->points, &error))
		return cli_fail_file(pipeline->input, &error);
	if (pipeline->points.count == 0)
		return cli_fail("%s: found no points, expected at least one", pipeline->input);
	return 0;
}

static int make_grids(struct pipeline *pipeline)
{
	int status = cli_grid_around(&pipeline->points, &pipeline->size, &pipeline->grid[0]);

	for (int g = 1; g < GRIDS && !status; g++)
		status = cli_grid_like(&pipeline->grid[0], &pipeline->grid[g]);
	return status;
}

static int map_all(struct pipeline *pipeline)
{
	for (int method = METHOD_NEAREST; method <= METHOD_RBF; method++) {
		int status;

		cli_progress_begin(method_names[method]);
		status = method_map((enum method)method, &pipeline->parameters, &pipeline->points,
				    &pipeline->grid[method]);
		cli_progress_end();
		if (status)
			return cli_fail_kernel(method_names[method], status);
	}
	return 0;
}

static void gather_sources(const struct pipeline *pipeline, const struct amqadf_grid *grids[])
{
	for (int s = 0; s < SOURCES; s++)
		grids[s] = &pipeline->grid[sources[s]];
}

/* Points are in the order of time; the sources are stamped in turn, as sensors are polled. */
static int synchronise(struct pipeline *pipeline)
{
	const struct amqadf_grid *grids[SOURCES];
	uint64_t count = pipeline->points.count;
	uint64_t each = (count < STAMPS ? count : STAMPS) / SOURCES + 1;
	double end = BUILD_SECONDS_PER_POINT * (double)count;
	double *seconds = calloc(SOURCES * each, sizeof(*seconds));
	struct amqadf_stamps stamps[SOURCES];
	int status;

	if (!seconds)
		return cli_fail("out of memory");
	gather_sources(pipeline, grids);
	for (uint64_t s = 0; s < SOURCES; s++) {
		stamps[s] = (struct amqadf_stamps){each, seconds + s * each};
		for (uint64_t n = 0; n < each; n++)
			seconds[s * each + n] =
				end * (double)(SOURCES * n + s) / (double)(SOURCES * each);
	}
	status = amqadf_sync_temporal(grids, stamps, SOURCES, end / BINS,
				      &pipeline->grid[SYNCHRONISED]);
	free(seconds);
	return status ? cli_fail_kernel("synchronise", status) : 0;
}

static int filter_gaussian(struct pipeline *pipeline)
{
	int status = amqadf_filter_gaussian(&pipeline->grid[SYNCHRONISED],
					    &pipeline->grid[GAUSSIAN], FILTER_SIGMA);

	return status ? cli_fail_kernel("gaussian", status) : 0;
}

static int filter_median(struct pipeline *pipeline)
{
	int status = amqadf_filter_median(&pipeline->grid[SYNCHRONISED], &pipeline->grid[MEDIAN],
					  MEDIAN_SIZE);

	return status ? cli_fail_kernel("median", status) : 0;
}

static int filter_bilateral(struct pipeline *pipeline)
{
	int status =
		amqadf_filter_bilateral(&pipeline->grid[SYNCHRONISED], &pipeline->grid[BILATERAL],
					FILTER_SIGMA, FILTER_RANGE);

	return status ? cli_fail_kernel("bilateral", status) : 0;
}

static int fuse_weighted(struct pipeline *pipeline)
{
	const struct amqadf_grid *grids[SOURCES];
	int status;

	gather_sources(pipeline, grids);
	status = amqadf_fuse_weighted(grids, SOURCES, source_weights, SOURCES,
				      &pipeline->grid[WEIGHTED]);
	return status ? cli_fail_kernel("fuse_weighted", status) : 0;
}

static int fuse(struct pipeline *pipeline)
{
	const struct amqadf_grid *grids[] = {
		&pipeline->grid[GAUSSIAN],
		&pipeline->grid[MEDIAN],
		&pipeline->grid[BILATERAL],
		&pipeline->grid[WEIGHTED],
	};
	int status = amqadf_fuse(grids, 4, AMQADF_FUSE_MEDIAN, &pipeline->grid[FUSED]);

	return status ? cli_fail_kernel("fuse", status) : 0;
}

static int print_quality(struct pipeline *pipeline)
{
	const struct amqadf_grid *grids[SOURCES];
	struct amqadf_quality_report report;
	int status;

	gather_sources(pipeline, grids);
	status = amqadf_quality(&pipeline->grid[FUSED], grids, SOURCES, &report, NULL);
	if (status)
		return cli_fail_kernel("quality", status);
	printf("quality %.6f  accuracy %.6f  consistency %.6f  coverage %.6f\n", report.quality,
	       report.accuracy, report.consistency, report.coverage);
	printf("residual mean %.6g  max %.6g  std %.6g\n", report.residual_mean,
	       report.residual_max, report.residual_std);
	return 0;
}

static int print_statistics(struct pipeline *pipeline)
{
	int status = 0;

	printf("points %" PRIu64 "\n", pipeline->points.count);
	printf("grid %" PRIu64 "x%" PRIu64 "x%" PRIu64 "  voxel %.6g\n", pipeline->grid[0].nx,
	       pipeline->grid[0].ny, pipeline->grid[0].nz, pipeline->grid[0].voxel_size);
	for (int g = 0; g < GRIDS && !status; g++)
		status = cli_print_statistics(grid_names[g], &pipeline->grid[g]);
	return status;
}

static int write_result(struct pipeline *pipeline)
{
	return pipeline->output ? cli_write_grid(pipeline->output, &pipeline->grid[FUSED]) : 0;
}

/* The steps in order; one without a name shows its own progress. */
static const struct {
	const char *name;
	int (*run)(struct pipeline *pipeline);
} steps[] = {
	{"points", load_points},
	{"grids", make_grids},
	{NULL, map_all},
	{"synchronise", synchronise},
	{"gaussian", filter_gaussian},
	{"median", filter_median},
	{"bilateral", filter_bilateral},
	{"fuse_weighted", fuse_weighted},
	{"fuse", fuse},
	{"statistics", print_statistics},
	{"quality", print_quality},
	{"write", write_result},
};

static int run_steps(struct pipeline *pipeline)
{
	int status = 0;

	for (size_t n = 0; n < sizeof(steps) / sizeof(steps[0]) && !status; n++) {
		if (steps[n].name)
			cli_progress_begin(steps[n].name);
		status = steps[n].run(pipeline);
		if (steps[n].name)
			cli_progress_end();
	}
	for (int g = 0; g < GRIDS; g++)
		amqadf_grid_free(&pipeline->grid[g]);
	amqadf_points_free(&pipeline->points);
	return status;
}

enum { OPTION_POINTS = 256, OPTION_LAYERS, OPTION_SEED, OPTION_KDE, OPTION_RBF };

static const struct option options[] = {
	CLI_HELP,
	{"points", required_argument, NULL, OPTION_POINTS},
	{"layers", required_argument, NULL, OPTION_LAYERS},
	{"seed", required_argument, NULL, OPTION_SEED},
	{"grid", required_argument, NULL, 'g'},
	{"k", required_argument, NULL, 'k'},
	{"kde-points", required_argument, NULL, OPTION_KDE},
	{"rbf-points", required_argument, NULL, OPTION_RBF},
	{"verbose", no_argument, NULL, 'v'},
	{"output", required_argument, NULL, 'o'},
	{0},
};

static bool take(const struct cli_command *command, int option, struct pipeline *pipeline)
{
	switch (option) {
	case OPTION_POINTS:
		return cli_whole(command, "--points", optarg, 1, UINT32_MAX,
				 &pipeline->build.points);
	case OPTION_LAYERS:
		return cli_whole(command, "--layers", optarg, 1, UINT32_MAX,
				 &pipeline->build.layers);
	case OPTION_SEED:
		return cli_whole(command, "--seed", optarg, 0, UINT64_MAX, &pipeline->build.seed);
	case 'g':
		return cli_grid_size(command, optarg, &pipeline->size);
	case 'k':
		return cli_whole(command, "--k", optarg, 1, INT32_MAX, &pipeline->parameters.k);
	case OPTION_KDE:
		return cli_whole(command, "--kde-points", optarg, 1, UINT32_MAX,
				 &pipeline->parameters.kde_points);
	case OPTION_RBF:
		return cli_whole(command, "--rbf-points", optarg, 1, 20000,
				 &pipeline->parameters.rbf_points);
	case 'v':
		cli_progress_enable();
		return true;
	default:
		pipeline->output = optarg;
		return true;
	}
}

static int run(const struct cli_command *command, int argc, char **argv)
{
	struct pipeline pipeline = {
		.build = {.points = 100000, .layers = 100, .seed = 1},
		.parameters = METHOD_DEFAULTS,
		.size = {.size = {54}, .longest = true},
	};
	int option;

	pipeline.parameters.epsilon = RBF_EPSILON;
	while ((option = cli_option(command, argc, argv, options)) != -1) {
		if (option == 'h')
			return CLI_OK;
		if (option == '?' || !take(command, option, &pipeline))
			return CLI_USAGE;
	}
	if (argc - optind > 1)
		return cli_misuse(command, "found %d files, expected at most 1", argc - optind);
	pipeline.input = argv[optind];
	if (pipeline.build.layers > pipeline.build.points)
		pipeline.build.layers = pipeline.build.points;
	return run_steps(&pipeline);
}

const struct cli_command cmd_pipeline = {
	.name = "pipeline",
	.summary = "all in a row: map, synchronise, filter, fuse, assess",
	.usage = "Usage: amqadf pipeline [OPTIONS] [POINTS]\n\n"
		 "Read points, or make up a build as 'amqadf generate' does; map them in five\n"
		 "ways; synchronise idw, kde and rbf in time; filter the result in three ways;\n"
		 "fuse; print statistics and quality.\n\n"
		 "  --points N         points of a made-up build (100000)\n"
		 "  --layers N         its layers (100)\n"
		 "  --seed N           seed of its process noise (1)\n"
		 "  --grid N           voxels along the longest side, or NXxNYxNZ (54)\n"
		 "  --k N              idw: number of nearest points (10)\n"
		 "  --kde-points N     kde: use at most N points, evenly picked (5000)\n"
		 "  --rbf-points N     rbf: use at most N points, evenly picked (400), because\n"
		 "                     the time grows with their cube\n"
		 "  -v, --verbose      time of every step on stderr\n"
		 "  -o, --output FILE  the fused grid, as .npy\n"
		 "  -h, --help         show this\n",
	.run = run,
};
