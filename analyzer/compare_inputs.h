/* SPDX-License-Identifier: Apache-2.0 */
/* From the recordings that a command line names to what is compared. */
#ifndef RECOAT_COMPARE_INPUTS_H
#define RECOAT_COMPARE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "analyzer/difference.h"

struct recoat_digest;
struct recoat_error;

/*
 * Read recordings one after the other, with their single `calls` or without; progress is shown.
 * NULL with `error` filled if one cannot be read.
 */
struct recoat_digest *recoat_digests_read(char *const *path, size_t count, bool calls,
					  struct recoat_error *error);
void recoat_digests_destroy(struct recoat_digest *digest, size_t count);

/*
 * Read recordings and add their call trees to one side of the differences that are not NULL, each
 * with the weight 1 / count. 0, or -errno with `error` filled.
 */
int recoat_differences_read(struct recoat_difference *const to[RECOAT_TREES], char *const *path,
			    size_t count, unsigned side, struct recoat_error *error);

/* Recordings under a name; starts with all zero, and fini is due even after a failure. */
struct recoat_set {
	char *name;
	char **path;
	size_t paths, room;
	struct recoat_digest *digest; /* One a path. */
};

/* Read NAME=DIR[,DIR]... 0, or -errno with `error` filled. */
int recoat_set_read(const char *text, struct recoat_set *set, struct recoat_error *error);
void recoat_set_fini(struct recoat_set *set);

#endif
