/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for an ordinary program. */
#include "analyzer/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("recoat: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *recoat_calloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size));
}

char *recoat_strdup(const char *text)
{
	return checked(strdup(text));
}

char *recoat_asprintf(const char *format, ...)
{
	va_list arguments;
	char *text = NULL;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	return checked(length < 0 ? NULL : text);
}

void *recoat_grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 16;
	return checked(reallocarray(array, *room, size));
}
