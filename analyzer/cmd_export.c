/* SPDX-License-Identifier: Apache-2.0 */
/* recoat export: a recording in the formats of other tools. */
#include "analyzer/command.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/export.h"
#include "analyzer/filter_option.h"
#include "analyzer/model.h"
#include "analyzer/output.h"
#include "analyzer/profile.h"
#include "analyzer/progress.h"
#include "analyzer/symbols.h"

static const char help[] =
	"Usage: recoat export --format FORMAT [OPTION]... [DIR]\n"
	"Write the recording in DIR for another tool; without DIR, the newest ./recoat-*/.\n\n"
	"  --format FORMAT     folded, flamegraph, speedscope, pprof, callgrind, csv or json:\n"
	"                      call paths with --value;\n"
	"                      chrome: spans and live memory over time, also for Perfetto;\n"
	"                      massif: who held the heap when, of one process\n"
	"  -o, --output FILE   where to write; without it, standard output\n"
	"  --value VALUE       cpu or samples; bytes, allocations, peak, leaked or temporary;\n"
	"                      time or calls of kernels. Without it, the first of cpu, bytes\n"
	"                      and time that was recorded\n"
	"  --process PID       of chrome and massif: this process; without it, all, or for\n"
	"                      massif the one with the highest peak\n" RECOAT_FILTER_HELP
	"  --help              this text\n\n"
	"A file is written as a whole or not at all.\n";

struct format {
	const char *name;
	recoat_exporter *write;
	bool values, lines;
};

static const struct format formats[] = {
	{.name = "folded", .write = recoat_export_folded, .values = true},
	{.name = "flamegraph", .write = recoat_export_flamegraph, .values = true},
	{.name = "speedscope", .write = recoat_export_speedscope, .values = true},
	{.name = "pprof", .write = recoat_export_pprof, .values = true, .lines = true},
	{.name = "callgrind", .write = recoat_export_callgrind, .values = true, .lines = true},
	{.name = "chrome", .write = recoat_export_chrome},
	{.name = "massif", .write = recoat_export_massif},
	{.name = "csv", .write = recoat_export_csv, .values = true},
	{.name = "json", .write = recoat_export_json, .values = true},
};

struct options {
	const struct format *format;
	const char *output, *value;
	char *path;   /* The recording. */
	long process; /* 0: not asked for. */
	struct recoat_filter filter;
	bool help;
};

static int take_format(const struct recoat_command *command, const char *value,
		       const struct format **format)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (!strcmp(value, formats[i].name)) {
			*format = &formats[i];
			return 0;
		}
	return recoat_usage_error(command,
				  "--format: found \"%s\", expected folded, flamegraph, "
				  "speedscope, pprof, callgrind, chrome, massif, csv or json",
				  value);
}

static int take_value(const struct recoat_command *command, const char *value, const char **to)
{
	*to = value;
	if (recoat_profile_has(value))
		return 0;
	return recoat_usage_error(command,
				  "--value: found \"%s\", expected cpu, samples, bytes, "
				  "allocations, peak, leaked, temporary, time or calls",
				  value);
}

static int take_process(const struct recoat_command *command, const char *value, long *pid)
{
	char *end;

	errno = 0;
	*pid = strtol(value, &end, 10);
	if (errno || *end || *pid <= 0)
		return recoat_usage_error(command, "--process: found \"%s\", expected a process id",
					  value);
	return 0;
}

/* Options that must go together, and those that must not. */
static int check(const struct recoat_command *command, const struct options *options)
{
	if (!options->format)
		return recoat_usage_error(command, "no --format given");
	if (options->value && !options->format->values)
		return recoat_usage_error(command, "--value: format %s has no choice of values",
					  options->format->name);
	if (options->process && options->format->values)
		return recoat_usage_error(command, "--process: format %s sums up all processes",
					  options->format->name);
	if (options->format->write == recoat_export_massif &&
	    recoat_filter_is_set(&options->filter))
		return recoat_usage_error(command, "format massif is of a whole process, expected "
						   "no --thread, --since or --until");
	return 0;
}

