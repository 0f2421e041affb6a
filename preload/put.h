/* SPDX-License-Identifier: Apache-2.0 */
/* Writing events: recoat_put_NAME() for every event of the schema. */
#ifndef RECOAT_PUT_H
#define RECOAT_PUT_H

/*
 * recoat_put_NAME(stream, now, &event) appends an event at time `now` of the stream's clock.
 * Strings are cut at RECOAT_STRING_MAX bytes. The caller is the stream's only writer; what
 * does not fit is dropped and counted by the stream.
 */

#include <string.h>

#include "preload/stream.h"

#define RECOAT_STRING_MAX 8191u

static inline size_t recoat_string_length(const char *text)
{
	size_t length = strlen(text);

	return length < RECOAT_STRING_MAX ? length : RECOAT_STRING_MAX;
}

#define RECOAT_DEFINE_PUT(type)                                                                    \
	static inline size_t recoat_size_##type(recoat_##type value)                               \
	{                                                                                          \
		return sizeof value;                                                               \
	}                                                                                          \
	static inline unsigned char *recoat_copy_##type(unsigned char *at, recoat_##type value)    \
	{                                                                                          \
		memcpy(at, &value, sizeof value);                                                  \
		return at + sizeof value;                                                          \
	}
RECOAT_DEFINE_PUT(u8)
RECOAT_DEFINE_PUT(u16)
RECOAT_DEFINE_PUT(u32)
RECOAT_DEFINE_PUT(u64)
RECOAT_DEFINE_PUT(x64)
RECOAT_DEFINE_PUT(i64)
RECOAT_DEFINE_PUT(f64)
#undef RECOAT_DEFINE_PUT

static inline size_t recoat_size_str(const char *text)
{
	return recoat_string_length(text) + 1;
}

static inline unsigned char *recoat_copy_str(unsigned char *at, const char *text)
{
	size_t length = recoat_string_length(text);

	memcpy(at, text, length);
	at[length] = '\0';
	return at + length + 1;
}

/* First the size of each event, then its writer. */
#define EVENT(stream, id, name)                                                                    \
	static inline size_t recoat_size_##name(const struct recoat_##name *event)                 \
	{                                                                                          \
		size_t bytes = sizeof(uint64_t);
#define FIELD(type, name) bytes += recoat_size_##type(event->name);
#define END(name)                                                                                  \
	return bytes;                                                                              \
	}
#include "recoat/events.def"

#define EVENT(stream_id, id, name)                                                                 \
	static inline void recoat_put_##name(struct recoat_stream *stream, uint64_t now,           \
					     const struct recoat_##name *event)                    \
	{                                                                                          \
		size_t bytes = recoat_size_##name(event);                                          \
		unsigned char *at;                                                                 \
                                                                                                   \
		now = recoat_stream_time(stream, now);                                             \
		at = recoat_stream_reserve(stream, bytes, now);                                    \
		if (!at)                                                                           \
			return;                                                                    \
		at = recoat_copy_u64(at, recoat_event_word(id, now));
#define FIELD(type, name) at = recoat_copy_##type(at, event->name);
#define END(name)                                                                                  \
	recoat_stream_commit(stream, bytes, now);                                                  \
	}
#include "recoat/events.def"

/*
 * Bit-packed events: recoat_pack_NAME() fills the words that recoat_put_packed() appends. The
 * positions are constants, so that what is left of this are a few shifts.
 */
static inline unsigned recoat_pack(uint64_t *words, unsigned at, uint64_t value, unsigned width)
{
	unsigned word = at / 64, shift = at % 64;

	if (width < 64)
		value &= (1ull << width) - 1;
	words[word] = shift ? words[word] | value << shift : value;
	if (shift + width > 64)
		words[word + 1] = value >> (64 - shift);
	return at + width;
}

#define EVENT(stream, id, name)
#define FIELD(type, name)
#define END(name)
#define PACKED(stream, id, name)                                                                   \
	static_assert(RECOAT_PACKED_##name % 8 == 0, "whole words");                               \
	static inline void recoat_pack_##name(uint64_t *words, uint64_t now,                       \
					      const struct recoat_##name *event)                   \
	{                                                                                          \
		unsigned at = recoat_pack(words, 0, id, RECOAT_PACKED_ID_BITS);                    \
                                                                                                   \
		at = recoat_pack(words, at, now, RECOAT_PACKED_TIME_BITS);
#define BITS(type, width, name) at = recoat_pack(words, at, event->name, width);
#define PACKED_END(name)                                                                           \
	(void)at;                                                                                  \
	}
#include "recoat/events.def"

/* Append an event of `bytes` packed bytes at time `now`, which recoat_stream_time() has seen. */
static inline void recoat_put_packed(struct recoat_stream *stream, uint64_t now,
				     const uint64_t *words, size_t bytes)
{
	unsigned char *at = recoat_stream_reserve(stream, bytes, now);

	if (!at)
		return;
	memcpy(at, words, bytes);
	recoat_stream_commit(stream, bytes, now);
}

#endif
