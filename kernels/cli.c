/* SPDX-License-Identifier: Apache-2.0 */
/* Messages, options and grids for the commands of the program `amqadf`. */
#include "kernels/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID_SIDE_MAX 4096

int cli_fail(const char *format, ...)
{
	va_list list;

	fflush(stdout);
	fputs("amqadf: ", stderr);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return CLI_FAILED;
}

int cli_misuse(const struct cli_command *command, const char *format, ...)
{
	va_list list;

	fprintf(stderr, "amqadf: %s: ", command->name);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fprintf(stderr, " (see 'amqadf %s --help')\n", command->name);
	return CLI_USAGE;
}

int cli_fail_file(const char *path, const struct amqadf_error *error)
{
	if (error->line)
		return cli_fail("%s:%" PRIu64 ": %s", path, error->line, error->message);
	return cli_fail("%s: %s", path, error->message);
}

int cli_fail_kernel(const char *kernel, int code)
{
	return cli_fail("%s: %s", kernel, amqadf_strerror(code));
}

/* Short forms of those options in the table that have one. */
static void list_letters(const struct option *options, char letters[16])
{
	char *end = letters;

	*end++ = ':'; /* A missing value is told apart from an unknown option. */
	for (; options->name; options++) {
		if (options->val != 'h' && options->val != 'o' && options->val != 'v')
			continue;
		*end++ = (char)options->val;
		if (options->has_arg == required_argument)
			*end++ = ':';
	}
	*end = '\0';
}

int cli_option(const struct cli_command *command, int argc, char **argv,
	       const struct option *options)
{
	char letters[16];
	int option;

	list_letters(options, letters);
	opterr = 0;
	option = getopt_long(argc, argv, letters, options, NULL);
	if (option == 'h')
		printf("%s", command->usage);
	if (option == ':')
		cli_misuse(command, "found %s without a value, expected one", argv[optind - 1]);
	if (option == '?')
		cli_misuse(command, "found unknown option '%s'", argv[optind - 1]);
	return option == ':' ? '?' : option;
}

bool cli_whole(const struct cli_command *command, const char *option, const char *text,
	       uint64_t least, uint64_t most, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && *number >= least &&
	    *number <= most)
		return true;
	cli_misuse(command, "%s: found '%s', expected a whole number from %" PRIu64 " to %" PRIu64,
		   option, text, least, most);
	return false;
}

bool cli_positive(const struct cli_command *command, const char *option, const char *text,
		  double *number)
{
	char *end;

	*number = strtod(text, &end);
	if (end != text && !*end && isfinite((float)*number) && (float)*number > 0.0f)
		return true;
	cli_misuse(command, "%s: found '%s', expected a number above 0", option, text);
	return false;
}

static void list_words(const char *const *words, char *list, size_t size)
{
	size_t length = 0;

	list[0] = '\0';
	for (int n = 0; words[n] && length < size; n++)
		length += (size_t)snprintf(list + length, size - length, "%s%s", n ? ", " : "",
					   words[n]);
}

bool cli_word(const struct cli_command *command, const char *option, const char *text,
	      const char *const *words, int *which)
{
	char list[256];

	for (*which = 0; words[*which]; ++*which)
		if (strcmp(words[*which], text) == 0)
			return true;
	list_words(words, list, sizeof(list));
	cli_misuse(command, "%s: found '%s', expected one of %s", option, text, list);
	return false;
}

bool cli_grid_size(const struct cli_command *command, const char *text, struct cli_grid *size)
{
	const char *at = text;
	char *end = NULL;
	int sides = 0;

	while (sides < 3 && *at >= '1' && *at <= '9') {
		size->size[sides++] = strtoull(at, &end, 10);
		at = end;
		if (*at != 'x' || size->size[sides - 1] > GRID_SIDE_MAX)
			break;
		at++;
	}
	size->longest = sides == 1;
	if (end && !*end && at == end && sides != 2 && size->size[sides - 1] <= GRID_SIDE_MAX)
		return true;
	cli_misuse(command, "--grid: found '%s', expected N or NXxNYxNZ, each from 1 to %d", text,
		   GRID_SIDE_MAX);
	return false;
}

