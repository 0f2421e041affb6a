/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf generate: write the points of a made-up build. */
#include "kernels/build.h"
#include "kernels/cli.h"

#include <inttypes.h>
#include <stdio.h>

#define POINTS_MAX (UINT64_C(1) << 32)

struct request {
	struct build build;
	const char *output;
};

static const struct option options[] = {
	CLI_HELP,
	{"points", required_argument, NULL, 'p'},
	{"layers", required_argument, NULL, 'l'},
	{"seed", required_argument, NULL, 's'},
	{"output", required_argument, NULL, 'o'},
	{0},
};

static bool take(const struct cli_command *command, int option, struct request *request)
{
	switch (option) {
	case 'p':
		return cli_whole(command, "--points", optarg, 1, POINTS_MAX,
				 &request->build.points);
	case 'l':
		return cli_whole(command, "--layers", optarg, 1, POINTS_MAX,
				 &request->build.layers);
	case 's':
		return cli_whole(command, "--seed", optarg, 0, UINT64_MAX, &request->build.seed);
	default:
		request->output = optarg;
		return true;
	}
}

static int generate(const struct request *request)
{
	struct amqadf_points points;
	struct amqadf_error error;
	int status = build_generate(&request->build, &points);

	if (status)
		return cli_fail_kernel("generate", status);
	status = amqadf_write_points(request->output, &points, &error);
	if (status)
		status = cli_fail_file(request->output, &error);
	else
		printf("wrote %" PRIu64 " points in %" PRIu64 " layers to %s\n", points.count,
		       request->build.layers, request->output);
	amqadf_points_free(&points);
	return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
	struct request request = {.build = {.points = 10000, .layers = 100, .seed = 1}};
	int option;

	while ((option = cli_option(command, argc, argv, options)) != -1) {
		if (option == 'h')
			return CLI_OK;
		if (option == '?' || !take(command, option, &request))
			return CLI_USAGE;
	}
	if (optind < argc)
		return cli_misuse(command, "found '%s', expected options only", argv[optind]);
	if (!request.output)
		return cli_misuse(command, "found no --output, expected a file's name");
	if (request.build.layers > request.build.points)
		return cli_misuse(command,
				  "--layers: found %" PRIu64 ", expected at most the %" PRIu64
				  " points",
				  request.build.layers, request.build.points);
	return generate(&request);
}

const struct cli_command cmd_generate = {
	.name = "generate",
	.summary = "write the points of a made-up laser powder-bed build",
	.usage = "Usage: amqadf generate [OPTIONS] --output FILE\n\n"
		 "Write the points of a build: layers scanned in stripes that turn by 67 degrees\n"
		 "from layer to layer, with a melt pool's signal. The same options give the same\n"
		 "points.\n\n"
		 "  --points N         number of points (10000)\n"
		 "  --layers N         number of layers (100)\n"
		 "  --seed N           seed of the process noise (1)\n"
		 "  -o, --output FILE  .csv for text, any other name for NumPy's .npy\n"
		 "  -h, --help         show this\n",
	.run = run,
};
