/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the shared objects of tests/targets/ from a unit test. */
#ifndef UNWIND_LIBRARIES_H
#define UNWIND_LIBRARIES_H

typedef void unwind_library_entry(void (*visit)(void), const void *word);

/*
 * dlopen `name`.so from $UNWIND_LIBRARIES, or from ../.libs or lib beside the test program.
 * NULL if it was not built, and then the test has to be skipped.
 */
void *library_open(const char *name);

/* The function `name` of a library, or NULL. */
void *library_symbol(void *library, const char *name);

/* The entry of unwind_small or unwind_large, and its handle in `*library`. */
unwind_library_entry *library_entry(const char *name, void **library);

#endif