static int parse(const struct recoat_command *command, int argc, char **argv,
		 struct options *options)
{
	static const struct option known[] = {
		{"format", required_argument, NULL, 'f'},
		{"output", required_argument, NULL, 'o'},
		{"value", required_argument, NULL, 'v'},
		{"process", required_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		RECOAT_FILTER_OPTIONS,
		{0},
	};
	int found, status = 0;

	opterr = 0;
	while (!status && (found = getopt_long(argc, argv, ":f:o:h", known, NULL)) != -1) {
		if (found == 'f')
			status = take_format(command, optarg, &options->format);
		else if (found == 'o')
			options->output = optarg;
		else if (found == 'v')
			status = take_value(command, optarg, &options->value);
		else if (found == 'p')
			status = take_process(command, optarg, &options->process);
		else if (recoat_filter_is_option(found))
			status =
				recoat_filter_take_option(command, found, optarg, &options->filter);
		else if (found == 'h')
			options->help = true;
		else
			return recoat_option_error(command, found, argv);
	}
	if (status || options->help)
		return status;
	status = check(command, options);
	return status ? status : recoat_take_recording(command, argc, argv, &options->path);
}

static const char *default_value(const struct recoat_model *model)
{
	if (model->cpu.samples)
		return "cpu";
	return model->heap.allocations || !model->spans.count ? "bytes" : "time";
}

static int find_process(const struct recoat_model *model, long pid,
			const struct recoat_process **process, struct recoat_error *error)
{
	for (size_t i = 0; i < model->processes; i++)
		if ((long)model->process[i].pid == pid) {
			*process = &model->process[i];
			return 0;
		}
	return recoat_error_set(error, -ESRCH, "no process %ld in the recording, which has %zu",
				pid, model->processes);
}

/* Is the value one of sums over the run, in a part of it? They are not known there. */
static int refuse_sums(const struct recoat_model *model, const char *value,
		       struct recoat_error *error)
{
	bool cpu = !strcmp(value, "cpu") || !strcmp(value, "samples");
	bool time = !strcmp(value, "time") || !strcmp(value, "calls");

	if (cpu && model->left_out.cpu)
		return recoat_error_set(error, -EINVAL,
					"--value %s: CPU samples are sums over the run, expected "
					"no --thread, --since or --until",
					value);
	if (!cpu && !time && model->left_out.heap)
		return recoat_error_set(error, -EINVAL,
					"--value %s: call paths of the heap are sums over the run, "
					"expected a recording made with --heap trace, or no "
					"--thread, --since or --until",
					value);
	return 0;
}

static int export_profile(struct recoat_export *from, const struct options *options, FILE *file,
			  struct recoat_error *error)
{
	const char *value = options->value ? options->value : default_value(from->model);
	struct recoat_profile profile;
	int result = refuse_sums(from->model, value, error);

	if (result)
		return result;
	recoat_profile_create(&profile, from->model, from->symbols, value, options->format->lines);
	from->profile = &profile;
	result = options->format->write(from, file, error);
	recoat_profile_destroy(&profile);
	return result;
}

static int write_all(struct recoat_export *from, const struct options *options,
		     struct recoat_error *error)
{
	struct recoat_output output;
	int result = 0;

	if (options->process)
		result = find_process(from->model, options->process, &from->process, error);
	if (!result)
		result = recoat_output_open(&output, options->output, error);
	if (result)
		return result;
	result = options->format->values ? export_profile(from, options, output.file, error)
					 : options->format->write(from, output.file, error);
	if (!result)
		return recoat_output_commit(&output, error);
	recoat_output_abandon(&output);
	return result;
}

static void tell(const struct recoat_export *from, const struct options *options)
{
	if (from->left_out)
		fprintf(stderr,
			"recoat: %" PRIu64 " figures below 0, of frees counted twice, are left "
			"out: format %s has none\n",
			from->left_out, options->format->name);
}

/* Calls that a part cannot have. */
static void tell_summed(const struct recoat_export *from)
{
	uint64_t calls = from->model->left_out.summed_calls;

	if (calls)
		fprintf(stderr,
			"recoat: %" PRIu64 " calls of kernels in all of the run are left out: they "
			"were summed up as they ended\n",
			calls);
}

static int export(struct options *options)
{
	struct recoat_export from = {0};
	struct recoat_error error;
	int result = recoat_model_create_part(&from.model, options->path, &options->filter,
					      recoat_progress_show, &error);

	recoat_progress_end();
	if (result)
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	from.symbols = recoat_symbols_create(&from.model->strings);
	result = write_all(&from, options, &error);
	if (!result) {
		tell(&from, options);
		tell_summed(&from);
	}
	recoat_symbols_destroy(from.symbols);
	recoat_model_destroy(from.model);
	return result ? recoat_fail(RECOAT_EXIT_FAILURE, &error) : 0;
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	struct options options = {0};
	int status = parse(command, argc, argv, &options);

	if (!status)
		status = options.help ? recoat_print_help(command) : export(&options);
	free(options.path);
	recoat_filter_fini(&options.filter);
	return status;
}

const struct recoat_command recoat_command_export = {
	.name = "export",
	.summary = "write a recording for another tool",
	.help = help,
	.run = run,
};
