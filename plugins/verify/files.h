/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are written twice, to be compared. */
#ifndef VERIFY_FILES_H
#define VERIFY_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define FILE_NAME_BYTES PATH_MAX

/* Is it a file that can be read twice? */
bool is_regular(const char *path);

/*
 * A name beside `path` that nothing has; false if `path` is there and no regular file, or too
 * long.
 */
bool name_beside(const char *path, char beside[FILE_NAME_BYTES]);

/* Where the two begin to differ, in bytes; -1 if they are equal, 0 if one cannot be read. */
int64_t file_difference(const char *one, const char *other);

void remove_beside(const char *beside);

/* The file beside becomes `path`. */
void put_in_place(const char *beside, const char *path);

#endif
