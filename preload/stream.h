/* SPDX-License-Identifier: Apache-2.0 */
/* Streams of a recording: a live packet in a shared mapping, full packets in a file. */
#ifndef RECOAT_STREAM_H
#define RECOAT_STREAM_H

/*
 * Events go into the live packet, a shared mapping of the small file NAME.live, and are
 * there for a reader as soon as they are committed, even if the process is killed. A full
 * packet is appended to the file NAME (one that is not full without its empty pages), which is open
 * only for that moment, because the target may close every descriptor or reuse its number, and
 * which is whole at each moment: until the packet is, empty ones stand in its place. The
 * mapping's blocks are reserved first, so that a full disk cannot raise SIGBUS in the target. When
 * a full packet cannot be stored, it stays, since what came first explains what follows, and new
 * events are dropped and counted in it.
 *
 * A stream has one writer at a time; its owner sees to that. All functions keep errno and
 * none allocates from the target's heap.
 */

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "recoat/recording.h"

struct recoat_stream {
	struct recoat_packet *packet; /* The live packet, or NULL before open. */
	unsigned char *cursor;        /* Where the next event goes. */
	unsigned char *end;
	size_t size; /* Of a packet, in bytes. */
	char name[32];
};

/* An empty packet of `bytes` bytes that begins at `now`, of the stream RECOAT_STREAM_`id`. */
static inline struct recoat_packet recoat_packet_head(uint32_t id, size_t bytes, uint32_t shard,
						      uint64_t now)
{
	return (struct recoat_packet){
		.magic = RECOAT_CTF_MAGIC,
		.stream = id,
		.time_begin = now,
		.time_end = now,
		.content_bits = 8 * sizeof(struct recoat_packet),
		.packet_bits = 8 * (uint64_t)bytes,
		.shard = shard,
	};
}

/*
 * Create file `name` in the process's directory for one packet, blocks reserved, and map it shared.
 * It has a hidden name until `head`, which tells its size, is in it. NULL if that cannot be done.
 * recoat_stream_unshare_all() forgets it.
 */
void *recoat_file_map(const char *name, const struct recoat_packet *head);

/* Store a file as a whole or not at all, under a hidden name until it is complete. */
bool recoat_file_store(const char *name, const void *from, size_t bytes);

/* Remove a file from the process's directory, if it is there. */
void recoat_file_remove(const char *name);

/*
 * Open a stream with an empty live packet. `id` is RECOAT_STREAM_*, `tid` and `shard` go into
 * the packet context. 0 or -1.
 */
int recoat_stream_open(struct recoat_stream *stream, uint32_t id, const char *name, size_t size,
		       uint32_t tid, uint32_t shard, uint64_t now);

/*
 * `now`, or the time of the last event if that is later: times within a stream never go
 * back, although the coarse clock lags behind and processors' counters may differ a little.
 */
static inline uint64_t recoat_stream_time(const struct recoat_stream *stream, uint64_t now)
{
	return stream->packet && now < stream->packet->time_end ? stream->packet->time_end : now;
}

/* The same as recoat_stream_reserve(), where there may be no room. */
unsigned char *recoat_stream_make_room(struct recoat_stream *stream, size_t bytes, uint64_t now);

/*
 * Room for an event of `bytes` bytes at time `now`, storing the live packet first if it is
 * full. NULL if the stream is not open or the event does not fit into any packet; counted.
 */
static inline unsigned char *recoat_stream_reserve(struct recoat_stream *stream, size_t bytes,
						   uint64_t now)
{
	/* Before open, both are NULL, and there is no room. */
	if (__builtin_expect(bytes <= (size_t)(stream->end - stream->cursor), 1))
		return stream->cursor;
	return recoat_stream_make_room(stream, bytes, now);
}

/* Store what the live packet holds, if anything, and begin the next one at `now`. */
void recoat_stream_next_packet(struct recoat_stream *stream, uint64_t now);

/* Publish the event that was written where recoat_stream_reserve() said. */
static inline void recoat_stream_commit(struct recoat_stream *stream, size_t bytes, uint64_t now)
{
	struct recoat_packet *packet = stream->packet;

	stream->cursor += bytes;
	packet->time_end = now;
	/* The event must be in the mapping before the size that covers it: a reader may
	 * look at any moment, and the process may be killed at any moment. */
	__atomic_store_n(&packet->content_bits,
			 8 * (uint64_t)(stream->cursor - (unsigned char *)packet),
			 __ATOMIC_RELEASE);
}

/* Store what the live packet holds, if anything, and go on for another thread. */
void recoat_stream_hand_over(struct recoat_stream *stream, uint32_t tid, uint64_t now);

/* The directory of this process's streams, set before the first open. */
extern char recoat_stream_directory[PATH_MAX];

/*
 * In a forked child, busy or not: unmap every file that recoat_file_map() mapped, all of them the
 * parent's. The caller forgets its streams. Only while the child has one thread.
 */
void recoat_stream_unshare_all(void);

#endif
