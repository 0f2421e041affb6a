/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a recording, which may have been made by anybody. */
#ifndef RECOAT_REGULAR_H
#define RECOAT_REGULAR_H

#include <sys/types.h>

struct recoat_error;

/*
 * Open a file for reading that is a regular one: another kind might keep us waiting for ever, or
 * lead elsewhere. Returns the descriptor, or -errno with `error` filled.
 */
int recoat_regular_open(const char *path, struct recoat_error *error);

/* "a symbolic link", "a FIFO" and so on: what kind of a file that is. */
const char *recoat_regular_kind(mode_t mode);

#endif
