/* SPDX-License-Identifier: Apache-2.0 */
/* The clocks of a recording: "monotonic" in nanoseconds, and "span", the CPU's if it serves. */
#ifndef RECOAT_CLOCK_H
#define RECOAT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>
#include <x86intrin.h>

extern bool recoat_clock_is_tsc; /* Set by recoat_clock_init, then only read. */

static inline uint64_t recoat_clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Nanoseconds of CLOCK_MONOTONIC. */
static inline uint64_t recoat_clock_monotonic(void)
{
	return recoat_clock_read(CLOCK_MONOTONIC);
}

/* The same as of the last tick of the kernel, 1 to 10 ms old, at a tenth of the price. */
static inline uint64_t recoat_clock_coarse(void)
{
	return recoat_clock_read(CLOCK_MONOTONIC_COARSE);
}

#define RECOAT_TICKS_A_SECOND 1000u

/* The clock "tick": milliseconds of the coarse clock. */
static inline uint64_t recoat_clock_tick(void)
{
	return recoat_clock_coarse() / (1000000000u / RECOAT_TICKS_A_SECOND);
}

/* Ticks of the clock "span": the time stamp counter where it is invariant. */
static inline uint64_t recoat_clock_span(void)
{
	return recoat_clock_is_tsc ? __rdtsc() : recoat_clock_monotonic();
}

/* Decide which clock times spans and take the first reading for its calibration. */
void recoat_clock_init(void);

/* Ticks a second of the clock "span" as last measured by recoat_clock_calibrate(). */
extern uint64_t recoat_clock_span_frequency;

/*
 * Measure recoat_clock_span_frequency, from the time that has passed since init; waits until
 * that is half a millisecond at least. The longer ago, the better: after a second the error
 * is below one part in a million. Takes no lock: a concurrent call measures the same.
 */
void recoat_clock_calibrate(void);

/* What a clock read at init, when CLOCK_REALTIME read `*real` ns. */
uint64_t recoat_clock_span_origin(uint64_t *real);
uint64_t recoat_clock_monotonic_origin(uint64_t *real);

#endif
