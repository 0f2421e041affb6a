/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf map: points to voxels. */
#include "kernels/cli.h"
#include "kernels/method.h"

#include <inttypes.h>
#include <stdio.h>

struct request {
	int method;
	struct method_parameters parameters;
	struct cli_grid size;
	const char *kernel; /* Its meaning depends on the method, which may come later. */
	const char *input, *output;
};

enum { OPTION_POWER = 256, OPTION_K, OPTION_BANDWIDTH, OPTION_EPSILON, OPTION_MOST };

static const struct option options[] = {
	CLI_HELP,
	{"method", required_argument, NULL, 'm'},
	{"grid", required_argument, NULL, 'g'},
	{"kernel", required_argument, NULL, 'K'},
	{"power", required_argument, NULL, OPTION_POWER},
	{"k", required_argument, NULL, OPTION_K},
	{"bandwidth", required_argument, NULL, OPTION_BANDWIDTH},
	{"epsilon", required_argument, NULL, OPTION_EPSILON},
	{"use-points", required_argument, NULL, OPTION_MOST},
	{"output", required_argument, NULL, 'o'},
	{0},
};

static bool take_parameter(const struct cli_command *command, int option,
			   struct method_parameters *parameters)
{
	switch (option) {
	case OPTION_POWER:
		return cli_positive(command, "--power", optarg, &parameters->power);
	case OPTION_K:
		return cli_whole(command, "--k", optarg, 1, INT32_MAX, &parameters->k);
	case OPTION_BANDWIDTH:
		return cli_positive(command, "--bandwidth", optarg, &parameters->bandwidth);
	case OPTION_EPSILON:
		return cli_positive(command, "--epsilon", optarg, &parameters->epsilon);
	default:
		if (!cli_whole(command, "--use-points", optarg, 1, UINT32_MAX,
			       &parameters->rbf_points))
			return false;
		parameters->kde_points = parameters->rbf_points;
		return true;
	}
}

static bool take(const struct cli_command *command, int option, struct request *request)
{
	switch (option) {
	case 'm':
		return cli_word(command, "--method", optarg, method_names, &request->method);
	case 'g':
		return cli_grid_size(command, optarg, &request->size);
	case 'K':
		request->kernel = optarg;
		return true;
	case 'o':
		request->output = optarg;
		return true;
	default:
		return take_parameter(command, option, &request->parameters);
	}
}

/* Give --kernel its meaning. */
static bool take_kernel(const struct cli_command *command, struct request *request)
{
	if (!request->kernel)
		return true;
	if (request->method == METHOD_KDE)
		return cli_word(command, "--kernel", request->kernel, kde_kernel_names,
				&request->parameters.kde_kernel);
	if (request->method == METHOD_RBF)
		return cli_word(command, "--kernel", request->kernel, rbf_kernel_names,
				&request->parameters.rbf_kernel);
	cli_misuse(command, "--kernel: found method %s, expected kde or rbf",
		   method_names[request->method]);
	return false;
}

static int map_points(const struct request *request, const struct amqadf_points *points)
{
	struct amqadf_grid grid;
	int status = cli_grid_around(points, &request->size, &grid);

	if (status)
		return status;
	cli_progress_begin(method_names[request->method]);
	status = method_map((enum method)request->method, &request->parameters, points, &grid);
	cli_progress_end();
	if (status)
		status = cli_fail_kernel(method_names[request->method], status);
	if (!status) {
		printf("points %" PRIu64 "\n", points->count);
		printf("grid %" PRIu64 "x%" PRIu64 "x%" PRIu64 "  voxel %.6g\n", grid.nx, grid.ny,
		       grid.nz, grid.voxel_size);
		status = cli_print_statistics(method_names[request->method], &grid);
	}
	if (!status)
		status = cli_write_grid(request->output, &grid);
	amqadf_grid_free(&grid);
	return status;
}

static int map(const struct request *request)
{
	struct amqadf_points points;
	struct amqadf_error error;
	int status;

	if (amqadf_read_points(request->input, &points, &error))
		return cli_fail_file(request->input, &error);
	status = points.count
			 ? map_points(request, &points)
			 : cli_fail("%s: found no points, expected at least one", request->input);
	amqadf_points_free(&points);
	return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
	struct request request = {
		.method = METHOD_IDW,
		.parameters = METHOD_DEFAULTS,
		.size = {.size = {32}, .longest = true},
	};
	int option;

	while ((option = cli_option(command, argc, argv, options)) != -1) {
		if (option == 'h')
			return CLI_OK;
		if (option == '?' || !take(command, option, &request))
			return CLI_USAGE;
	}
	if (!take_kernel(command, &request))
		return CLI_USAGE;
	if (argc - optind != 1)
		return cli_misuse(command, "found %d files, expected 1 with points", argc - optind);
	if (!request.output)
		return cli_misuse(command, "found no --output, expected a file's name");
	request.input = argv[optind];
	return map(&request);
}

const struct cli_command cmd_map = {
	.name = "map",
	.summary = "map points to a voxel grid",
	.usage = "Usage: amqadf map [OPTIONS] --output GRID.npy POINTS\n\n"
		 "Map the points of a file (CSV with x,y,z,value, or .npy of shape (N, 4)) to a\n"
		 "grid around them.\n\n"
		 "  --method NAME      nearest, linear, idw, kde or rbf (idw)\n"
		 "  --grid N           voxels along the longest side, or NXxNYxNZ (32)\n"
		 "  --power P          idw: power of the distance (2)\n"
		 "  --k N              idw: number of nearest points (10)\n"
		 "  --bandwidth H      kde: bandwidth in millimetres (1)\n"
		 "  --epsilon E        rbf: shape parameter (1)\n"
		 "  --kernel NAME      kde: gaussian or epanechnikov;\n"
		 "                     rbf: gaussian, multiquadric or thin_plate (gaussian)\n"
		 "  --use-points N     kde, rbf: use at most N points, evenly picked, because the\n"
		 "                     time grows fast with their number (kde 5000, rbf 400)\n"
		 "  -o, --output FILE  the grid, as float32 .npy of shape (nx, ny, nz)\n"
		 "  -h, --help         show this\n",
	.run = run,
};
