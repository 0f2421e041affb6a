/* SPDX-License-Identifier: Apache-2.0 */
/* A recording on disk: the traces of all processes of one run. */
#ifndef RECOAT_RUN_H
#define RECOAT_RUN_H

#include <stddef.h>

struct recoat_error;

/* Paths of the trace directories, in order of name. */
struct recoat_run {
	char **trace;
	size_t count, room;
	char **unusable; /* Sub-directories without a metadata file: killed at the start. */
	size_t unusable_count, unusable_room;
};

/*
 * Find the traces in `path`, which is a recording or the directory of one process's trace.
 * A path with none is an error that says what is there instead. Close after success.
 */
int recoat_run_open(struct recoat_run *run, const char *path, struct recoat_error *error);
void recoat_run_close(struct recoat_run *run);

/*
 * The newest recoat-* directory of the current directory that holds a recording, for the
 * caller to free. NULL with `error` filled if there is none.
 */
char *recoat_run_newest(struct recoat_error *error);

#endif
