/* SPDX-License-Identifier: Apache-2.0 */
/* How often links are called, and what becomes of their spans. */
#ifndef RECOAT_SPAN_RATE_H
#define RECOAT_SPAN_RATE_H

/*
 * With RECOAT_SPANS=auto every span of a link is written until RECOAT_RATE_SPANS have been, and the
 * latest RECOAT_RATE_WINDOW of them came at more than RECOAT_RATE_MAX a second. From then on its
 * spans are summed up, and one of 4^step is written as well, so that RECOAT_RATE_SAMPLES a second
 * are not passed by more than four times. So a link writes at most RECOAT_RATE_SPANS spans and then
 * RECOAT_RATE_MAX a second.
 *
 * The counts are shared by all threads and not exact: they only choose.
 */

#include <stdbool.h>
#include <stdint.h>

#define RECOAT_RATE_SPANS 65536u
#define RECOAT_RATE_WINDOW 16384u
#define RECOAT_RATE_MAX 20000u
#define RECOAT_RATE_SAMPLES 1000u

struct recoat_span_rate {
	uint64_t spans;
	uint64_t window_spans; /* Where the window began, in spans */
	uint64_t window_begin; /* and on the clock "span". */
	bool summed;
	uint8_t step;
};

/* The window is full. */
void recoat_span_rate_look(struct recoat_span_rate *rate, uint64_t now);

/* A span has ended. */
static inline void recoat_span_rate_count(struct recoat_span_rate *rate, uint64_t now)
{
	__atomic_store_n(&rate->spans, rate->spans + 1, __ATOMIC_RELAXED);
	if (__builtin_expect(rate->spans - rate->window_spans >= RECOAT_RATE_WINDOW, 0))
		recoat_span_rate_look(rate, now);
}

/* Whether the span that begins now is one of the sample. */
static inline bool recoat_span_rate_sample(const struct recoat_span_rate *rate)
{
	return !(rate->spans & ((1u << 2 * rate->step) - 1));
}

#endif
