/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read into memory, and written so that they are there whole or not at all. */
#ifndef AMQADF_FILE_H
#define AMQADF_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "amqadf/kernels.h"

/*
 * Read everything up to the end of a file or pipe. *bytes, which the caller frees, holds
 * *length bytes and a NUL behind them. 0 or -errno.
 */
int file_read(const char *path, char **bytes, size_t *length, struct amqadf_error *error);

/* A file being written. Opened, written to through `stream`, then closed. */
struct file_output {
	FILE *stream;
	char path[PATH_MAX];
	char temporary[PATH_MAX]; /* Empty when `path` itself is written to. */
};

/*
 * Begin to write `path`. On 0, file_output_close() must follow: with `keep` it puts the
 * file in its place, otherwise (or if anything could not be written) it leaves what was
 * there before. Both return 0 or -errno.
 */
int file_output_open(struct file_output *output, const char *path, struct amqadf_error *error);
int file_output_close(struct file_output *output, bool keep, struct amqadf_error *error);

#endif
