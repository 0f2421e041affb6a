/* SPDX-License-Identifier: Apache-2.0 */
/* Rates over windows of spans. */
#include "preload/span_rate.h"

#include "preload/clock.h"
#include "preload/hot.h"
#include "recoat/recording.h"

/* Spans a second over the window that ends now. */
static uint64_t rate_of(const struct recoat_span_rate *rate, uint64_t now)
{
	uint64_t ticks = now > rate->window_begin ? now - rate->window_begin : 1;

	return (uint64_t)((double)(rate->spans - rate->window_spans) *
			  (double)recoat_clock_span_frequency / (double)ticks);
}

RECOAT_SLOW void recoat_span_rate_look(struct recoat_span_rate *rate, uint64_t now)
{
	uint64_t a_second = rate_of(rate, now);
	uint8_t step = 0;

	if (rate->window_begin && rate->spans >= RECOAT_RATE_SPANS && a_second > RECOAT_RATE_MAX)
		rate->summed = true;
	while (step < RECOAT_SPAN_STEP_MAX && a_second >> 2 * step > RECOAT_RATE_SAMPLES)
		step++;
	rate->step = step;
	rate->window_spans = rate->spans;
	rate->window_begin = now;
}
