/* SPDX-License-Identifier: Apache-2.0 */
/* recoat bench: kernels by sizes by chains of plugins. */
#include "analyzer/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/bench.h"
#include "analyzer/bench_report.h"
#include "analyzer/bench_run.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/output.h"
#include "analyzer/runtime.h"
#include "analyzer/table.h"

static const char help[] =
	"Usage: recoat bench [OPTION]... KERNEL...\n"
	"       recoat bench [OPTION]... --command COMMAND [KERNEL]...\n"
	"       recoat bench [OPTION]... --load FILE\n"
	"Run kernels at several sizes and by several chains of plugins, in turns, and compare.\n\n"
	"  --sizes N,...         problem sizes: 1k,10k,1M\n"
	"  --plugins CHAIN,...   chains to compare with the first: none (default), parallel,\n"
	"                        cached+parallel\n"
	"  --threads N,...       run chains with the plugin parallel once with each threads=N\n"
	"  --iterations N        runs a cell (default 10)\n"
	"  --warm-up N           runs before those that are not counted (default 1)\n"
	"  --time-budget S       seconds a cell (default 30); larger sizes are estimated;\n"
	"                        0: no limit\n"
	"  --command COMMAND     bench this; {size} in it stands for the size\n"
	"  --grid N              grid that amqadf maps points to (default 32)\n"
	"  --heap LEVEL          as for `recoat record` (default profile)\n"
	"  --config FILE         take the configuration from FILE; options replace parts of it\n"
	"  --save FILE           save configuration and results\n"
	"  --load FILE           show saved results; nothing is run\n"
	"  --csv, --json         as comma-separated values or JSON; see recoat-bench(1)\n"
	"  --html FILE           one interactive page for a browser, with charts\n"
	"  --help                this text\n\n"
	"Without --command the program amqadf runs the kernels, on points that it makes up.\n";

enum format {
	TEXT,
	CSV,
	JSON,
};

struct options {
	struct recoat_bench_config config;
	const char *save, *load;
	const char *html; /* The page's file, or NULL. */
	enum format format;
	bool help;
};

enum { SIZES = 256, PLUGINS, THREADS, ITERATIONS, WARM_UP, BUDGET, COMMAND, GRID, HEAP, CONFIG };

static const struct option known[] = {
	{"sizes", required_argument, NULL, SIZES},
	{"plugins", required_argument, NULL, PLUGINS},
	{"threads", required_argument, NULL, THREADS},
	{"iterations", required_argument, NULL, ITERATIONS},
	{"warm-up", required_argument, NULL, WARM_UP},
	{"time-budget", required_argument, NULL, BUDGET},
	{"command", required_argument, NULL, COMMAND},
	{"grid", required_argument, NULL, GRID},
	{"heap", required_argument, NULL, HEAP},
	{"config", required_argument, NULL, CONFIG},
	{"save", required_argument, NULL, 's'},
	{"load", required_argument, NULL, 'l'},
	{"csv", no_argument, NULL, 'c'},
	{"json", no_argument, NULL, 'j'},
	{"html", required_argument, NULL, 'w'},
	{"help", no_argument, NULL, 'h'},
	{0},
};

/* An option of the configuration. 0, or -errno with `error` filled. */
static int take(struct recoat_bench_config *config, int option, struct recoat_error *error)
{
	switch (option) {
	case SIZES:
		return recoat_bench_take_sizes(config, optarg, error);
	case PLUGINS:
		return recoat_bench_take_chains(config, optarg, error);
	case THREADS:
		return recoat_bench_take_threads(config, optarg, error);
	case ITERATIONS:
		return recoat_bench_take_count(&config->iterations, optarg, 1, error);
	case WARM_UP:
		return recoat_bench_take_count(&config->warm_up, optarg, 0, error);
	case BUDGET:
		return recoat_bench_take_budget(config, optarg, error);
	case COMMAND:
		recoat_bench_set_text(&config->command, optarg);
		return 0;
	case GRID:
		recoat_bench_set_text(&config->grid, optarg);
		return 0;
	case HEAP:
		recoat_bench_set_text(&config->heap, optarg);
		return 0;
	}
	return -ENOENT;
}

static const char *option_name(int option)
{
	const struct option *at = known;

	while (at->val != option)
		at++;
	return at->name;
}

