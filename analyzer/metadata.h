/* SPDX-License-Identifier: Apache-2.0 */
/* The file `metadata` of a trace: its version and its two clocks. */
#ifndef RECOAT_METADATA_H
#define RECOAT_METADATA_H

#include <stdint.h>

struct recoat_error;

/* The recoat_format that this program reads, in the metadata's env block. */
#define RECOAT_FORMAT 1

/* A CTF clock: a value of 0 was `offset_s` seconds and `offset` ticks after the epoch. */
struct recoat_clock {
	uint64_t freq; /* Ticks a second, 1 to 10^12. */
	int64_t offset_s;
	int64_t offset;
};

struct recoat_metadata {
	struct recoat_clock monotonic;
	struct recoat_clock span;
	struct recoat_clock tick; /* freq 0 where there is none: before heap traces. */
};

/*
 * Read what the analyzer needs of the TSDL in `path`: the leading comment with CTF's
 * version, the env block's recoat_format and the clocks `monotonic`, `span` and `tick`. Event
 * layouts are not read, since recoat_format stands for those of events.def. 0, or -errno
 * with `error` that names the file, what was found and what was expected.
 */
int recoat_metadata_read(const char *path, struct recoat_metadata *metadata,
			 struct recoat_error *error);

/* The same for text in memory; `path` is used in messages only. */
int recoat_metadata_parse(const char *text, const char *path, struct recoat_metadata *metadata,
			  struct recoat_error *error);

/* Nanoseconds that `ticks` take. */
uint64_t recoat_clock_duration(const struct recoat_clock *clock, uint64_t ticks);

/* Nanoseconds since the epoch at the value `ticks`. */
int64_t recoat_clock_time(const struct recoat_clock *clock, uint64_t ticks);

#endif
