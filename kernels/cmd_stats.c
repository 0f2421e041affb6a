/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf stats: one line of statistics a grid. */
#include "kernels/cli.h"

static const struct option options[] = {CLI_HELP, {0}};

static int run(const struct cli_command *command, int argc, char **argv)
{
	int option = cli_option(command, argc, argv, options);
	int status = 0;

	if (option == 'h')
		return CLI_OK;
	if (option == '?')
		return CLI_USAGE;
	if (optind == argc)
		return cli_misuse(command, "found no files, expected one or more grids");
	for (; optind < argc && !status; optind++) {
		struct cli_grids grids;

		status = cli_grids_read(&grids, &argv[optind], 1);
		if (status)
			return status;
		status = cli_print_statistics(argv[optind], &grids.grids[0]);
		cli_grids_fini(&grids);
	}
	return status;
}

const struct cli_command cmd_stats = {
	.name = "stats",
	.summary = "print statistics of grids",
	.usage = "Usage: amqadf stats GRID.npy ...\n\n"
		 "Print number, range, percentiles, mean and standard deviation of the active\n"
		 "voxels, one line a grid.\n\n"
		 "  -h, --help         show this\n",
	.run = run,
};
