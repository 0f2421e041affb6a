/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as data: codes, and messages for a caller to show. */
#include "kernels/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *amqadf_strerror(int code)
{
	const char *text;

	if (code == 0)
		return "success";
	if (code == -EINVAL)
		return "an argument is out of range, missing, or does not match another";
	if (code == -ERANGE)
		return "too many time bins: the window is too small for the stamps";
	text = code < 0 ? strerrordesc_np(-(unsigned)code) : NULL;
	return text ? text : "unknown error code";
}

int error_set(struct amqadf_error *error, int code, uint64_t line, const char *format, ...)
{
	va_list list;

	if (!error)
		return code;
	error->line = line;
	va_start(list, format);
	vsnprintf(error->message, sizeof(error->message), format, list);
	va_end(list);
	return code;
}

int error_system(struct amqadf_error *error, int code, const char *doing)
{
	const char *text = strerrordesc_np(-code);

	return error_set(error, code, 0, "%s: %s", doing, text ? text : "unknown error");
}
