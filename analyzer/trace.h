/* SPDX-License-Identifier: Apache-2.0 */
/* The reader: one process's trace, from files that are not trusted to visitors that are fed. */
#ifndef RECOAT_TRACE_H
#define RECOAT_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/event.h"
#include "analyzer/metadata.h"

struct recoat_error;
struct recoat_trace;

/*
 * This is the only module that sees the bytes of streams. Every packet head is checked,
 * every field is checked against the packet's content, and a packet that stands in a
 * stream and in its .live file is given once. Packets are copied into memory of our own
 * before they are looked at, so that a program which still writes cannot pull them from
 * under us; memory is bounded by the largest packet, 16 MiB.
 *
 * Errors read "FILE: offset N: FOUND, expected EXPECTED".
 */

/* Groups of files, in the order in which a model wants them. */
enum recoat_part {
	RECOAT_PART_PROCESS,
	RECOAT_PART_SPANS,
	RECOAT_PART_SUMS,
	RECOAT_PART_HEAP_TOTAL,
	RECOAT_PART_HEAP_PATHS,
	RECOAT_PART_SNAPSHOTS,
	RECOAT_PART_CPU,
	RECOAT_PART_MAPPINGS,
	RECOAT_PART_COUNTERS,
	RECOAT_PART_TRACE,
	RECOAT_PARTS,
};

/* What is called while reading. Any non-zero return stops and is returned. */
struct recoat_visitor {
	void *user;
	/* Before a stream's packets; `name` is its file's, without .live. May be NULL. */
	int (*stream)(void *user, const char *name);
	/* Before a packet's events. May be NULL. */
	int (*packet)(void *user, const struct recoat_packet *packet);
	int (*event)(void *user, const struct recoat_event *event);
};

/*
 * Open the trace in `directory`: reads its metadata and lists its stream files. On success
 * the caller closes `*trace`. A directory with files that no recording has is refused.
 */
int recoat_trace_open(const char *directory, struct recoat_trace **trace,
		      struct recoat_error *error);
void recoat_trace_close(struct recoat_trace *trace);

const struct recoat_metadata *recoat_trace_metadata(const struct recoat_trace *trace);
const char *recoat_trace_directory(const struct recoat_trace *trace);

/* Bytes of all stream files, for progress. */
uint64_t recoat_trace_size(const struct recoat_trace *trace);

/*
 * One stream of heap events, to be read beside others; memory is bounded by its largest packet.
 * Streams are numbered from 0 to recoat_trace_heap_streams() - 1. The caller closes the cursor;
 * two files are open until then.
 */
struct recoat_cursor;
size_t recoat_trace_heap_streams(const struct recoat_trace *trace);
int recoat_cursor_open(const struct recoat_trace *trace, size_t number,
		       struct recoat_cursor **cursor, struct recoat_error *error);
void recoat_cursor_close(struct recoat_cursor *cursor);

/*
 * The next events, up to `count` and all of one packet. Returns how many, 0 after the last, or
 * -errno with `error` filled. `*packet` becomes the head of their packet if that is a new one,
 * else NULL; it is valid until the next call.
 */
int recoat_cursor_next(struct recoat_cursor *cursor, struct recoat_heap_event *to, size_t count,
		       const struct recoat_packet **packet, struct recoat_error *error);

/*
 * Feed all events of one part to the visitor, file by file in order of name and packet by
 * packet. What a visitor returns is passed on; bad input is -EINVAL with `error` filled.
 */
int recoat_trace_read(struct recoat_trace *trace, enum recoat_part part,
		      const struct recoat_visitor *visitor, struct recoat_error *error);

#endif
