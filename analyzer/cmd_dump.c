/* SPDX-License-Identifier: Apache-2.0 */
/* recoat dump: every event of a recording, one a line. */
#include "analyzer/command.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "analyzer/error.h"
#include "analyzer/packed.h"
#include "analyzer/run.h"
#include "analyzer/trace.h"

static const char help[] =
	"Usage: recoat dump DIR\n"
	"Print every event of the recording in DIR, which may be a packed one, one a line:\n\n"
	"  NAME: { field = value, ... }\n\n"
	"in the form that babeltrace2 gives them, so that the two can be compared.\n";

static int print_event(void *user, const struct recoat_event *event)
{
	recoat_event_print(user, event);
	return 0;
}

static int dump_trace(const char *directory, struct recoat_error *error)
{
	const struct recoat_visitor visitor = {.user = stdout, .event = print_event};
	struct recoat_trace *trace;
	int result = recoat_trace_open(directory, &trace, error);

	if (result)
		return result;
	for (int part = 0; !result && part < RECOAT_PARTS; part++)
		result = recoat_trace_read(trace, (enum recoat_part)part, &visitor, error);
	recoat_trace_close(trace);
	return result;
}

static int dump_run(const char *path, struct recoat_error *error)
{
	struct recoat_run run;
	int result = recoat_run_open(&run, path, error);

	if (result)
		return result;
	for (size_t i = 0; !result && i < run.count; i++)
		result = dump_trace(run.trace[i], error);
	recoat_run_close(&run);
	return result;
}

static int dump(const char *path)
{
	struct recoat_error error;
	char *extracted;
	int result = recoat_packed_extract(path, &extracted, &error);

	if (!result)
		result = dump_run(extracted ? extracted : path, &error);
	recoat_packed_remove(extracted);
	if (result) {
		fflush(stdout);
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	}
	return recoat_finish();
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	static const struct option known[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int found;

	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found != 'h')
			return recoat_option_error(command, found, argv);
		return recoat_print_help(command);
	}
	if (argc - optind != 1)
		return recoat_usage_error(command, "found %d directories, expected one",
					  argc - optind);
	return dump(argv[optind]);
}

const struct recoat_command recoat_command_dump = {
	.name = "dump",
	.summary = "print every event of a recording",
	.help = help,
	.run = run,
};
