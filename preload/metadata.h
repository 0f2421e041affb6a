/* SPDX-License-Identifier: Apache-2.0 */
/* The CTF metadata of a recording, generated from the event schema. */
#ifndef RECOAT_METADATA_H
#define RECOAT_METADATA_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Write `directory`/metadata, replacing an older one in one step. `span_frequency` is in
 * ticks a second; 0 while the clock "span" is not calibrated, which is said there as 1 GHz.
 */
bool recoat_metadata_write(const char *directory, uint64_t span_frequency);

#endif