/* --config comes first, wherever it stands, so that other options replace parts of it. */
static int take_config(const struct recoat_command *command, int argc, char **argv,
		       struct options *options)
{
	struct recoat_error error;
	int found;

	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found == ':' || found == '?')
			return recoat_option_error(command, found, argv);
		if (found == CONFIG && recoat_bench_config_read(&options->config, optarg, &error))
			return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	}
	optind = 0;
	return 0;
}

static int take_options(const struct recoat_command *command, int argc, char **argv,
			struct options *options)
{
	struct recoat_error error;
	int found;

	while ((found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found == 's')
			options->save = optarg;
		else if (found == 'l')
			options->load = optarg;
		else if (found == 'c')
			options->format = CSV;
		else if (found == 'j')
			options->format = JSON;
		else if (found == 'w')
			options->html = optarg;
		else if (found == 'h')
			options->help = true;
		else if (found != CONFIG && take(&options->config, found, &error))
			return recoat_usage_error(command, "--%s: %s", option_name(found),
						  error.text);
	}
	return 0;
}

static void take_kernels(struct options *options, int argc, char **argv)
{
	struct recoat_bench_config *config = &options->config;

	if (optind < argc)
		while (config->kernels)
			free(config->kernel[--config->kernels]);
	for (; optind < argc; optind++)
		recoat_bench_add_kernel(config, argv[optind]);
}

static int check(const struct recoat_command *command, const struct options *options)
{
	const struct recoat_bench_config *config = &options->config;
	struct recoat_error error;

	if (options->load && (options->save || config->kernels || config->command))
		return recoat_usage_error(command,
					  "--load: found something to run, expected "
					  "neither a kernel, --command nor --save with it");
	if (options->html && options->format != TEXT)
		return recoat_usage_error(
			command, "--html: found --csv or --json, expected neither with it");
	if (!options->load && recoat_bench_config_check(config, &error))
		return recoat_usage_error(command, "%s", error.text);
	if (!options->load && recoat_runtime_check(NULL, config->heap, "0", NULL, &error))
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	return 0;
}

static int parse(const struct recoat_command *command, int argc, char **argv,
		 struct options *options)
{
	int status = take_config(command, argc, argv, options);

	if (!status)
		status = take_options(command, argc, argv, options);
	if (status || options->help)
		return status;
	take_kernels(options, argc, argv);
	return check(command, options);
}

static int save(const struct recoat_bench *bench, const char *path, struct recoat_error *error)
{
	struct recoat_output output;
	int result = recoat_output_open(&output, path, error);

	if (result)
		return result;
	recoat_bench_json(bench, output.file);
	return recoat_output_commit(&output, error);
}

static int show(const struct recoat_bench *bench, const struct options *options,
		struct recoat_error *error)
{
	if (options->html)
		return recoat_bench_html(bench, options->html, error);
	if (options->format == JSON)
		recoat_bench_json(bench, stdout);
	else if (options->format == CSV)
		recoat_bench_csv(bench, stdout);
	else
		recoat_bench_text(bench, recoat_page_width(), stdout);
	return 0;
}

static int bench(struct options *options)
{
	struct recoat_error error;
	struct recoat_bench bench;
	int result, status = 0;

	if (options->load) {
		result = recoat_bench_load(&bench, options->load, &error);
		if (result)
			return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	} else {
		recoat_bench_create(&bench, &options->config);
		result = recoat_bench_run(&bench, &error);
	}
	/* Figures that took long are shown even if there is no place for them. */
	if (!result && options->save && save(&bench, options->save, &error))
		status = recoat_fail(RECOAT_EXIT_FAILURE, &error);
	if (!result)
		result = show(&bench, options, &error);
	recoat_bench_destroy(&bench);
	if (result)
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	result = recoat_finish();
	return status ? status : result;
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	struct options options = {0};
	int status;

	recoat_bench_config_init(&options.config);
	status = parse(command, argc, argv, &options);
	if (!status)
		status = options.help ? recoat_print_help(command) : bench(&options);
	recoat_bench_config_fini(&options.config);
	return status;
}

const struct recoat_command recoat_command_bench = {
	.name = "bench",
	.summary = "compare chains of plugins over sizes",
	.help = help,
	.run = run,
};
