/* SPDX-License-Identifier: Apache-2.0 */
/* Events in memory, decoded and printed by code that is generated from events.def. */
#ifndef RECOAT_EVENT_H
#define RECOAT_EVENT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "recoat/recording.h"

/* Ids are unique within a stream only; keys are over all: RECOAT_KEY_span and so on. */
#define RECOAT_KEY(stream, id) ((stream) << RECOAT_EVENT_ID_BITS | (id))

enum recoat_event_key {
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name) RECOAT_KEY_##name = RECOAT_KEY(RECOAT_STREAM_##stream, id),
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"
};

/* One event. Strings point into the packet and live as long as its visitor's call. */
struct recoat_event {
	uint64_t time; /* Ticks of the stream's clock, those bits that the event's header has. */
	unsigned key;  /* enum recoat_event_key */
	union {
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name) struct recoat_##name name;
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"
	} as;
};

/* Why bytes are no event. `event` and `field` are NULL where it did not come that far. */
struct recoat_event_problem {
	const char *event;
	const char *field;
	const char *found; /* A phrase: "no NUL before the end of the packet's content". */
	unsigned id;
};

/*
 * Decode the event of `stream` that starts at `at`; nothing at or behind `end` is read.
 * Returns the number of bytes it takes, or 0 with `problem` filled.
 */
size_t recoat_event_decode(unsigned stream, const uint8_t *at, const uint8_t *end,
			   struct recoat_event *event, struct recoat_event_problem *problem);

/* Packed events have the low bits of their time only, which is never before the one before. */
static inline uint64_t recoat_event_complete_time(uint64_t before, uint64_t low)
{
	return before + ((low - before) & ((1u << RECOAT_PACKED_TIME_BITS) - 1));
}

enum recoat_heap_what {
	RECOAT_HEAP_NOTHING, /* An allocation of block 0, which can only be damage. */
	RECOAT_HEAP_ALLOCATED,
	RECOAT_HEAP_FREED,
	RECOAT_HEAP_KEPT, /* The thread's last free did not happen. */
};

/* An event of a heap trace, whichever of the schema's it was. */
struct recoat_heap_event {
	uint64_t time; /* Ticks, complete. */
	uint64_t block;
	uint64_t size; /* This and `path` are set for allocations only. */
	uint32_t path;
	enum recoat_heap_what what;
};

/*
 * Decode up to `count` events of a heap trace from `*at` on, which moves behind them; nothing at
 * or behind `end` is read. `*time` is that of the event before and becomes that of the last one.
 * Returns how many: fewer at `end`, or before what is no event, which recoat_event_decode() names.
 */
size_t recoat_event_decode_heap(const uint8_t **at, const uint8_t *end, uint64_t *time,
				struct recoat_heap_event *to, size_t count);

/*
 * Print one line `NAME: { field = value, ... }` as the text sink of babeltrace2 does:
 * numbers decimal, x64 as 0x and capital digits, strings quoted with C escapes.
 */
void recoat_event_print(FILE *file, const struct recoat_event *event);

#endif
