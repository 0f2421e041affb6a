/* SPDX-License-Identifier: Apache-2.0 */
/* The packets of one stream, checked. Private to the reader (trace.h). */
#ifndef RECOAT_PACKETS_H
#define RECOAT_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_error;
struct recoat_event;
struct recoat_heap_event;
struct recoat_packet;
struct recoat_visitor;

/* No packet is larger; a head that says so is damaged. */
#define RECOAT_PACKET_MAX (16u << 20)

/* An open file; path NULL where the stream has none. */
struct recoat_packets_file {
	const char *path; /* Borrowed from who opened. */
	int fd;
	uint64_t size;
};

struct recoat_packets {
	unsigned stream; /* The id that every packet must carry. */
	struct recoat_packets_file full;
	struct recoat_packets_file live;
	uint8_t *buffer; /* The packet at hand. */
	size_t room;
	bool some; /* A packet was given; `sequence` is its number. */
	uint64_t sequence;
	uint64_t offset; /* Where the next packet of `full` begins. */
	bool live_read;
	const struct recoat_packets_file *file; /* Of the packet at hand, */
	uint64_t packet_offset;                 /* where it begins there, */
	uint64_t time;                          /* of its latest event that is packed, */
	const uint8_t *at, *end;                /* and what is left of it. */
};

/*
 * Open one or both files of a stream. `packets` is all zero but for `stream`; paths are
 * borrowed until close, which is due even after a failure.
 */
int recoat_packets_open(struct recoat_packets *packets, const char *full, const char *live,
			struct recoat_error *error);
void recoat_packets_close(struct recoat_packets *packets);

/*
 * Read the next packet: all of `full` and then the one of `live`. A packet cut short at the
 * end of `full` is passed over if `live` still holds the whole of it, which is what a crash
 * of the system may leave; else it is an error. 1, 0 after the last, or -errno with `error`
 * filled.
 */
int recoat_packets_next(struct recoat_packets *packets, struct recoat_packet *head,
			struct recoat_error *error);

/*
 * The next events of that packet of a heap trace, up to `count`. Returns how many, 0 after the
 * last, or -errno with `error` filled.
 */
int recoat_packets_heap_events(struct recoat_packets *packets, struct recoat_heap_event *to,
			       size_t count, struct recoat_error *error);

/* Give all packets and their events to the visitor; what it returns, if not 0, is returned. */
int recoat_packets_read(struct recoat_packets *packets, const struct recoat_visitor *visitor,
			struct recoat_error *error);

#endif
