/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for an ordinary program: what cannot be had ends it with one line. */
#ifndef RECOAT_MEMORY_H
#define RECOAT_MEMORY_H

#include <stddef.h>

/*
 * These never return NULL. The analyzer writes nothing that could be left half done, so
 * without memory it says so on stderr and exits with status 1.
 */
void *recoat_calloc(size_t count, size_t size);

/* The same for a large table: at a cache line's start, and on huge pages where there are any. */
void *recoat_calloc_table(size_t count, size_t size);

char *recoat_strdup(const char *text);
char *recoat_asprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Make room for one more element: `array` holds `count` of `*room` elements of `size` bytes.
 * Returns the array, moved if it had to grow.
 */
void *recoat_grow(void *array, size_t count, size_t *room, size_t size);

#endif
