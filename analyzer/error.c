/* SPDX-License-Identifier: Apache-2.0 */
/* Errors as one line of text. */
#include "analyzer/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analyzer/format.h"

int recoat_error_set(struct recoat_error *error, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	/* Names in a recording need not be harmless. */
	recoat_format_clean(error->text);
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
	recoat_format_clean(error->text);
	length = strlen(error->text);
	snprintf(error->text + length, sizeof(error->text) - length, ": %s", cause);
	return code;
}
