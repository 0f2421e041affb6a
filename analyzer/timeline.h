/* SPDX-License-Identifier: Apache-2.0 */
/* When kernels ran: their time in slots of equal length over the whole run. */
#ifndef RECOAT_TIMELINE_H
#define RECOAT_TIMELINE_H

/*
 * The run's length is not known while it is read. There are always RECOAT_TIMELINE_SLOTS
 * slots; when a span ends behind the last one, pairs of slots become one of twice the length.
 * So memory is bounded by the number of kernels.
 */

#include <stddef.h>
#include <stdint.h>

#define RECOAT_TIMELINE_SLOTS 512

/* Start with all zero. */
struct recoat_timeline {
	int64_t origin;  /* Of slot 0, since the epoch; the first thing that was seen. */
	uint64_t width;  /* Nanoseconds a slot; 0 while nothing was seen. */
	uint64_t **busy; /* By kernel, then by slot: nanoseconds, of all threads together. */
	size_t kernels;
	size_t at;    /* The slot in which the latest span began, */
	uint64_t low; /* and when that slot begins, from the origin on. */
};

void recoat_timeline_fini(struct recoat_timeline *timeline);

/* Something happened at `time`: it will be covered. */
void recoat_timeline_see(struct recoat_timeline *timeline, int64_t time);

/*
 * `kernel` ran from `begin` to `end`, both since the epoch in nanoseconds; nothing if these are no
 * times between 1970 and 2116.
 */
void recoat_timeline_add(struct recoat_timeline *timeline, uint32_t kernel, int64_t begin,
			 int64_t end);

/* Nanoseconds of `kernel` between two times since the epoch, shared out evenly in a slot. */
double recoat_timeline_busy(const struct recoat_timeline *timeline, uint32_t kernel, int64_t begin,
			    int64_t end);

#endif
