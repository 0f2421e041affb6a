/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `recoat compare`. */
#include "analyzer/compare_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/command.h"

#define ROWS 20

static int take_percent(const struct recoat_command *command, const char *option, double *percent)
{
	size_t length = strlen(optarg);
	char *end;

	*percent = strtod(optarg, &end);
	if (end == optarg || (*end && strcmp(end, "%") != 0) || !(*percent >= 0) ||
	    !isfinite(*percent) || !length)
		return recoat_usage_error(command, "%s: found \"%s\", expected a percentage from 0",
					  option, optarg);
	return 0;
}

static int take_limit(const struct recoat_command *command, long *limit)
{
	char *end;

	errno = 0;
	*limit = strtol(optarg, &end, 10);
	if (errno || *end || end == optarg || *limit < 0)
		return recoat_usage_error(
			command, "--limit: found \"%s\", expected a number from 0", optarg);
	return 0;
}

static int take_tree(const struct recoat_command *command, enum recoat_tree *tree)
{
	*tree = !strcmp(optarg, "time")     ? RECOAT_TREE_TIME
		: !strcmp(optarg, "cpu")    ? RECOAT_TREE_CPU
		: !strcmp(optarg, "memory") ? RECOAT_TREE_MEMORY
					    : RECOAT_TREES;
	if (*tree == RECOAT_TREES)
		return recoat_usage_error(
			command, "--tree: found \"%s\", expected time, cpu or memory", optarg);
	return 0;
}

/* Options of argv[1] to argv[argc - 1]; other words are moved behind them, to argv[optind]. */
static int parse_part(const struct recoat_command *command, int argc, char **argv,
		      struct recoat_compare_options *options)
{
	static const struct option known[] = {
		{"tree", required_argument, NULL, 't'},
		{"folded", no_argument, NULL, 'f'},
		{"methods", no_argument, NULL, 'm'},
		{"fail-if-slower", required_argument, NULL, 's'},
		{"fail-if-larger", required_argument, NULL, 'b'},
		{"limit", required_argument, NULL, 'l'},
		{"html", required_argument, NULL, 'w'},
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int found, status = 0;

	opterr = 0;
	optind = 0; /* From the start: this is called twice. */
	while (!status && (found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found == 't')
			status = take_tree(command, &options->tree);
		else if (found == 'f')
			options->folded = true;
		else if (found == 'm')
			options->methods = true;
		else if (found == 's')
			status = take_percent(command, "--fail-if-slower", &options->slower);
		else if (found == 'b')
			status = take_percent(command, "--fail-if-larger", &options->larger);
		else if (found == 'l')
			status = take_limit(command, &options->limit);
		else if (found == 'w')
			options->html = optarg;
		else if (found == 'j')
			options->json = true;
		else if (found == 'h')
			options->help = true;
		else
			return recoat_option_error(command, found, argv);
	}
	return status;
}

/* Options that do not go together, and arguments that are missing. */
static int check(const struct recoat_command *command, const struct recoat_compare_options *options,
		 bool divided)
{
	bool limits = options->slower >= 0 || options->larger >= 0;
	bool tree = options->tree != RECOAT_TREES;

	if (options->help)
		return 0;
	if (options->folded && !tree)
		return recoat_usage_error(command, "--folded: expected --tree with it");
	if (tree && (options->json || options->methods || limits))
		return recoat_usage_error(
			command, "--tree: found --json, --methods or --fail-if-..., expected "
				 "none of them with it");
	if (options->html && (tree || options->json))
		return recoat_usage_error(
			command, "--html: found --tree or --json, expected neither with it");
	if (options->methods && (divided || limits))
		return recoat_usage_error(command, "--methods: found \"--\" or --fail-if-..., "
						   "expected neither with it");
	if (options->methods && options->befores < 2)
		return recoat_usage_error(command, "found %d sets, expected two or more",
					  options->befores);
	if (options->methods)
		return 0;
	if (!divided && options->befores != 2)
		return recoat_usage_error(command,
					  "found %d recordings, expected two, or BEFORE... -- "
					  "AFTER...",
					  options->befores);
	if (divided && (!options->befores || !options->afters))
		return recoat_usage_error(command,
					  "found %d recordings before -- and %d behind, "
					  "expected at least one each",
					  options->befores, options->afters);
	return 0;
}

int recoat_compare_parse(const struct recoat_command *command, int argc, char **argv,
			 struct recoat_compare_options *options)
{
	int middle = 1, status;

	*options = (struct recoat_compare_options){
		.tree = RECOAT_TREES,
		.slower = RECOAT_COMPARE_UNLIMITED,
		.larger = RECOAT_COMPARE_UNLIMITED,
		.limit = ROWS,
	};
	while (middle < argc && strcmp(argv[middle], "--") != 0)
		middle++;
	status = parse_part(command, middle, argv, options);
	if (status)
		return status;
	options->before = argv + optind;
	options->befores = middle - optind;
	if (middle < argc) {
		status = parse_part(command, argc - middle, argv + middle, options);
		if (status)
			return status;
		options->after = argv + middle + optind;
		options->afters = argc - middle - optind;
	}
	status = check(command, options, middle < argc);
	if (!status && middle == argc && options->befores == 2 && !options->methods) {
		options->after = options->before + 1;
		options->befores = options->afters = 1;
	}
	return status;
}
