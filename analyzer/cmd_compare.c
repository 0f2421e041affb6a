/* SPDX-License-Identifier: Apache-2.0 */
/* recoat compare: recordings before and after. */
#include "analyzer/command.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/compare.h"
#include "analyzer/compare_inputs.h"
#include "analyzer/comparison.h"
#include "analyzer/difference.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/table.h"

#define ROWS 20

static const char help[] =
	"Usage: recoat compare [OPTION]... BEFORE AFTER\n"
	"       recoat compare [OPTION]... BEFORE... -- AFTER...\n"
	"       recoat compare [OPTION]... --methods NAME=DIR[,DIR]...\n"
	"Compare recordings: time, CPU time, peak memory and allocations of the program, of\n"
	"operations and of kernels, with intervals and tests.\n\n"
	"  --tree time|cpu|memory\n"
	"                      the call paths that changed most instead of the tables\n"
	"  --folded            with --tree: one line a call path, with both values, for\n"
	"                      differential flame graphs\n"
	"  --methods           each argument is a set of recordings under a name; one table\n"
	"                      of all, compared with the first\n"
	"  --fail-if-slower PERCENT\n"
	"                      exit with status 3 if the program or a kernel was found slower\n"
	"                      by more than this\n"
	"  --fail-if-larger PERCENT\n"
	"                      the same for the peak of the heap\n"
	"  --limit N           rows a table (default 20); 0: all\n"
	"  --json              as JSON; see recoat-compare(1)\n"
	"  --help              this text\n\n"
	"Exit status: 3 if a limit was passed; 4 if --fail-if-slower was given and there were\n"
	"too few samples to judge anything.\n";

enum { UNLIMITED = -1 };

struct options {
	const char *tree; /* NULL: none. */
	bool folded, methods, json, help;
	double slower, larger; /* UNLIMITED if not given. */
	long limit;
	char **before, **after; /* Of the command line. */
	int befores, afters;
};

/* ---- The command line. ---- */

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

static int take_tree(const struct recoat_command *command, const char **tree)
{
	*tree = optarg;
	if (strcmp(optarg, "time") && strcmp(optarg, "cpu") && strcmp(optarg, "memory"))
		return recoat_usage_error(
			command, "--tree: found \"%s\", expected time, cpu or memory", optarg);
	return 0;
}

