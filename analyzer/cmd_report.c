/* SPDX-License-Identifier: Apache-2.0 */
/* recoat report: what a recording says, as text or JSON. */
#include "analyzer/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/filter_option.h"
#include "analyzer/model.h"
#include "analyzer/progress.h"
#include "analyzer/report.h"
#include "analyzer/table.h"

#define TABLE_ROWS 20
#define TREE_LINES 100

static const char help[] =
	"Usage: recoat report [OPTION]... [DIR]\n"
	"Show what the recording in DIR says; without DIR, the newest ./recoat-*/.\n\n"
	"  --tree time|cpu|memory\n"
	"                      the call tree instead of the tables\n"
	"  --timeline          live memory, running kernels, and who held the memory, over\n"
	"                      time instead of the tables\n"
	"  --sort [TABLE:]COLUMN\n"
	"                      order of the rows: of one table (kernels, plugins, operations,\n"
	"                      functions, sites, lifetimes, mappings, processes) or of all that\n"
	"                      have such a column; bytes, count, peak, leaked or temporary of\n"
	"                      sites is that of the memory tree, too\n"
	"  --limit N           rows a table or timeline (default 20), lines a\n"
	"                      tree (100); 0: all\n"
	"  --least PERCENT     leave out branches of a tree below this share (default 1)\n"
	"  --min PERCENT       the same as --least\n"
	"  --depth N           calls below each other that a tree shows (default 0: all)\n"
	"  --kernel GLOB       kernels and operations: only those that match\n"
	"  --columns LIST      columns of the table of kernels, by their titles and in this\n"
	"                      order, with commas between them\n" RECOAT_FILTER_HELP
	"  --html FILE         one page for a browser, with all of it to look around in\n"
	"  --json              everything as JSON; see recoat-report(1)\n"
	"  --help              this text\n\n"
	"Names and lines come from the programs' files and their debug information.\n";

enum tree {
	TREE_NONE,
	TREE_TIME,
	TREE_CPU,
	TREE_MEMORY,
};

struct options {
	enum tree tree;
	enum recoat_site_order order;
	enum recoat_function_order function_order;
	struct recoat_sorts sorts;
	const char *kernels;
	size_t column[RECOAT_KERNEL_COLUMNS], columns;
	long depth;
	long limit; /* -1: the default of what is shown. */
	double least;
	char *path;       /* The recording. */
	const char *html; /* The page's file, or NULL. */
	struct recoat_filter filter;
	bool timeline, json, help;
};

/* Each of the following takes one option's value: 0, or the exit status after a message. */
static int take_tree(const struct recoat_command *command, const char *value, enum tree *tree)
{
	*tree = !strcmp(value, "time")     ? TREE_TIME
		: !strcmp(value, "cpu")    ? TREE_CPU
		: !strcmp(value, "memory") ? TREE_MEMORY
					   : TREE_NONE;
	if (*tree == TREE_NONE)
		return recoat_usage_error(
			command, "--tree: found \"%s\", expected time, cpu or memory", value);
	return 0;
}

/* Which of the names is meant by a value "NAME" or "TABLE:NAME", -1: none. */
static int find_order(const char *value, const struct recoat_sheet *sheet, const char *const *name,
		      int names)
{
	const char *colon = strchr(value, ':');
	size_t length = colon ? (size_t)(colon - value) : 0;

	if (colon && (strlen(sheet->name) != length || strncmp(value, sheet->name, length) != 0))
		return -1;
	for (int i = 0; i < names; i++)
		if (!strcmp(colon ? colon + 1 : value, name[i]))
			return i;
	return -1;
}

/* Sites and functions have orders of their own, which trees and JSON follow, too. */
static int take_order(const struct recoat_command *command, const char *value,
		      struct options *options)
{
	bool found = recoat_sorts_take(&options->sorts, value);
	int site =
		find_order(value, &recoat_sheet_sites, recoat_site_order_names, RECOAT_SITE_ORDERS);
	int function = find_order(value, &recoat_sheet_functions, recoat_function_order_names,
				  RECOAT_FUNCTION_ORDERS);

	if (site >= 0) {
		options->order = (enum recoat_site_order)site;
		recoat_sorts_forget(&options->sorts, &recoat_sheet_sites);
	}
	if (function >= 0) {
		options->function_order = (enum recoat_function_order)function;
		recoat_sorts_forget(&options->sorts, &recoat_sheet_functions);
	}
	if (found || site >= 0 || function >= 0)
		return 0;
	return recoat_usage_error(
		command,
		"--sort: found \"%s\", expected the title of a column, or "
		"TABLE:TITLE with kernels, plugins, operations, functions, sites, "
		"lifetimes, mappings or processes",
		value);
}

static int take_count(const struct recoat_command *command, const char *option, const char *value,
		      long *count)
{
	char *end;

	errno = 0;
	*count = strtol(value, &end, 10);
	if (errno || *end || end == value || *count < 0)
		return recoat_usage_error(command, "%s: found \"%s\", expected a number from 0",
					  option, value);
	return 0;
}

static int take_columns(const struct recoat_command *command, const char *value,
			struct options *options)
{
	const char *bad;
	size_t length;

