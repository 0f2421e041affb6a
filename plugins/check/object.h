/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a file can be given to the loader. */
#ifndef RECOAT_PLUGINS_CHECK_OBJECT_H
#define RECOAT_PLUGINS_CHECK_OBJECT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Is it a regular file, an object for this machine, and all of it there? The loader waits for
 * ever at a FIFO, and what it maps of an object cut short ends the process by SIGBUS. False with
 * what was found and expected in `problem`. Keeps errno.
 */
bool recoat_object_check(const char *file, char *problem, size_t problem_size);

#endif
