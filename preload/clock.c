/* SPDX-License-Identifier: Apache-2.0 */
/* Choice and calibration of the clock that times spans. */
#include "preload/clock.h"

#include <cpuid.h>

#define CALIBRATION_NS 500000u

/* A reading of both clocks at one moment. */
struct reading {
	uint64_t span;
	uint64_t monotonic;
	uint64_t real;
};

bool recoat_clock_is_tsc;
uint64_t recoat_clock_span_frequency = 1000000000u;
static struct reading first;

static bool tsc_is_invariant(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1u << 8);
}

/* The tightest of a few tries, so that an interrupt between two reads does not count. */
static struct reading read_clocks(void)
{
	struct reading best = {0};
	uint64_t best_width = UINT64_MAX;

	for (int i = 0; i < 5; i++) {
		uint64_t before = recoat_clock_span();
		uint64_t monotonic = recoat_clock_monotonic();
		uint64_t real = recoat_clock_read(CLOCK_REALTIME);
		uint64_t after = recoat_clock_span();

		if (after - before < best_width) {
			best_width = after - before;
			best = (struct reading){before + best_width / 2, monotonic, real};
		}
	}
	return best;
}

void recoat_clock_init(void)
{
	recoat_clock_is_tsc = tsc_is_invariant();
	first = read_clocks();
}

void recoat_clock_calibrate(void)
{
	struct reading now;

	if (!recoat_clock_is_tsc)
		return;
	do {
		now = read_clocks();
	} while (now.monotonic - first.monotonic < CALIBRATION_NS);
	recoat_clock_span_frequency =
		(uint64_t)((unsigned __int128)(now.span - first.span) * 1000000000u /
			   (now.monotonic - first.monotonic));
}

uint64_t recoat_clock_span_origin(uint64_t *real)
{
	*real = first.real;
	return first.span;
}

uint64_t recoat_clock_monotonic_origin(uint64_t *real)
{
	*real = first.real;
	return first.monotonic;
}
