/* SPDX-License-Identifier: Apache-2.0 */
/* The directory that a new recording goes to. */
#ifndef RECOAT_RECORDING_PLACE_H
#define RECOAT_RECORDING_PLACE_H

#include <sys/types.h>

struct recoat_error;

/*
 * `output` is the directory that the user named, or NULL for ./recoat-PROGRAM-PID. Names
 * are for the caller to free.
 */
char *recoat_place_name(const char *output, const char *program, pid_t pid);

/* Can a recording be made there? Looks, but changes nothing. */
int recoat_place_check(const char *output, struct recoat_error *error);

/*
 * Make the directory, mode 0700, unless it is there and empty. Returns its absolute path,
 * or NULL with `error` filled.
 */
char *recoat_place_make(const char *output, const char *program, pid_t pid,
			struct recoat_error *error);

/* Remove it again if it is still empty. */
void recoat_place_remove(const char *output, const char *program, pid_t pid);

#endif
