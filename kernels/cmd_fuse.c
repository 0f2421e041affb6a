/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf fuse: several grids to one. */
#include "kernels/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const strategies[] = {"average", "max", "min", "median", NULL};

struct request {
	int strategy;
	const char *weights; /* Of --weights, or NULL. */
	const char *output;
};

static const struct option options[] = {
	CLI_HELP,
	{"strategy", required_argument, NULL, 's'},
	{"weights", required_argument, NULL, 'w'},
	{"output", required_argument, NULL, 'o'},
	{0},
};

static bool take(const struct cli_command *command, int option, struct request *request)
{
	switch (option) {
	case 's':
		return cli_word(command, "--strategy", optarg, strategies, &request->strategy);
	case 'w':
		request->weights = optarg;
		return true;
	default:
		request->output = optarg;
		return true;
	}
}

/* Read "W,W,..." into weights[count]; returns how many there were, 0 if one is no number. */
static uint64_t parse_weights(const char *text, float *weights, uint64_t count)
{
	for (uint64_t n = 1;; n++) {
		char *end;
		float weight = strtof(text, &end);

		if (end == text || !(weight >= 0.0f) || (*end && *end != ','))
			return 0;
		if (n <= count)
			weights[n - 1] = weight;
		if (!*end)
			return n;
		text = end + 1;
	}
}

static int fuse_weighted(const struct request *request, const struct cli_grids *grids,
			 struct amqadf_grid *result)
{
	float *weights = calloc(grids->count, sizeof(*weights));
	uint64_t given;
	int status;

	if (!weights)
		return cli_fail("out of memory");
	given = parse_weights(request->weights, weights, grids->count);
	if (given != grids->count) {
		status = cli_fail("--weights: found '%s', expected %" PRIu64
				  " numbers of 0 or more, one a grid",
				  request->weights, grids->count);
	} else {
		status =
			amqadf_fuse_weighted(grids->pointers, grids->count, weights, given, result);
		if (status)
			status = cli_fail("--weights: found '%s', expected a sum above 0",
					  request->weights);
	}
	free(weights);
	return status;
}

static int fuse_grids(const struct request *request, const struct cli_grids *grids,
		      struct amqadf_grid *result)
{
	int status;

	if (request->weights)
		return fuse_weighted(request, grids, result);
	status = amqadf_fuse(grids->pointers, grids->count, (enum amqadf_fusion)request->strategy,
			     result);
	return status ? cli_fail_kernel("fuse", status) : 0;
}

static int fuse(const struct request *request, char **paths, int count)
{
	struct cli_grids grids;
	struct amqadf_grid result;
	int status = cli_grids_read(&grids, paths, (uint64_t)count);

	if (status)
		return status;
	status = cli_grid_like(&grids.grids[0], &result);
	if (!status) {
		status = fuse_grids(request, &grids, &result);
		if (!status)
			status = cli_print_statistics("fused", &result);
		if (!status)
			status = cli_write_grid(request->output, &result);
		amqadf_grid_free(&result);
	}
	cli_grids_fini(&grids);
	return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
	struct request request = {0};
	int option;

	while ((option = cli_option(command, argc, argv, options)) != -1) {
		if (option == 'h')
			return CLI_OK;
		if (option == '?' || !take(command, option, &request))
			return CLI_USAGE;
	}
	if (optind == argc)
		return cli_misuse(command, "found no files, expected one or more grids");
	if (!request.output)
		return cli_misuse(command, "found no --output, expected a file's name");
	return fuse(&request, argv + optind, argc - optind);
}

const struct cli_command cmd_fuse = {
	.name = "fuse",
	.summary = "fuse several grids to one",
	.usage = "Usage: amqadf fuse [OPTIONS] --output GRID.npy GRID.npy ...\n\n"
		 "Fuse grids of one shape voxel by voxel over those that are active there.\n\n"
		 "  --strategy NAME    average, max, min or median (average)\n"
		 "  --weights W,W,...  weighted average, one weight a grid\n"
		 "  -o, --output FILE  the fused grid\n"
		 "  -h, --help         show this\n",
	.run = run,
};
