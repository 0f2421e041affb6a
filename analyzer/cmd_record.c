/* SPDX-License-Identifier: Apache-2.0 */
/* recoat record: run a command with the runtime preloaded. */
#include "analyzer/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/launch.h"
#include "analyzer/memory.h"
#include "analyzer/plugin_probe.h"
#include "analyzer/program.h"
#include "analyzer/recording_place.h"
#include "analyzer/run.h"
#include "analyzer/runtime.h"

static const char help[] =
	"Usage: recoat record [-o DIR] [-p PLUGINS] [--kernels GLOB] [--heap LEVEL] [--cpu HZ]\n"
	"                     [--spans MODE] -- COMMAND [ARGUMENT]...\n"
	"Run COMMAND and record what it and the processes that it starts do. Its output, input\n"
	"and exit status are its own.\n\n"
	"  -o, --output DIR   where the recording goes: a new or empty directory\n"
	"                     (default: ./recoat-PROGRAM-PID)\n"
	"  -p, --plugins NAME[:OPTION=VALUE]...,...\n"
	"                     put these before the kernels, outermost first; see\n"
	"                     `recoat list plugins`\n"
	"  --kernels GLOB,... catch only kernels with such a name; see `recoat list kernels`\n"
	"  --heap LEVEL       profile (default): account every allocation; off;\n"
	"                     trace: write every allocation and free, for lifetimes;\n"
	"                     sample:BYTES: estimate from one in so many bytes, as in\n"
	"                     sample:512K\n"
	"  --cpu HZ           CPU samples a second: 0 (none) to 10000, default 997\n"
	"  --spans MODE       auto (default): write every call of a kernel, but sums and a sample\n"
	"                     of what is called very often; all; aggregate: sums only;\n"
	"                     off: calls go straight on\n"
	"  --help             this text\n\n"
	"Exit status: that of COMMAND; or 2 for a wrong option, 125 if COMMAND was not started,\n"
	"126 if it is no program that can be run, 127 if there is no such program.\n";

struct options {
	const char *output; /* NULL: the default. */
	const char *kernels;
	const char *heap;
	const char *cpu;
	const char *spans;
	const char *plugins;
	bool help;
	char *const *command;
};

/* What the child needs to start, and what is left of it for the parent. */
struct session {
	const struct options *options;
	const char *program; /* Base name of the command. */
	char *library;
};

static int parse(const struct recoat_command *command, int argc, char **argv,
		 struct options *options)
{
	static const struct option known[] = {
		{"output", required_argument, NULL, 'o'},
		{"kernels", required_argument, NULL, 'k'},
		{"heap", required_argument, NULL, 'm'},
		{"cpu", required_argument, NULL, 'c'},
		{"spans", required_argument, NULL, 's'},
		{"plugins", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int found;

	opterr = 0;
	/* '+': what follows the first other word belongs to the command. */
	while ((found = getopt_long(argc, argv, "+:o:p:h", known, NULL)) != -1) {
		if (found == 'o')
			options->output = optarg;
		else if (found == 'k')
			options->kernels = optarg;
		else if (found == 'm')
			options->heap = optarg;
		else if (found == 'c')
			options->cpu = optarg;
		else if (found == 's')
			options->spans = optarg;
		else if (found == 'p')
			options->plugins = optarg;
		else if (found == 'h')
			options->help = true;
		else
			return recoat_option_error(command, found, argv);
	}
	options->command = argv + optind;
	if (!options->help && optind == argc)
		return recoat_usage_error(command, "no command given");
	if (options->output && !*options->output)
		return recoat_usage_error(command, "-o: found \"\", expected a directory");
	return 0;
}

/* In the child: where its recording goes, and the environment that says so. */
static char **prepare(void *user, struct recoat_error *error)
{
	const struct session *session = user;
	struct recoat_runtime_settings settings = {
		.library = session->library,
		.kernels = session->options->kernels,
		.heap = session->options->heap,
		.cpu = session->options->cpu,
		.spans = session->options->spans,
		.plugins = session->options->plugins,
	};

	settings.output =
		recoat_place_make(session->options->output, session->program, getpid(), error);
	return settings.output ? recoat_runtime_environment(&settings) : NULL;
}

static void say_place(const struct session *session, pid_t pid)
{
	char *place = recoat_place_name(session->options->output, session->program, pid);
	struct recoat_error error;
	struct recoat_run run;

	if (recoat_run_open(&run, place, &error)) {
		fprintf(stderr, "recoat: nothing was recorded: %s\n", error.text);
	} else {
		fprintf(stderr, "recoat: recording in %s\n", place);
		recoat_run_close(&run);
	}
	free(place);
}

static int record(struct session *session, const char *file)
{
	struct recoat_launch launch = {.file = file,
				       .argv = session->options->command,
				       .prepare = prepare,
				       .user = session};
	struct recoat_error error;
	int status;
	pid_t pid;

	if (recoat_launch(&launch, &pid, &status, &error)) {
		recoat_place_remove(session->options->output, session->program, pid);
		return recoat_fail(RECOAT_EXIT_REFUSED, &error);
	}
	say_place(session, pid);
	return recoat_launch_exit(status);
}

/* Everything that can be known to go wrong is looked at before the command starts. */
static int check(const struct options *options, const char *file, char **library, int *status,
		 struct recoat_error *error)
{
	int result = recoat_program_check(file, error);

	*status = result == -ENOEXEC ? RECOAT_EXIT_CANNOT_RUN : RECOAT_EXIT_REFUSED;
	if (!result)
		result = recoat_runtime_check(options->kernels, options->heap, options->cpu,
					      options->spans, error);
	if (!result)
		result = recoat_plugins_check(options->plugins, error);
	if (!result)
		result = recoat_place_check(options->output, error);
	if (!result)
		result = recoat_runtime_find(library, error);
	return result;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	struct options options = {0};
	struct session session = {.options = &options};
	int status = parse(command, argc, argv, &options);
	struct recoat_error error;
	char *file;

	if (status)
		return status;
	if (options.help)
		return recoat_print_help(command);
	file = recoat_program_find(options.command[0], getenv("PATH"), &status, &error);
	if (!file)
		return recoat_fail(status, &error);
	session.program = base_name(file);
	if (check(&options, file, &session.library, &status, &error))
		status = recoat_fail(status, &error);
	else
		status = record(&session, file);
	free(session.library);
	free(file);
	return status;
}

const struct recoat_command recoat_command_record = {
	.name = "record",
	.summary = "run a command and record it",
	.help = help,
	.run = run,
};
