/* SPDX-License-Identifier: Apache-2.0 */
/* The packets of one stream, checked. Private to the reader (trace.h). */
#ifndef RECOAT_PACKETS_H
#define RECOAT_PACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_error;
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
};

/*
 * Open one or both files of a stream. `packets` is all zero but for `stream`; paths are
 * borrowed until close, which is due even after a failure.
 */
int recoat_packets_open(struct recoat_packets *packets, const char *full, const char *live,
			struct recoat_error *error);
void recoat_packets_close(struct recoat_packets *packets);

/*
 * Give all packets of `full` and then the one of `live` to the visitor. A packet cut short
 * at the end of `full` is passed over if `live` still holds the whole of it, which is what
 * a kill while appending leaves; else it is an error.
 */
int recoat_packets_read(struct recoat_packets *packets, const struct recoat_visitor *visitor,
			struct recoat_error *error);

#endif
