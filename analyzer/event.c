/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding and printing, generated from events.def. */
#include "analyzer/event.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "loads below are plain copies");

/* Where decoding stands; the first field that does not fit leaves its name here. */
struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	const char *field;
	const char *found;
};

static bool stop(struct cursor *cursor, const char *field, const char *found)
{
	cursor->field = field;
	cursor->found = found;
	return false;
}

#define GET(type)                                                                                  \
	static inline bool get_##type(struct cursor *cursor, recoat_##type *to, const char *field) \
	{                                                                                          \
		if ((size_t)(cursor->end - cursor->at) < sizeof(*to))                              \
			return stop(cursor, field, "the end of the packet's content");             \
		memcpy(to, cursor->at, sizeof(*to));                                               \
		cursor->at += sizeof(*to);                                                         \
		return true;                                                                       \
	}
GET(u8)
GET(u16)
GET(u32)
GET(u64)
GET(x64)
GET(i64)
GET(f64)
#undef GET

static inline bool get_str(struct cursor *cursor, recoat_str *to, const char *field)
{
	const uint8_t *nul = memchr(cursor->at, 0, (size_t)(cursor->end - cursor->at));

	if (!nul)
		return stop(cursor, field, "no NUL before the end of the packet's content");
	*to = (const char *)cursor->at;
	cursor->at = nul + 1;
	return true;
}

/* One function an event: its fields in order, up to the first that does not fit. */
#define EVENT(stream, id, name)                                                                    \
	static inline bool get_##name(struct cursor *cursor, struct recoat_##name *event)          \
	{                                                                                          \
		return true
#define FIELD(type, name) &&get_##type(cursor, &event->name, #name)
#define END(name)                                                                                  \
	;                                                                                          \
	}
#include "recoat/events.def"

/* Bit-packed events: all bits there are at once, or none of them is taken. */
static inline uint64_t get_bits(const uint8_t *from, unsigned at, unsigned width)
{
	unsigned shift = at % 64;
	uint64_t low, high;

	memcpy(&low, from + at / 64 * 8, sizeof(low));
	low >>= shift;
	if (shift + width > 64) {
		memcpy(&high, from + (at / 64 + 1) * 8, sizeof(high));
		low |= high << (64 - shift);
	}
	return width < 64 ? low & ((1ull << width) - 1) : low;
}

#define PACKED(stream, id, name)                                                                   \
	static inline bool get_##name(struct cursor *cursor, struct recoat_##name *event)          \
	{                                                                                          \
		unsigned at = RECOAT_PACKED_ID_BITS + RECOAT_PACKED_TIME_BITS;                     \
                                                                                                   \
		if (cursor->end - cursor->at < RECOAT_PACKED_##name)                               \
			return stop(cursor, "block", "the end of the packet's content");
#define BITS(type, width, name)                                                                    \
	event->name = (recoat_##type)get_bits(cursor->at, at, width);                              \
	at += (width);
#define PACKED_END(name)                                                                           \
	(void)at;                                                                                  \
	cursor->at += RECOAT_PACKED_##name;                                                        \
	return true;                                                                               \
	}
#define EVENT(stream, id, name)
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"

static bool get_fields(struct cursor *cursor, struct recoat_event *event)
{
	switch (event->key) {
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name)                                                                    \
	case RECOAT_KEY_##name:                                                                    \
		return get_##name(cursor, &event->as.name);
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"
	}
	return stop(cursor, NULL, "an event id that the schema does not have");
}

/* Read the header: a word, or its first bits where events are packed. */
static bool get_header(struct cursor *cursor, unsigned stream, struct recoat_event *event,
		       unsigned *id)
{
	uint64_t word;

	if (!get_u64(cursor, &word, "header"))
		return false;
	if (stream == RECOAT_STREAM_TRACE) {
		cursor->at -= sizeof(word);
		*id = word & ((1u << RECOAT_PACKED_ID_BITS) - 1);
		event->time = word >> RECOAT_PACKED_ID_BITS & ((1u << RECOAT_PACKED_TIME_BITS) - 1);
	} else {
		*id = word & ((1u << RECOAT_EVENT_ID_BITS) - 1);
		event->time = word >> RECOAT_EVENT_ID_BITS;
	}
	event->key = RECOAT_KEY(stream, *id);
	return true;
}

size_t recoat_event_decode(unsigned stream, const uint8_t *at, const uint8_t *end,
			   struct recoat_event *event, struct recoat_event_problem *problem)
{
	struct cursor cursor = {.at = at, .end = end};

	*problem = (struct recoat_event_problem){0};
	if (get_header(&cursor, stream, event, &problem->id)) {
		if (get_fields(&cursor, event))
			return (size_t)(cursor.at - at);
		problem->event = recoat_event_name(event->key);
	}
	problem->field = cursor.field;
	problem->found = cursor.found;
	return 0;
}

const char *recoat_event_name(unsigned key)
{
	switch (key) {
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name)                                                                    \
	case RECOAT_KEY_##name:                                                                    \
		return #name;
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"
	}
	return NULL;
}

#define PUT(type, format)                                                                          \
	static void put_##type(FILE *file, recoat_##type value)                                    \
	{                                                                                          \
		fprintf(file, format, value);                                                      \
	}
PUT(u8, "%" PRIu8)
PUT(u16, "%" PRIu16)
PUT(u32, "%" PRIu32)
PUT(u64, "%" PRIu64)
PUT(i64, "%" PRIi64)
PUT(x64, "0x%" PRIX64)
PUT(f64, "%g")
#undef PUT

static void put_str(FILE *file, recoat_str value)
{
	static const char plain[] = "\a\b\f\n\r\t\v\\\"\'\?";
	static const char escape[] = "abfnrtv\\\"'?";

	putc('"', file);
	for (; *value; value++) {
		const char *special = strchr(plain, *value);

		if (special)
			fprintf(file, "\\%c", escape[special - plain]);
		else if ((unsigned char)*value < ' ' || *value == 0x7F)
			fprintf(file, "\\x%02x", *value);
		else
			putc(*value, file);
	}
	putc('"', file);
}

/* Also one function an event; "{ " goes before its first field and ", " before the others. */
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name) FIELD(type, name)
#define PACKED_END(name) END(name)
#define EVENT(stream, id, name)                                                                    \
	static void put_##name(FILE *file, const struct recoat_##name *event)                      \
	{                                                                                          \
		const char *before = #name ": {";
#define FIELD(type, name)                                                                          \
	fprintf(file, "%s " #name " = ", before);                                                  \
	put_##type(file, event->name);                                                             \
	before = ",";
#define END(name)                                                                                  \
	(void)before;                                                                              \
	fputs(" }\n", file);                                                                       \
	}
#include "recoat/events.def"

void recoat_event_print(FILE *file, const struct recoat_event *event)
{
	switch (event->key) {
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name)                                                                    \
	case RECOAT_KEY_##name:                                                                    \
		put_##name(file, &event->as.name);                                                 \
		break;
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"
	}
}
