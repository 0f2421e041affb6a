/* SPDX-License-Identifier: Apache-2.0 */
/* Progress of long work, on a terminal. */
#ifndef RECOAT_PROGRESS_H
#define RECOAT_PROGRESS_H

#include <stdint.h>

/*
 * Show on stderr how far reading has come and how long it will take, a few times a second and
 * only after the first half second, so that short work shows nothing. Does nothing if stderr is
 * no terminal.
 */
void recoat_progress_show(uint64_t done, uint64_t total);

/* Wipe what was shown. */
void recoat_progress_end(void);

#endif
