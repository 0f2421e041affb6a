/* SPDX-License-Identifier: Apache-2.0 */
/* Points as comma-separated values. */
#ifndef AMQADF_CSV_H
#define AMQADF_CSV_H

#include <stddef.h>
#include <stdio.h>
#include "amqadf/kernels.h"

/*
 * Parse x,y,z,value lines; the byte behind `text` is a NUL. On 0 the caller owns *points;
 * -ENOMEM, or -EINVAL with the line in `error`.
 */
int csv_parse(const char *text, size_t length, struct amqadf_points *points,
	      struct amqadf_error *error);

/* Write a line of names and one a point, with the digits that bring each float back. */
int csv_write(FILE *stream, const struct amqadf_points *points);

#endif
