/* SPDX-License-Identifier: Apache-2.0 */
/* TSDL, the language in which CTF 1.8 describes its streams. */
#include "preload/metadata.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/os.h"
#include "recoat/recording.h"

#define SECOND 1000000000u

static const char types[] = "typealias integer { size = 8; align = 8; } := u8;\n"
			    "typealias integer { size = 16; align = 8; } := u16;\n"
			    "typealias integer { size = 32; align = 8; } := u32;\n"
			    "typealias integer { size = 64; align = 8; } := u64;\n"
			    "typealias integer { size = 64; align = 8; base = 16; } := x64;\n"
			    "typealias integer { size = 64; align = 8; signed = true; } := i64;\n"
			    "typealias floating_point { exp_dig = 11; mant_dig = 53; align = 8; "
			    "} := f64;\n"
			    "typealias string { encoding = UTF8; } := str;\n"
			    "trace { major = 1; minor = 8; byte_order = le;\n"
			    "\tpacket.header := struct { u32 magic; u32 stream_id; };\n"
			    "};\n"
			    "env { tracer = \"recoat\"; recoat_format = 1; };\n";

/* How events begin, as RECOAT_EVENT_*_BITS and RECOAT_PACKED_*_BITS have it. */
#define HEADER(clock) "u8 id; integer { size = 56; align = 8; map = clock." #clock ".value; } time;"
#define PACKED_HEADER(clock)                                                                       \
	"integer { size = 4; align = 1; } id; "                                                    \
	"integer { size = 16; align = 1; map = clock." #clock ".value; } time;"

#define STREAM(id, clock, header)                                                                  \
	"stream { id = " #id ";\n"                                                                 \
	"\tevent.header := struct { " header(                                                      \
		clock) " };\n"                                                                     \
		       "\tpacket.context := struct { " #clock "_time timestamp_begin; " #clock     \
		       "_time timestamp_end; u64 content_size; u64 packet_size; u64 "              \
		       "packet_seq_num; "                                                          \
		       "u64 events_discarded; u32 tid; u32 shard; };\n"                            \
		       "};\n"

static const char streams[] =
	"typealias integer { size = 64; align = 8; map = clock.monotonic.value; } := "
	"monotonic_time;\n"
	"typealias integer { size = 64; align = 8; map = clock.span.value; } := span_time;\n"
	"typealias integer { size = 64; align = 8; map = clock.tick.value; } := "
	"tick_time;\n" STREAM(0, monotonic, HEADER) STREAM(1, span, HEADER)
		STREAM(2, monotonic, HEADER) STREAM(3, monotonic, HEADER)
			STREAM(4, tick, PACKED_HEADER);

#define ID_PROCESS "0"
#define ID_SPANS "1"
#define ID_HEAP "2"
#define ID_CPU "3"
#define ID_TRACE "4"

/* Types of bit-packed fields as TSDL has them, but for their size. */
#define BASE_u32 "10"
#define BASE_u64 "10"
#define BASE_x64 "16"

static const char events[] =
#define EVENT(stream, id, name)                                                                    \
	"event { stream_id = " ID_##stream "; id = " #id "; name = \"" #name                       \
					   "\"; fields := struct {"
#define FIELD(type, name) " " #type " " #name ";"
#define END(name) " }; };\n"
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)                                                                    \
	" integer { size = " #width "; align = 1; base = " BASE_##type "; } " #name ";"
#define PACKED_END(name) END(name)
#include "recoat/events.def"
	;

/* A clock that read `value` when the real time was `real` ns. */
static int put_clock(char *to, size_t size, const char *name, uint64_t frequency, uint64_t value,
		     uint64_t real)
{
	unsigned __int128 ticks = (unsigned __int128)real * frequency / SECOND - value;

	return snprintf(to, size,
			"clock { name = %s; freq = %llu; offset_s = %llu; offset = %llu; "
			"absolute = true; };\n",
			name, (unsigned long long)frequency,
			(unsigned long long)(ticks / frequency),
			(unsigned long long)(ticks % frequency));
}

static int put_clocks(char *to, size_t size, uint64_t span_frequency)
{
	uint64_t span_real, span_value = recoat_clock_span_origin(&span_real);
	uint64_t real, monotonic = recoat_clock_monotonic_origin(&real);
	int used = put_clock(to, size, "monotonic", SECOND, monotonic, real);

	if (!span_frequency) {
		span_frequency = SECOND;
		span_value = 0;
	}
	used += put_clock(to + used, size - (size_t)used, "tick", RECOAT_TICKS_A_SECOND,
			  monotonic / (SECOND / RECOAT_TICKS_A_SECOND), real);
	return used + put_clock(to + used, size - (size_t)used, "span", span_frequency, span_value,
				span_real);
}

#define TEXT_MAX (64u << 10)

static bool write_text(const char *path, const char *const *text)
{
	int fd = !recoat_may_be_long(TEXT_MAX)
			 ? -1
			 : recoat_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	bool good = fd >= 0;

	for (; good && *text; text++)
		good = recoat_write(fd, *text, strlen(*text));
	if (fd >= 0)
		recoat_close(fd);
	return good;
}

bool recoat_metadata_write(const char *directory, uint64_t span_frequency)
{
	char clocks[512];
	const char *const text[] = {"/* CTF 1.8 */\n", types, clocks, streams, events, NULL};
	static char path[PATH_MAX], new_path[PATH_MAX]; /* Threads may have small stacks. */

	put_clocks(clocks, sizeof clocks, span_frequency);
	if (snprintf(path, sizeof path, "%s/metadata", directory) >= PATH_MAX ||
	    snprintf(new_path, sizeof new_path, "%s/.metadata", directory) >= PATH_MAX)
		return false;
	if (write_text(new_path, text) && !rename(new_path, path))
		return true;
	unlink(new_path);
	return false;
}
