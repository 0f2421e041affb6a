/* SPDX-License-Identifier: Apache-2.0 */
/* The file `metadata` of a trace: its version and its two clocks. */
#ifndef RECOAT_METADATA_H
#define RECOAT_METADATA_H

#include <stdint.h>

struct recoat_error;

/* The recoat_format that this program reads, in the metadata's env block. */
#define RECOAT_FORMAT 1

#define RECOAT_NANO 1000000000u

/*
 * A CTF clock: a value of 0 was `offset_s` seconds and `offset` ticks after the epoch. The rest
 * is worked out from these, since two divisions of 128 bits an event would be most of the work.
 */
struct recoat_clock {
	uint64_t freq; /* Ticks a second, 1 to 10^12. */
	int64_t offset_s;
	int64_t offset;
	uint64_t start; /* Nanoseconds since the epoch at a value of 0. */
	uint64_t scale; /* 2^64 times the nanoseconds of a tick; 0 if that is 1 or more. */
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

/* Nanoseconds that `ticks` take, rounded down. */
static inline uint64_t recoat_clock_duration(const struct recoat_clock *clock, uint64_t ticks)
{
	uint64_t nano, rest;

	if (clock->freq == RECOAT_NANO)
		return ticks;
	if (!clock->scale)
		return (uint64_t)((unsigned __int128)ticks * RECOAT_NANO / clock->freq);
	/* Since `scale` is rounded down this is the quotient, or less by one or two. */
	nano = (uint64_t)((unsigned __int128)ticks * clock->scale >> 64);
	for (rest = ticks * RECOAT_NANO - nano * clock->freq; rest >= clock->freq;
	     rest -= clock->freq)
		nano++;
	return nano;
}

/* Nanoseconds since the epoch at the value `ticks`. */
static inline int64_t recoat_clock_time(const struct recoat_clock *clock, uint64_t ticks)
{
	return (int64_t)(clock->start + recoat_clock_duration(clock, ticks));
}

#endif
