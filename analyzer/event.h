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

/* Name of an event by its key, NULL if there is none. */
const char *recoat_event_name(unsigned key);

/*
 * Print one line `NAME: { field = value, ... }` as the text sink of babeltrace2 does:
 * numbers decimal, x64 as 0x and capital digits, strings quoted with C escapes.
 */
void recoat_event_print(FILE *file, const struct recoat_event *event);

#endif
