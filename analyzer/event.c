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

/* By its key, NULL if there is none. */
static const char *name_of(unsigned key)
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

size_t recoat_event_decode(unsigned stream, const uint8_t *at, const uint8_t *end,
			   struct recoat_event *event, struct recoat_event_problem *problem)
{
	struct cursor cursor = {.at = at, .end = end};

	unsigned id = 0;
	bool known = get_header(&cursor, stream, event, &id);

	if (known && get_fields(&cursor, event))
		return (size_t)(cursor.at - at);
	*problem = (struct recoat_event_problem){
		.event = known ? name_of(event->key) : NULL,
		.field = cursor.field,
		.found = cursor.found,
		.id = id,
	};
	return 0;
}

static void set_allocated(struct recoat_heap_event *to, uint64_t block, uint64_t path,
			  uint64_t size)
{
	to->what = block ? RECOAT_HEAP_ALLOCATED : RECOAT_HEAP_NOTHING;
	to->block = block;
	to->size = size;
	to->path = path < UINT32_MAX ? (uint32_t)path : UINT32_MAX - 1;
}

/* False, with the cursor where it was, if there is no event of a heap trace. */
static inline bool get_heap_event(struct cursor *cursor, unsigned id, struct recoat_heap_event *to)
{
	struct recoat_trace_alloc alloc;
	struct recoat_trace_alloc_large large;
	struct recoat_trace_free freed;
	struct recoat_trace_kept kept;

	switch (id) {
	case RECOAT_EVENT_trace_alloc:
		if (!get_trace_alloc(cursor, &alloc))
			return false;
		set_allocated(to, alloc.block, alloc.path, alloc.size);
		return true;
	case RECOAT_EVENT_trace_free:
		if (!get_trace_free(cursor, &freed))
			return false;
		to->what = RECOAT_HEAP_FREED;
		to->block = freed.block;
		return true;
	case RECOAT_EVENT_trace_alloc_large:
		if (!get_trace_alloc_large(cursor, &large))
			return false;
		set_allocated(to, large.block, large.path, large.size);
		return true;
	case RECOAT_EVENT_trace_kept:
		if (!get_trace_kept(cursor, &kept))
			return false;
		to->what = RECOAT_HEAP_KEPT;
		to->block = kept.block;
		return true;
	}
	return false;
}

size_t recoat_event_decode_heap(const uint8_t **at, const uint8_t *end, uint64_t *time,
				struct recoat_heap_event *to, size_t count)
{
	struct cursor cursor = {.at = *at, .end = end};
	uint64_t now = *time;
	size_t done;

	for (done = 0; done < count; done++) {
		uint64_t word, low;

		if ((size_t)(end - cursor.at) < sizeof(word))
			break;
		memcpy(&word, cursor.at, sizeof(word));
		if (!get_heap_event(&cursor, word & ((1u << RECOAT_PACKED_ID_BITS) - 1), &to[done]))
			break;
		low = word >> RECOAT_PACKED_ID_BITS;
		to[done].time = now = recoat_event_complete_time(now, low);
	}
	*at = cursor.at;
	*time = now;
	return done;
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
