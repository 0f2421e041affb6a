/* SPDX-License-Identifier: Apache-2.0 */
/* recoat compare: recordings before and after. */
#include "analyzer/command.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/compare.h"
#include "analyzer/compare_inputs.h"
#include "analyzer/compare_options.h"
#include "analyzer/comparison.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/table.h"

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
	"  --html FILE         one interactive page for a browser, call trees included\n"
	"  --json              as JSON; see recoat-compare(1)\n"
	"  --help              this text\n\n"
	"Exit status: 3 if a limit was passed; 4 if --fail-if-slower was given and there were\n"
	"too few samples to judge anything.\n";

/* ---- What is shown. ---- */

/* NO_COLOR: https://no-color.org */
static bool is_coloured(void)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(none && *none) && !(terminal && !strcmp(terminal, "dumb"));
}

static struct recoat_compare_page page_of(const struct recoat_compare_options *options)
{
	return (struct recoat_compare_page){
		.width = recoat_page_width(),
		.limit = (size_t)options->limit,
		.colour = is_coloured(),
	};
}

static bool passes_limits(const struct recoat_comparison *comparison,
			  const struct recoat_compare_options *options)
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

static int verdict(const struct recoat_comparison *comparison,
		   const struct recoat_compare_options *options)
{
	if (passes_limits(comparison, options))
		return RECOAT_EXIT_LIMIT;
	if (options->slower < 0 || !judges_nothing(comparison))
		return 0;
	fprintf(stderr, "recoat: too few samples to judge, expected %u recordings a side\n",
		RECOAT_SAMPLES_LEAST);
	return RECOAT_EXIT_UNDECIDED;
}

/* Call trees of both sides; those that are not NULL. */
static int read_trees(struct recoat_difference *const to[RECOAT_TREES],
		      const struct recoat_compare_options *options, struct recoat_error *error)
{
	int result =
		recoat_differences_read(to, options->before, (size_t)options->befores, 0, error);

	if (!result)
		result = recoat_differences_read(to, options->after, (size_t)options->afters, 1,
						 error);
	return result;
}

static int write_page(const struct recoat_comparison *comparison,
		      const struct recoat_compare_options *options, struct recoat_error *error)
{
	struct recoat_difference tree[RECOAT_TREES] = {0};
	struct recoat_difference *to[RECOAT_TREES];
	int result;

	for (unsigned t = 0; t < RECOAT_TREES; t++)
		to[t] = &tree[t];
	result = read_trees(to, options, error);
	if (!result)
		result = recoat_compare_html(comparison, tree, options->html, error);
	for (unsigned t = 0; t < RECOAT_TREES; t++)
		recoat_difference_fini(&tree[t]);
	return result;
}

static int show(const struct recoat_comparison *comparison,
		const struct recoat_compare_options *options, struct recoat_error *error)
{
	struct recoat_compare_page page = page_of(options);

	if (options->html)
		return write_page(comparison, options, error);
	if (options->json)
		recoat_compare_json(comparison, stdout);
	else
		recoat_compare_text(comparison, &page, stdout);
	fflush(stdout);
	return 0;
}

static int compare(const struct recoat_compare_options *options, struct recoat_error *error)
{
	size_t n = (size_t)options->befores, m = (size_t)options->afters;
	bool calls = n == 1 && m == 1;
	struct recoat_digest *before = recoat_digests_read(options->before, n, calls, error);
	struct recoat_digest *after =
		before ? recoat_digests_read(options->after, m, calls, error) : NULL;
	struct recoat_comparison comparison;
	int status = RECOAT_EXIT_FAILURE;

	if (after) {
		recoat_comparison_create(&comparison, before, n, after, m);
		status = show(&comparison, options, error) ? recoat_fail(RECOAT_EXIT_FAILURE, error)
							   : verdict(&comparison, options);
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

static int compare_trees(const struct recoat_compare_options *options, struct recoat_error *error)
{
	static const char *const title[] = {"TIME OF KERNELS", "CPU TIME", "ALLOCATED BYTES"};
	struct recoat_compare_page page = page_of(options);
	struct recoat_difference difference = {0};
	struct recoat_difference *to[RECOAT_TREES] = {0};
	int result;

	to[options->tree] = &difference;
	result = read_trees(to, options, error);
	if (result)
		recoat_fail(RECOAT_EXIT_FAILURE, error);
	else if (options->folded)
		recoat_compare_folded(&difference, stdout);
	else
		recoat_compare_paths_text(&difference, title[options->tree],
					  options->tree == RECOAT_TREE_MEMORY, &page, stdout);
	recoat_difference_fini(&difference);
	return result ? RECOAT_EXIT_FAILURE : 0;
}

/* ---- Several sets. ---- */

static int show_methods(const struct recoat_methods *methods,
			const struct recoat_compare_options *options, struct recoat_error *error)
{
	struct recoat_compare_page page = page_of(options);

	if (options->html)
		return recoat_compare_methods_html(methods, options->html, error);
	if (options->json)
		recoat_compare_methods_json(methods, stdout);
	else
		recoat_compare_methods_text(methods, &page, stdout);
	return 0;
}

static int show_sets(const struct recoat_compare_options *options, const struct recoat_set *set,
		     size_t count, struct recoat_error *error)
{
	struct recoat_comparison *with = recoat_calloc(count, sizeof(*with));
	const char **name = recoat_calloc(count, sizeof(*name));
	struct recoat_methods methods = {.name = name, .with = with, .count = count};
	int result;

	for (size_t i = 0; i < count; i++) {
		name[i] = set[i].name;
		recoat_comparison_create(&with[i], set[0].digest, set[0].paths, set[i].digest,
					 set[i].paths);
	}
	result = show_methods(&methods, options, error);
	for (size_t i = 0; i < count; i++)
		recoat_comparison_destroy(&with[i]);
	free(with);
	free(name);
	return result;
}

static int compare_sets(const struct recoat_compare_options *options, struct recoat_error *error)
{
	size_t count = (size_t)options->befores;
	struct recoat_set *set = recoat_calloc(count, sizeof(*set));
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = recoat_set_read(options->before[i], &set[i], error);
	if (!result)
		result = show_sets(options, set, count, error);
	for (size_t i = 0; i < count; i++)
		recoat_set_fini(&set[i]);
	free(set);
	return result ? recoat_fail(RECOAT_EXIT_FAILURE, error) : 0;
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	struct recoat_compare_options options;
	struct recoat_error error;
	int status = recoat_compare_parse(command, argc, argv, &options), finished;

	if (status)
		return status;
	if (options.help)
		return recoat_print_help(command);
	status = options.methods                ? compare_sets(&options, &error)
		 : options.tree != RECOAT_TREES ? compare_trees(&options, &error)
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