static void bounds(const struct amqadf_points *points, double low[3], double extent[3])
{
	for (int axis = 0; axis < 3; axis++) {
		double high = (double)points->xyz[axis];

		low[axis] = high;
		for (uint64_t p = 1; p < points->count; p++) {
			double at = (double)points->xyz[3 * p + (uint64_t)axis];

			low[axis] = fmin(low[axis], at);
			high = fmax(high, at);
		}
		extent[axis] = high - low[axis];
	}
}

/* The smallest voxel with which `size` voxels reach from the first point to the last. */
static double voxel_for(double extent, uint64_t size)
{
	return size > 1 ? extent / (double)(size - 1) : extent;
}

int cli_grid_around(const struct amqadf_points *points, const struct cli_grid *size,
		    struct amqadf_grid *grid)
{
	double low[3], extent[3], voxel = 0.0;
	uint64_t dimensions[3];
	int status;

	if (points->count == 0)
		return cli_fail("found no points, expected at least one");
	bounds(points, low, extent);
	for (int axis = 0; axis < 3; axis++)
		voxel = fmax(voxel, voxel_for(extent[axis], size->size[size->longest ? 0 : axis]));
	if (!(voxel > 0.0))
		voxel = 1.0;
	for (int axis = 0; axis < 3; axis++)
		dimensions[axis] = size->longest ? (uint64_t)ceil(extent[axis] / voxel - 1e-9) + 1
						 : size->size[axis];
	status = amqadf_grid_init(grid, dimensions, low, voxel);
	return status ? cli_fail_kernel("grid", status) : 0;
}

int cli_grid_like(const struct amqadf_grid *like, struct amqadf_grid *grid)
{
	int status = amqadf_grid_init(grid, (const uint64_t[3]){like->nx, like->ny, like->nz},
				      like->origin, like->voxel_size);

	return status ? cli_fail_kernel("grid", status) : 0;
}

void cli_grids_fini(struct cli_grids *grids)
{
	for (uint64_t g = 0; g < grids->count; g++)
		amqadf_grid_free(&grids->grids[g]);
	free(grids->grids);
	free(grids->pointers);
}

static int check_shape(const char *path, const struct amqadf_grid *grid,
		       const struct amqadf_grid *first)
{
	if (grid->nx == first->nx && grid->ny == first->ny && grid->nz == first->nz)
		return 0;
	return cli_fail("%s: found %" PRIu64 "x%" PRIu64 "x%" PRIu64 " voxels, expected %" PRIu64
			"x%" PRIu64 "x%" PRIu64 " as in the first grid",
			path, grid->nx, grid->ny, grid->nz, first->nx, first->ny, first->nz);
}

int cli_grids_read(struct cli_grids *grids, char **paths, uint64_t count)
{
	struct amqadf_error error;
	int status = 0;

	*grids = (struct cli_grids){.grids = calloc(count, sizeof(*grids->grids)),
				    .pointers = calloc(count, sizeof(*grids->pointers))};
	if (!grids->grids || !grids->pointers)
		status = cli_fail("out of memory");
	while (!status && grids->count < count) {
		struct amqadf_grid *grid = &grids->grids[grids->count];

		if (amqadf_read_grid(paths[grids->count], grid, &error)) {
			status = cli_fail_file(paths[grids->count], &error);
			break;
		}
		grids->pointers[grids->count] = grid;
		status = check_shape(paths[grids->count], grid, &grids->grids[0]);
		grids->count++;
	}
	if (status)
		cli_grids_fini(grids);
	return status;
}

int cli_print_statistics(const char *name, const struct amqadf_grid *grid)
{
	struct amqadf_statistics_report report;
	int status = amqadf_statistics(grid, &report);

	if (status)
		return cli_fail_kernel("statistics", status);
	printf("%-14s active %" PRIu64 " of %" PRIu64, name, report.active, report.voxels);
	if (report.active)
		printf("  min %.6g  p5 %.6g  median %.6g  p95 %.6g  max %.6g  mean %.6g  std %.6g",
		       report.minimum, report.percentile[0], report.percentile[2],
		       report.percentile[4], report.maximum, report.mean, report.std);
	putchar('\n');
	return 0;
}

int cli_write_grid(const char *path, const struct amqadf_grid *grid)
{
	struct amqadf_error error;

	return amqadf_write_grid(path, grid, &error) ? cli_fail_file(path, &error) : 0;
}
