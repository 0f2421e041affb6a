/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are there as a whole or not at all. */
#ifndef RECOAT_OUTPUT_H
#define RECOAT_OUTPUT_H

#include <stdio.h>

struct recoat_error;

/* A file that is being written beside the place where it will stand. */
struct recoat_output {
	const char *path;  /* Borrowed; NULL: standard output. */
	char *temporary;
	FILE *file;
};

/* Begin to write `path`, or standard output for NULL. 0, or -errno with `error` filled. */
int recoat_output_open(struct recoat_output *output, const char *path, struct recoat_error *error);

/* Put it in its place, instead of what was there. On failure nothing changes there. */
int recoat_output_commit(struct recoat_output *output, struct recoat_error *error);

/* Give it up. */
void recoat_output_abandon(struct recoat_output *output);

#endif