/* Options of argv[1] to argv[argc - 1]; other words are moved behind them, to argv[optind]. */
static int parse_part(const struct recoat_command *command, int argc, char **argv,
		      struct options *options)
{
	static const struct option known[] = {
		{"tree", required_argument, NULL, 't'},
		{"folded", no_argument, NULL, 'f'},
		{"methods", no_argument, NULL, 'm'},
		{"fail-if-slower", required_argument, NULL, 's'},
		{"fail-if-larger", required_argument, NULL, 'b'},
		{"limit", required_argument, NULL, 'l'},
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
static int check(const struct recoat_command *command, const struct options *options, bool divided)
{
	bool limits = options->slower >= 0 || options->larger >= 0;

	if (options->help)
		return 0;
	if (options->folded && !options->tree)
		return recoat_usage_error(command, "--folded: expected --tree with it");
	if (options->tree && (options->json || options->methods || limits))
		return recoat_usage_error(
			command, "--tree: found --json, --methods or --fail-if-..., expected "
				 "none of them with it");
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

static int parse(const struct recoat_command *command, int argc, char **argv,
		 struct options *options)
{
	int middle = 1, status;

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

/* ---- What is shown. ---- */

/* NO_COLOR: https://no-color.org */
static struct recoat_compare_page page_of(const struct options *options)
{
	const char *none = getenv("NO_COLOR");

	return (struct recoat_compare_page){
		.width = recoat_page_width(),
		.limit = (size_t)options->limit,
		.colour = isatty(STDOUT_FILENO) && !(none && *none),
	};
}

static bool passes_limits(const struct recoat_comparison *comparison, const struct options *options)
{
	bool passed = false;

	for (size_t i = 0; i < comparison->rows; i++) {
		const struct recoat_comparison_row *row = &comparison->row[i];
		bool slower = options->slower >= 0 && recoat_row_is_slower(row, options->slower);
		bool larger = options->larger >= 0 && recoat_row_is_larger(row, options->larger);

		if (slower)
			fprintf(stderr, "recoat: %s: slower by more than %g%%\n", row->name,
				options->slower);
		if (larger)
			fprintf(stderr, "recoat: %s: larger by more than %g%%\n", row->name,
				options->larger);
		passed |= slower || larger;
	}
	return passed;
}

static bool judges_nothing(const struct recoat_comparison *comparison)
{
	for (size_t i = 0; i < comparison->rows; i++)
		if (comparison->row[i].metric[RECOAT_METRIC_TIME].verdict != RECOAT_TOO_FEW)
			return false;
	return true;
}

static int verdict(const struct recoat_comparison *comparison, const struct options *options)
{
	if (passes_limits(comparison, options))
		return RECOAT_EXIT_LIMIT;
	if (options->slower < 0 || !judges_nothing(comparison))
		return 0;
	fprintf(stderr, "recoat: too few samples to judge, expected %u recordings a side\n",
		RECOAT_SAMPLES_LEAST);
	return RECOAT_EXIT_UNDECIDED;
}

static int compare(const struct options *options, struct recoat_error *error)
{
	size_t n = (size_t)options->befores, m = (size_t)options->afters;
	struct recoat_compare_page page = page_of(options);
	bool calls = n == 1 && m == 1;
	struct recoat_digest *before = recoat_digests_read(options->before, n, calls, error);
	struct recoat_digest *after =
		before ? recoat_digests_read(options->after, m, calls, error) : NULL;
	struct recoat_comparison comparison;
	int status = RECOAT_EXIT_FAILURE;

	if (after) {
		recoat_comparison_create(&comparison, before, n, after, m);
		if (options->json)
			recoat_compare_json(&comparison, stdout);
		else
			recoat_compare_text(&comparison, &page, stdout);
		fflush(stdout);
		status = verdict(&comparison, options);
		recoat_comparison_destroy(&comparison);
		recoat_digests_destroy(after, m);
	} else {
		recoat_fail(status, error);
	}
	if (before)
		recoat_digests_destroy(before, n);
	return status;
}

/* ---- Call trees. ---- */

static int compare_trees(const struct options *options, struct recoat_error *error)
{
	struct recoat_compare_page page = page_of(options);
	struct recoat_difference difference = {0};
	bool bytes = !strcmp(options->tree, "memory");
	int result = 0;

	for (int i = 0; !result && i < options->befores; i++)
		result = recoat_difference_read(&difference, options->before[i], options->tree, 0,
						1.0 / options->befores, error);
	for (int i = 0; !result && i < options->afters; i++)
		result = recoat_difference_read(&difference, options->after[i], options->tree, 1,
						1.0 / options->afters, error);
	if (result)
		recoat_fail(RECOAT_EXIT_FAILURE, error);
	else if (options->folded)
		recoat_compare_folded(&difference, stdout);
	else
		recoat_compare_paths_text(&difference,
					  bytes                           ? "ALLOCATED BYTES"
					  : !strcmp(options->tree, "cpu") ? "CPU TIME"
									  : "TIME OF KERNELS",
					  bytes, &page, stdout);
	recoat_difference_fini(&difference);
	return result ? RECOAT_EXIT_FAILURE : 0;
}

/* ---- Several sets. ---- */

static void show_sets(const struct options *options, const struct recoat_set *set, size_t count)
{
	struct recoat_comparison *with = recoat_calloc(count, sizeof(*with));
	const char **name = recoat_calloc(count, sizeof(*name));
	struct recoat_methods methods = {.name = name, .with = with, .count = count};
	struct recoat_compare_page page = page_of(options);

	for (size_t i = 0; i < count; i++) {
		name[i] = set[i].name;
		recoat_comparison_create(&with[i], set[0].digest, set[0].paths, set[i].digest,
					 set[i].paths);
	}
	if (options->json)
		recoat_compare_methods_json(&methods, stdout);
	else
		recoat_compare_methods_text(&methods, &page, stdout);
	for (size_t i = 0; i < count; i++)
		recoat_comparison_destroy(&with[i]);
	free(with);
	free(name);
}

static int compare_sets(const struct options *options, struct recoat_error *error)
{
	size_t count = (size_t)options->befores;
	struct recoat_set *set = recoat_calloc(count, sizeof(*set));
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = recoat_set_read(options->before[i], &set[i], error);
	if (result)
		recoat_fail(RECOAT_EXIT_FAILURE, error);
	else
		show_sets(options, set, count);
	for (size_t i = 0; i < count; i++)
		recoat_set_fini(&set[i]);
	free(set);
	return result ? RECOAT_EXIT_FAILURE : 0;
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	struct options options = {.slower = UNLIMITED, .larger = UNLIMITED, .limit = ROWS};
	struct recoat_error error;
	int status = parse(command, argc, argv, &options), finished;

	if (status)
		return status;
	if (options.help)
		return recoat_print_help(command);
	status = options.methods ? compare_sets(&options, &error)
		 : options.tree  ? compare_trees(&options, &error)
				 : compare(&options, &error);
	finished = recoat_finish();
	return finished ? finished : status;
}

const struct recoat_command recoat_command_compare = {
	.name = "compare",
	.summary = "compare recordings before and after",
	.help = help,
	.run = run,
};
