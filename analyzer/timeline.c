/* SPDX-License-Identifier: Apache-2.0 */
/* Slots that grow with the run. */
#include "analyzer/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

#define SLOTS RECOAT_TIMELINE_SLOTS
#define FIRST_WIDTH 1000 /* Nanoseconds. */

/*
 * Times before the epoch or from the year 2116 on, which only damage brings, are left out: so the
 * slots reach over 2^64 ns at most, where their length times SLOTS is 0.
 */
#define TIME_MAX (INT64_C(1) << 62)

void recoat_timeline_fini(struct recoat_timeline *timeline)
{
	for (size_t i = 0; i < timeline->kernels; i++)
		free(timeline->busy[i]);
	free(timeline->busy);
}

static uint64_t *slots_of(struct recoat_timeline *timeline, uint32_t kernel)
{
	if (kernel >= timeline->kernels) {
		size_t wanted = (size_t)kernel + 1;
		uint64_t **grown = recoat_calloc(wanted, sizeof(*grown));

		if (timeline->kernels)
			memcpy(grown, timeline->busy, timeline->kernels * sizeof(*grown));
		free(timeline->busy);
		timeline->busy = grown;
		timeline->kernels = wanted;
	}
	if (!timeline->busy[kernel])
		timeline->busy[kernel] = recoat_calloc(SLOTS, sizeof(uint64_t));
	return timeline->busy[kernel];
}

/* Twice the length, with the old slots at the front or, to make room before, at the back. */
static void double_width(struct recoat_timeline *timeline, size_t first)
{
	for (size_t i = 0; i < timeline->kernels; i++) {
		uint64_t *slot = timeline->busy[i];
		uint64_t half[SLOTS / 2];

		if (!slot)
			continue;
		for (size_t j = 0; j < SLOTS / 2; j++)
			half[j] = slot[2 * j] + slot[2 * j + 1];
		memset(slot, 0, SLOTS * sizeof(*slot));
		memcpy(slot + first, half, sizeof(half));
	}
	timeline->origin =
		(int64_t)((uint64_t)timeline->origin - (uint64_t)first * 2 * timeline->width);
	timeline->width *= 2;
	timeline->at = timeline->low = 0;
}

void recoat_timeline_see(struct recoat_timeline *timeline, int64_t time)
{
	if (!timeline->width) {
		timeline->origin = time;
		timeline->width = FIRST_WIDTH;
	}
	while (time < timeline->origin)
		double_width(timeline, SLOTS / 2);
	while ((uint64_t)time - (uint64_t)timeline->origin > SLOTS * timeline->width - 1)
		double_width(timeline, 0);
}

/* The part of [begin, end), counted from the origin, that lies in a slot. */
static uint64_t part_in(const struct recoat_timeline *timeline, size_t slot, uint64_t begin,
			uint64_t end)
{
	uint64_t low = slot * timeline->width, high = low + timeline->width;

	if (begin > low)
		low = begin;
	if (end < high)
		high = end;
	return high > low ? high - low : 0;
}

void recoat_timeline_add(struct recoat_timeline *timeline, uint32_t kernel, int64_t begin,
			 int64_t end)
{
	uint64_t *slot, from, to;

	if (end < begin || begin < 0 || end > TIME_MAX)
		return;
	recoat_timeline_see(timeline, begin);
	recoat_timeline_see(timeline, end);
	slot = slots_of(timeline, kernel);
	from = (uint64_t)begin - (uint64_t)timeline->origin;
	to = (uint64_t)end - (uint64_t)timeline->origin;
	/* A short one in the slot of the one before needs no division. */
	if (from - timeline->low < timeline->width && to - timeline->low <= timeline->width) {
		slot[timeline->at] += to - from;
		return;
	}
	timeline->at = from / timeline->width;
	timeline->low = timeline->at * timeline->width;
	for (size_t i = timeline->at; i < SLOTS && i * timeline->width < to; i++)
		slot[i] += part_in(timeline, i, from, to);
}

double recoat_timeline_busy(const struct recoat_timeline *timeline, uint32_t kernel, int64_t begin,
			    int64_t end)
{
	uint64_t from, to;
	double sum = 0;

	if (!timeline->width || kernel >= timeline->kernels || !timeline->busy[kernel] ||
	    end <= timeline->origin)
		return 0;
	from = begin > timeline->origin ? (uint64_t)begin - (uint64_t)timeline->origin : 0;
	to = (uint64_t)end - (uint64_t)timeline->origin;
	for (size_t i = from / timeline->width; i < SLOTS && i * timeline->width < to; i++)
		sum += (double)timeline->busy[kernel][i] * (double)part_in(timeline, i, from, to) /
		       (double)timeline->width;
	return sum;
}
