/* SPDX-License-Identifier: Apache-2.0 */
/* verify: runs the original too, on a copy of the outputs, and compares. */
#include "plugins/verify/verify.h"

#include <math.h>
#include <stdatomic.h>
#include <stddef.h>

static const struct recoat_plugin_host *host;
static struct recoat_plugin_counter *verified, *passed, *skipped;
static double rate;
static struct tolerance tolerance;
static bool replaces;
static _Atomic uint64_t calls[VERIFY_SWAPS_MAX];

const struct recoat_plugin_option verify_options[VERIFY_OPTIONS] = {
	[VERIFY_RATE] =
		{
			.name = "rate",
			.summary = "share of the calls that are verified: 0.01 is one in 100",
			.type = RECOAT_OPTION_REAL,
			.standard = "1",
			.minimum = 0,
			.maximum = 1,
		},
	[VERIFY_TOLERANCE] =
		{
			.name = "tolerance",
			.summary = "relative error that is no mismatch",
			.type = RECOAT_OPTION_REAL,
			.standard = "0",
			.minimum = 0,
			.maximum = 1,
		},
	[VERIFY_ABSOLUTE] =
		{
			.name = "absolute",
			.summary = "absolute error that is no mismatch, added to the relative one",
			.type = RECOAT_OPTION_REAL,
			.standard = "0",
			.minimum = 0,
			.maximum = 1e300,
		},
	[VERIFY_ON_MISMATCH] =
		{
			.name = "on_mismatch",
			.summary = "report: record it; original: give the program the original's "
				   "result too",
			.type = RECOAT_OPTION_CHOICE,
			.standard = "report",
			.choices = "report,original",
		},
};

/* Call number n is chosen where n * rate passes a whole number; so the first one is. */
bool verify_chosen(uint32_t swap)
{
	double n = (double)atomic_fetch_add_explicit(&calls[swap], 1, memory_order_relaxed);

	if (ceil(rate * (n + 1)) > ceil(rate * n))
		return true;
	host->count(passed, 1);
	return false;
}

void verify_skipped(void)
{
	host->count(skipped, 1);
}

const struct tolerance *verify_tolerance(void)
{
	return &tolerance;
}

bool verify_replace(struct check *check)
{
	const struct difference *difference = &check->difference;
	struct recoat_plugin_mismatch mismatch = {
		.struct_size = sizeof mismatch,
		.swap = check->swap,
		.size = check->size,
		.values = difference->values,
		.differing = difference->differing,
		.max_absolute = difference->max_absolute,
		.max_relative = difference->max_relative,
		.what = difference->first,
	};

	host->count(verified, 1);
	if (!difference->differing)
		return false;
	host->mismatch(host, &mismatch);
	return replaces;
}

const char *verify_init(const struct recoat_plugin_host *with,
			const struct recoat_plugin_value *values)
{
	host = with;
	rate = values[VERIFY_RATE].real;
	tolerance.relative = values[VERIFY_TOLERANCE].real;
	tolerance.absolute = values[VERIFY_ABSOLUTE].real;
	replaces = values[VERIFY_ON_MISMATCH].choice == 1;
	verified = host->counter(host, "verified");
	passed = host->counter(host, "passed_on");
	skipped = host->counter(host, "skipped");
	return NULL;
}
