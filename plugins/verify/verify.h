/* SPDX-License-Identifier: Apache-2.0 */
/* What all verified kernels share: which calls are looked at, and what becomes of a mismatch. */
#ifndef VERIFY_H
#define VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "plugins/verify/compare.h"
#include "recoat/plugin.h"

/* A call that is looked at. */
struct check {
	uint32_t swap; /* Index into the table of swaps. */
	uint64_t size; /* Its problem size. */
	struct difference difference;
};

/* Is this call of `swap` one that is looked at? Every call counts; a share of `rate` is. */
bool verify_chosen(uint32_t swap);

/* A chosen call could not be looked at: no memory for a copy, or not a file to read twice. */
void verify_skipped(void);

const struct tolerance *verify_tolerance(void);

/*
 * The call has been made and compared: report what differs. True if the caller is to get the
 * original's results instead.
 */
bool verify_replace(struct check *check);

/* Take the options and make the counters. */
const char *verify_init(const struct recoat_plugin_host *host,
			const struct recoat_plugin_value *values);

/* Options, in this order. */
enum { VERIFY_RATE, VERIFY_TOLERANCE, VERIFY_ABSOLUTE, VERIFY_ON_MISMATCH, VERIFY_OPTIONS };
extern const struct recoat_plugin_option verify_options[VERIFY_OPTIONS];

/* As many swaps as one object may have. */
#define VERIFY_SWAPS_MAX 64

/* The kernels of the ABI amqadf-c: amqadf.c. */
#define VERIFY_AMQADF 15
extern const struct recoat_plugin_swap verify_amqadf[VERIFY_AMQADF];

#endif
