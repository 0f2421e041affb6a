/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for an ordinary program. */
#include "analyzer/memory.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CACHE_LINE 64
#define HUGE_PAGE (2u << 20)

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

void *recoat_calloc_table(size_t count, size_t size)
{
	size_t bytes = 0;
	bool fits = !__builtin_mul_overflow(count, size, &bytes);
	size_t unit = bytes < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
	void *table;

	fits = fits && !__builtin_add_overflow(bytes, unit - 1, &bytes);
	bytes -= bytes % unit;
	table = checked(fits ? aligned_alloc(unit, bytes) : NULL);
	/* Before the first touch. Refused where there are none: small pages do as well. */
	if (unit == HUGE_PAGE)
		madvise(table, bytes, MADV_HUGEPAGE);
	return memset(table, 0, bytes);
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
