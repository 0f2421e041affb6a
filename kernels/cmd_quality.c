/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf quality: how well a fused grid represents its sources. */
#include "kernels/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const struct option options[] = {CLI_HELP, {0}};

static void print(const struct amqadf_quality_report *report, char **paths,
		  const double *correlations, uint64_t sources)
{
	printf("quality %.6f  accuracy %.6f  consistency %.6f  coverage %.6f\n", report->quality,
	       report->accuracy, report->consistency, report->coverage);
	printf("residual mean %.6g  max %.6g  std %.6g\n", report->residual_mean,
	       report->residual_max, report->residual_std);
	for (uint64_t s = 0; s < sources; s++)
		printf("correlation %.6f  %s\n", correlations[s], paths[s]);
}

/* The first grid is the fused one. */
static int assess(char **paths, uint64_t count)
{
	struct amqadf_quality_report report;
	struct cli_grids grids;
	double *correlations;
	int status = cli_grids_read(&grids, paths, count);

	if (status)
		return status;
	correlations = calloc(count, sizeof(*correlations));
	if (!correlations) {
		status = cli_fail("out of memory");
	} else {
		status = amqadf_quality(grids.pointers[0], grids.pointers + 1, count - 1, &report,
					correlations);
		if (status)
			status = cli_fail_kernel("quality", status);
		else
			print(&report, paths + 1, correlations, count - 1);
	}
	free(correlations);
	cli_grids_fini(&grids);
	return status;
}

static int run(const struct cli_command *command, int argc, char **argv)
{
	int option = cli_option(command, argc, argv, options);

	if (option == 'h')
		return CLI_OK;
	if (option == '?')
		return CLI_USAGE;
	if (argc - optind < 2)
		return cli_misuse(command,
				  "found %d files, expected the fused grid and its sources",
				  argc - optind);
	return assess(argv + optind, (uint64_t)(argc - optind));
}

const struct cli_command cmd_quality = {
	.name = "quality",
	.summary = "assess a fused grid against its sources",
	.usage = "Usage: amqadf quality FUSED.npy SOURCE.npy ...\n\n"
		 "Print coverage, agreement with the sources and residuals of a fused grid.\n\n"
		 "  -h, --help         show this\n",
	.run = run,
};
