/* SPDX-License-Identifier: Apache-2.0 */
/* Packets whose events are updated where they stand. */
#ifndef RECOAT_IN_PLACE_H
#define RECOAT_IN_PLACE_H

/*
 * Such a packet is a file of its own that grows by one event at a time: fill in the event's
 * word and first values behind what is there, then publish the longer content.
 */

#include "preload/stream.h"

/*
 * Make file `name` for the packet that `head` describes. If there can be none, that is counted,
 * and it is memory that nobody reads. NULL if there is no memory either.
 */
void *recoat_in_place_open(const char *name, const struct recoat_packet *head);

/* From here on a reader sees what is before `end`. */
static inline void recoat_in_place_publish(struct recoat_packet *packet, const void *end)
{
	/* Release: events before the size that covers them. */
	__atomic_store_n(&packet->content_bits,
			 8 * (uint64_t)((const char *)end - (const char *)packet),
			 __ATOMIC_RELEASE);
}

#endif
