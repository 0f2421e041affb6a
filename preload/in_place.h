/* SPDX-License-Identifier: Apache-2.0 */
/* Packets of the HEAP stream, whose events are updated where they stand. */
#ifndef RECOAT_IN_PLACE_H
#define RECOAT_IN_PLACE_H

/*
 * Such a packet is a file of its own that grows by one event at a time: fill in the event's
 * word and first values behind what is there, then publish the longer content.
 */

#include <stddef.h>

#include "recoat/recording.h"

/* Fill in the head of a zeroed packet of `size` bytes, all but what publishing sets. */
static inline void recoat_in_place_init(struct recoat_packet *packet, size_t size, uint32_t shard,
					uint64_t now)
{
	*packet = (struct recoat_packet){
		.stream = RECOAT_STREAM_HEAP,
		.time_begin = now,
		.time_end = now,
		.content_bits = 8 * sizeof *packet,
		.packet_bits = 8 * (uint64_t)size,
		.shard = shard,
	};
}

/* From here on a reader sees the first `content` bytes of the packet. */
static inline void recoat_in_place_publish(struct recoat_packet *packet, size_t content)
{
	/* Release, both: events before the size that covers them, the head before the magic. */
	__atomic_store_n(&packet->content_bits, 8 * (uint64_t)content, __ATOMIC_RELEASE);
	__atomic_store_n(&packet->magic, RECOAT_CTF_MAGIC, __ATOMIC_RELEASE);
}

#endif
