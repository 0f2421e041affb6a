/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as one line of text. */
#include "analyzer/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int recoat_error_set(struct recoat_error *error, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return code;
}

int recoat_error_context(struct recoat_error *error, int code, const char *format, ...)
{
	char cause[sizeof(error->text)];
	va_list arguments;
	size_t length;

	memcpy(cause, error->text, sizeof(cause));
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	length = strlen(error->text);
	snprintf(error->text + length, sizeof(error->text) - length, ": %s", cause);
	return code;
}
