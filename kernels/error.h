/* SPDX-License-Identifier: Apache-2.0 */
/* Filling a caller's struct amqadf_error. */
#ifndef AMQADF_ERROR_H
#define AMQADF_ERROR_H

#include "amqadf/kernels.h"

/* Say what is wrong at `line` (0: no line) and return `code`. `error` may be NULL. */
int error_set(struct amqadf_error *error, int code, uint64_t line, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The same with the system's text for `code`, a negative errno. */
int error_system(struct amqadf_error *error, int code, const char *doing);

#endif
