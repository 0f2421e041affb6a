/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of the program `amqadf` share. None of this is in the library. */
#ifndef AMQADF_CLI_H
#define AMQADF_CLI_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "amqadf/kernels.h"

#define CLI_OK 0
#define CLI_FAILED 1
#define CLI_USAGE 2

/* A command takes argv from its own name on, and returns the exit status. */
struct cli_command {
	const char *name;
	const char *summary;
	const char *usage; /* The text of --help. */
	int (*run)(const struct cli_command *command, int argc, char **argv);
};

extern const struct cli_command cmd_generate, cmd_map, cmd_fuse, cmd_filter, cmd_quality, cmd_stats,
	cmd_pipeline;

/* Print one line, "amqadf: ...", to stderr and return CLI_FAILED. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a mistake in the command line, naming the command; returns CLI_USAGE. */
int cli_misuse(const struct cli_command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Print "amqadf: FILE:LINE: message" (without LINE when it is 0); returns CLI_FAILED. */
int cli_fail_file(const char *path, const struct amqadf_error *error);

/* Print that a kernel refused its arguments; returns CLI_FAILED. */
int cli_fail_kernel(const char *kernel, int code);

/*
 * The next option, as getopt_long(). 'h' after printing the help, '?' after complaining:
 * then the command returns CLI_OK or CLI_USAGE. Every table holds CLI_HELP and ends with 0;
 * --help, --output and --verbose may be given by their first letter.
 */
#define CLI_HELP                                                                                   \
	{                                                                                          \
		"help", no_argument, NULL, 'h'                                                     \
	}
int cli_option(const struct cli_command *command, int argc, char **argv,
	       const struct option *options);

/* Numbers of options; on false the complaint has been printed. */
bool cli_whole(const struct cli_command *command, const char *option, const char *text,
	       uint64_t least, uint64_t most, uint64_t *number);
bool cli_positive(const struct cli_command *command, const char *option, const char *text,
		  double *number);

/* A word of a list that ends with NULL; its place in the list goes to *which. */
bool cli_word(const struct cli_command *command, const char *option, const char *text,
	      const char *const *words, int *which);

/* A grid's size as the user gives it: N voxels along the longest side, or NxNxN. */
struct cli_grid {
	uint64_t size[3];
	bool longest; /* Only size[0] was given. */
};
bool cli_grid_size(const struct cli_command *command, const char *text, struct cli_grid *size);

/* An inactive grid around the points, with cubic voxels. 0 or CLI_FAILED, after a message. */
int cli_grid_around(const struct amqadf_points *points, const struct cli_grid *size,
		    struct amqadf_grid *grid);

/* An inactive grid like another. 0 or CLI_FAILED, after a message. */
int cli_grid_like(const struct amqadf_grid *like, struct amqadf_grid *grid);

/* Grids read from files, one a name. */
struct cli_grids {
	uint64_t count;
	struct amqadf_grid *grids;
	const struct amqadf_grid **pointers; /* As the kernels take them. */
};

/* 0 or CLI_FAILED, after a message. cli_grids_fini() is due after 0 only. */
int cli_grids_read(struct cli_grids *grids, char **paths, uint64_t count);
void cli_grids_fini(struct cli_grids *grids);

/* One line of statistics on stdout. 0 or CLI_FAILED, after a message. */
int cli_print_statistics(const char *name, const struct amqadf_grid *grid);

/* 0 or CLI_FAILED, after a message. */
int cli_write_grid(const char *path, const struct amqadf_grid *grid);

/*
 * Progress on stderr, if that is a terminal or the user asked for it: begin a step, and end
 * it with the time that it took. On a terminal the line is replaced by the next.
 */
void cli_progress_enable(void);
void cli_progress_begin(const char *step);
void cli_progress_end(void);

#endif
