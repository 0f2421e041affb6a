/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf filter: take noise off a grid. */
#include "kernels/cli.h"

#include <stdio.h>

static const char *const methods[] = {"gaussian", "median", "bilateral", NULL};
enum { GAUSSIAN, MEDIAN, BILATERAL };

struct request {
	int method;
	double sigma, range;
	uint64_t size;
	const char *output;
};

static const struct option options[] = {
	CLI_HELP,
	{"method", required_argument, NULL, 'm'},
	{"sigma", required_argument, NULL, 's'},
	{"size", required_argument, NULL, 'k'},
	{"range", required_argument, NULL, 'r'},
	{"output", required_argument, NULL, 'o'},
	{0},
};

static bool take(const struct cli_command *command, int option, struct request *request)
{
	switch (option) {
	case 'm':
		return cli_word(command, "--method", optarg, methods, &request->method);
	case 's':
		return cli_positive(command, "--sigma", optarg, &request->sigma);
	case 'k':
		return cli_whole(command, "--size", optarg, 1, 129, &request->size);
	case 'r':
		return cli_positive(command, "--range", optarg, &request->range);
	default:
		request->output = optarg;
		return true;
	}
}

static int apply(const struct request *request, const struct amqadf_grid *in,
		 struct amqadf_grid *out)
{
	switch (request->method) {
	case GAUSSIAN:
		return amqadf_filter_gaussian(in, out, (float)request->sigma);
	case MEDIAN:
		return amqadf_filter_median(in, out, (int32_t)request->size);
	default:
		return amqadf_filter_bilateral(in, out, (float)request->sigma,
					       (float)request->range);
	}
}

static int filter(const struct request *request, char **paths)
{
	struct cli_grids grids;
	struct amqadf_grid out;
	int status = cli_grids_read(&grids, paths, 1);

	if (status)
		return status;
	status = cli_grid_like(&grids.grids[0], &out);
	if (!status) {
		cli_progress_begin(methods[request->method]);
		status = apply(request, &grids.grids[0], &out);
		cli_progress_end();
		if (status)
			status = cli_fail_kernel("filter", status);
		if (!status)
			status = cli_print_statistics("before", &grids.grids[0]);
		if (!status)
			status = cli_print_statistics("after", &out);
		if (!status)
			status = cli_write_grid(request->output, &out);
		amqadf_grid_free(&out);
	}
	cli_grids_fini(&grids);
	return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
	struct request request = {.sigma = 1.0, .range = 0.1, .size = 3};
	int option;

	while ((option = cli_option(command, argc, argv, options)) != -1) {
		if (option == 'h')
			return CLI_OK;
		if (option == '?' || !take(command, option, &request))
			return CLI_USAGE;
	}
	if (argc - optind != 1)
		return cli_misuse(command, "found %d files, expected 1 grid", argc - optind);
	if (!request.output)
		return cli_misuse(command, "found no --output, expected a file's name");
	if (request.size % 2 == 0)
		return cli_misuse(command, "--size: found an even number, expected an odd one");
	if (request.sigma > 64.0)
		return cli_misuse(command, "--sigma: found %g, expected at most 64", request.sigma);
	return filter(&request, argv + optind);
}

const struct cli_command cmd_filter = {
	.name = "filter",
	.summary = "take noise off a grid",
	.usage = "Usage: amqadf filter [OPTIONS] --output GRID.npy GRID.npy\n\n"
		 "Replace every active voxel by a mean or median of the active ones around it.\n\n"
		 "  --method NAME      gaussian, median or bilateral (gaussian)\n"
		 "  --sigma S          gaussian, bilateral: reach in voxels, at most 64 (1)\n"
		 "  --range R          bilateral: reach in values (0.1)\n"
		 "  --size N           median: side of the cube in voxels, odd, at most 129 (3)\n"
		 "  -o, --output FILE  the filtered grid\n"
		 "  -h, --help         show this\n",
	.run = run,
};
