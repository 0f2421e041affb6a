/* SPDX-License-Identifier: Apache-2.0 */
/* What all commands say in the same way. */
#include "analyzer/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/run.h"

int recoat_usage_error(const struct recoat_command *command, const char *format, ...)
{
	struct recoat_error error;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error.text, sizeof(error.text), format, arguments);
	va_end(arguments);
	fprintf(stderr, "recoat %s: %s; see `recoat help %s`\n", command->name,
		recoat_format_clean(error.text), command->name);
	return RECOAT_EXIT_USAGE;
}

int recoat_option_error(const struct recoat_command *command, int found, char **argv)
{
	if (found == ':')
		return recoat_usage_error(command, "option %s needs a value", argv[optind - 1]);
	if (optopt && strncmp(argv[optind - 1], "--", 2) != 0)
		return recoat_usage_error(command, "unknown option -%c", optopt);
	return recoat_usage_error(command, "unknown option %s", argv[optind - 1]);
}

int recoat_take_recording(const struct recoat_command *command, int argc, char **argv, char **path)
{
	struct recoat_error error;

	if (argc - optind > 1)
		return recoat_usage_error(command, "found %d recordings, expected one",
					  argc - optind);
	*path = optind < argc ? recoat_strdup(argv[optind]) : recoat_run_newest(&error);
	return *path ? 0 : recoat_fail(RECOAT_EXIT_FAILURE, &error);
}

int recoat_fail(int status, const struct recoat_error *error)
{
	struct recoat_error said = *error;

	/* Names of files and arguments may have more than one line. */
	fprintf(stderr, "recoat: %s\n", recoat_format_clean(said.text));
	return status;
}

int recoat_finish(void)
{
	int failed = ferror(stdout);

	if (!fclose(stdout) && !failed)
		return 0;
	/* The reader of a pipe may leave when it has seen enough. */
	if (errno != EPIPE)
		fprintf(stderr, "recoat: standard output: %s\n", strerror(errno));
	return RECOAT_EXIT_FAILURE;
}

int recoat_print_help(const struct recoat_command *command)
{
	fputs(command->help, stdout);
	return recoat_finish();
}