	options->columns = recoat_report_find_columns(value, options->column, &bad, &length);
	if (!options->columns)
		return recoat_usage_error(command,
					  "--columns: found \"%.*s\", expected titles of the table "
					  "of kernels, each once",
					  (int)length, bad);
	return 0;
}

static int take_least(const struct recoat_command *command, const char *value, double *least)
{
	char *end;

	*least = strtod(value, &end);
	if (*end || end == value || !(*least >= 0 && *least <= 100))
		return recoat_usage_error(
			command,
			"--least or --min: found \"%s\", expected a percentage from 0 to 100",
			value);
	return 0;
}

static int parse(const struct recoat_command *command, int argc, char **argv,
		 struct options *options)
{
	static const struct option known[] = {
		{"tree", required_argument, NULL, 't'},
		{"sort", required_argument, NULL, 's'},
		{"limit", required_argument, NULL, 'l'},
		{"least", required_argument, NULL, 'p'},
		{"min", required_argument, NULL, 'p'},
		{"depth", required_argument, NULL, 'd'},
		{"kernel", required_argument, NULL, 'k'},
		{"columns", required_argument, NULL, 'c'},
		{"timeline", no_argument, NULL, 'i'},
		{"json", no_argument, NULL, 'j'},
		{"html", required_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},
		RECOAT_FILTER_OPTIONS,
		{0},
	};
	int found, status = 0;

	opterr = 0;
	while (!status && (found = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
		if (found == 't')
			status = take_tree(command, optarg, &options->tree);
		else if (found == 's')
			status = take_order(command, optarg, options);
		else if (found == 'l')
			status = take_count(command, "--limit", optarg, &options->limit);
		else if (found == 'd')
			status = take_count(command, "--depth", optarg, &options->depth);
		else if (found == 'k')
			options->kernels = optarg;
		else if (found == 'c')
			status = take_columns(command, optarg, options);
		else if (found == 'p')
			status = take_least(command, optarg, &options->least);
		else if (found == 'i')
			options->timeline = true;
		else if (found == 'j')
			options->json = true;
		else if (found == 'w')
			options->html = optarg;
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
	if (options->html && options->json)
		return recoat_usage_error(command, "found --html and --json, expected one of them");
	if (options->html && recoat_filter_is_set(&options->filter))
		return recoat_usage_error(command, "--html: a page is of all of the recording, "
						   "expected no --thread, --since or --until");
	return recoat_take_recording(command, argc, argv, &options->path);
}

static void render(struct recoat_report *report, const struct options *options)
{
	if (options->json) {
		recoat_report_json(report, stdout);
		return;
	}
	recoat_report_header(report, stdout);
	if (options->timeline) {
		recoat_report_timeline(report, stdout);
		recoat_report_snapshots(report, stdout);
	} else if (options->tree == TREE_TIME) {
		recoat_report_time_tree(report, stdout);
	} else if (options->tree == TREE_CPU) {
		recoat_report_cpu_tree(report, stdout);
	} else if (options->tree == TREE_MEMORY) {
		recoat_report_memory_tree(report, stdout);
	} else {
		recoat_report_kernels(report, stdout);
		recoat_report_plugins(report, stdout);
		recoat_report_operations(report, stdout);
		recoat_report_functions(report, stdout);
		recoat_report_sites(report, stdout);
		recoat_report_growth(report, stdout);
		recoat_report_lifetimes(report, stdout);
		recoat_report_mappings(report, stdout);
	}
	recoat_report_footer(report, stdout);
}

static int report(struct options *options)
{
	struct recoat_report report = {
		.path = options->path,
		.order = options->order,
		.function_order = options->function_order,
		.sorts = options->sorts,
		.limit = options->limit >= 0 ? (size_t)options->limit
			 : options->tree     ? TREE_LINES
					     : TABLE_ROWS,
		.least = options->least,
		.depth = (size_t)options->depth,
		.kernels = options->kernels,
		.column = options->columns ? options->column : NULL,
		.columns = options->columns,
		.width = recoat_page_width(),
	};
	struct recoat_error error;
	int result = options->html ? recoat_model_create_with_lanes(&report.model, options->path,
								    recoat_progress_show, &error)
				   : recoat_model_create_part(&report.model, options->path,
							      &options->filter,
							      recoat_progress_show, &error);

	recoat_progress_end();
	if (result)
		return recoat_fail(RECOAT_EXIT_FAILURE, &error);
	report.symbols = recoat_symbols_create(&report.model->strings);
	if (options->html)
		result = recoat_report_html(&report, options->html, &error);
	else
		render(&report, options);
	recoat_symbols_destroy(report.symbols);
	recoat_model_destroy(report.model);
	return result ? recoat_fail(RECOAT_EXIT_FAILURE, &error) : recoat_finish();
}

static int run(const struct recoat_command *command, int argc, char **argv)
{
	struct options options = {.limit = -1, .least = 1};
	int status = parse(command, argc, argv, &options);

	if (!status)
		status = options.help ? recoat_print_help(command) : report(&options);
	free(options.path);
	recoat_filter_fini(&options.filter);
	return status;
}

const struct recoat_command recoat_command_report = {
	.name = "report",
	.summary = "show the hot spots of a recording",
	.help = help,
	.run = run,
};
