/* SPDX-License-Identifier: Apache-2.0 */
/* amqadf: build a quality picture of an additive-manufacturing build, step by step or at once. */
#include "kernels/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct cli_command *const commands[] = {
	&cmd_generate, &cmd_map, &cmd_fuse, &cmd_filter, &cmd_quality, &cmd_stats, &cmd_pipeline,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *stream)
{
	fputs("Usage: amqadf COMMAND [OPTIONS] [FILE ...]\n\n"
	      "Map measured points to voxels, and filter, fuse and assess voxel grids.\n\n",
	      stream);
	for (size_t n = 0; n < COMMANDS; n++)
		fprintf(stream, "  %-10s %s\n", commands[n]->name, commands[n]->summary);
	fputs("\n'amqadf COMMAND --help' tells more about a command.\n"
	      "  --help     show this\n"
	      "  --version  show the version\n",
	      stream);
}

static const struct cli_command *find_command(const char *name)
{
	for (size_t n = 0; n < COMMANDS; n++)
		if (strcmp(commands[n]->name, name) == 0)
			return commands[n];
	return NULL;
}

/* Results that did not reach their reader are a failure, for example on a full disk. */
static int close_output(int status)
{
	int failed = ferror(stdout);

	errno = 0;
	if ((fclose(stdout) == 0 && !failed) || status != CLI_OK)
		return status;
	fprintf(stderr, "amqadf: standard output: %s\n",
		errno ? strerror(errno) : "cannot be written");
	return CLI_FAILED;
}

static int run(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2) {
		print_help(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return CLI_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("amqadf %s\n", PACKAGE_VERSION);
		return CLI_OK;
	}
	command = find_command(argv[1]);
	if (command)
		return command->run(command, argc - 1, argv + 1);
	fprintf(stderr, "amqadf: found '%s', expected a command (see 'amqadf --help')\n", argv[1]);
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	return close_output(run(argc, argv));
}
