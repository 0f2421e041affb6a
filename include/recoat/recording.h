/* SPDX-License-Identifier: Apache-2.0 */
/* The layout of a recording on disk, shared by the runtime and the analyzer. */
#ifndef RECOAT_RECORDING_H
#define RECOAT_RECORDING_H

/*
 * A recording is a directory. It holds one sub-directory a process of the run, named
 * PROGRAM-PID-START, and each of those is one Common Trace Format 1.8 trace: a text
 * file `metadata` (TSDL) and stream files. A stream file is a row of packets; every
 * packet starts with struct recoat_packet and then holds events (events.def) back to
 * back until content_bits, and padding until packet_bits.
 *
 *   process         PROCESS packets that are full
 *   process.live    the PROCESS packet being filled, a shared mapping
 *   spans-N         SPANS packets of thread state N that are full
 *   spans-N.live    the one being filled
 *   sums-N-K        the K-th SPANS packet of shard N with span_total, span_period and
 *                   span_histogram events, updated in place
 *   heap-total      one HEAP packet with one heap_total event, updated in place
 *   heap-N-K        the K-th HEAP packet of shard N: heap_path events updated in place
 *   snapshot-N      one HEAP packet with a heap_snapshot and its heap_live events
 *   cpu-N-K         the K-th CPU packet of shard N: a cpu_total (K = 0 only) and cpu_path
 *                   events, updated in place
 *   trace-N         TRACE packets of thread state N that are full
 *   trace-N.live    the one being filled
 *   counters-N      one PROCESS packet with the plugin_count events of plugins' object N, updated
 *                   in place
 *   mappings-K      the K-th HEAP packet of mapping_path events updated in place; the first
 *                   one starts with mapping_total
 *
 * A live packet that was appended but not yet emptied when the process was killed
 * stands in both files with one sequence number; readers drop the second.
 */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#define RECOAT_CTF_MAGIC 0xC1FC1FC1u

/* Stream ids, the first argument of EVENT in events.def without its prefix. */
#define RECOAT_STREAM_PROCESS 0
#define RECOAT_STREAM_SPANS 1
#define RECOAT_STREAM_HEAP 2
#define RECOAT_STREAM_CPU 3
#define RECOAT_STREAM_TRACE 4

/* Sizes in bytes of the packets of each stream. All are multiples of the page size. */
#define RECOAT_PROCESS_PACKET (64u << 10)
#define RECOAT_SPANS_PACKET (256u << 10)
#define RECOAT_SUMS_PACKET (64u << 10)
#define RECOAT_HEAP_PACKET (64u << 10)
#define RECOAT_CPU_PACKET (16u << 10) /* The first of a shard; later ones are larger. */
#define RECOAT_TRACE_PACKET (256u << 10)
#define RECOAT_COUNTERS_PACKET (8u << 10)

/*
 * While several threads allocate, each tells heap_total of its balance only when that has moved
 * by more than this many bytes: how far the peak may be off for each thread.
 */
#define RECOAT_HEAP_SLACK 16384

/* Snapshots of the heap that a process keeps, and call paths in one, at most. */
#define RECOAT_SNAPSHOTS_MAX 64
#define RECOAT_SNAPSHOT_PATHS_MAX 4096u

/* Call paths that no event defines: the root, and the place of callers that cannot be told. */
#define RECOAT_PATH_ROOT 0u
#define RECOAT_PATH_UNKNOWN 1u

/*
 * CPU samples a second of CPU time, unless RECOAT_CPU says otherwise, and the most that it may
 * say. A prime, so as not to march in step with what is sampled.
 */
#define RECOAT_CPU_RATE 997
#define RECOAT_CPU_RATE_MAX 10000

/* Flags of a span. */
#define RECOAT_SPAN_SIZE 1u    /* `size` is valid. */
#define RECOAT_SPAN_CPU 2u     /* `cpu_time` is valid. */
#define RECOAT_SPAN_UNWOUND 4u /* Left by an exception, a cancellation or longjmp. */
#define RECOAT_SPAN_SAMPLE 8u  /* Counted in span_total; one of about 4^RECOAT_SPAN_STEP(flags). */
#define RECOAT_SPAN_APART 16u  /* On another stack than the thread's; depth 0, whatever is around. */
#define RECOAT_SPAN_STEP(flags) ((flags) >> 5)
#define RECOAT_SPAN_STEP_MAX 7u

/* What is counted in span_histogram. */
#define RECOAT_HISTOGRAM_TIME 0u
#define RECOAT_HISTOGRAM_SIZE 1u
#define RECOAT_HISTOGRAMS 2u
#define RECOAT_BUCKETS 65u

static inline unsigned recoat_bucket(uint64_t number)
{
	return number ? 64 - (unsigned)__builtin_clzll(number) : 0;
}

/* Kinds of mappings. */
#define RECOAT_MAPPING_ANONYMOUS 0u
#define RECOAT_MAPPING_FILE 1u
#define RECOAT_MAPPING_BREAK 2u /* By brk and sbrk. */
#define RECOAT_MAPPING_KINDS 3u

/* Head of every packet: the CTF packet header and packet context of all streams. */
struct recoat_packet {
	uint32_t magic;
	uint32_t stream;
	uint64_t time_begin;
	uint64_t time_end;
	uint64_t content_bits; /* Written last at each event: what it covers is whole. */
	uint64_t packet_bits;
	uint64_t sequence;
	uint64_t dropped; /* Events of this stream dropped so far. */
	uint32_t tid;
	uint32_t shard;
};
static_assert(sizeof(struct recoat_packet) == 64, "on-disk layout");

/* The word that starts an event. */
#define RECOAT_EVENT_ID_BITS 8

static inline uint64_t recoat_event_word(unsigned id, uint64_t time)
{
	return (uint64_t)id | time << RECOAT_EVENT_ID_BITS;
}

/* Did epoch `a` of the heap begin before `b`? They count modulo 2^32. */
static inline bool recoat_epoch_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* The same of bit-packed events. */
#define RECOAT_PACKED_ID_BITS 4
#define RECOAT_PACKED_TIME_BITS 16

/* Ticks that a packet of such events spans at most, well below 2^16. */
#define RECOAT_TRACE_SPAN 60000u

/* Ids as constants: RECOAT_EVENT_module_load and so on. */
enum recoat_event_id {
#define PACKED(stream, id, name) RECOAT_EVENT_##name = (id),
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name) RECOAT_EVENT_##name = (id),
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"
};

/* The C types of the field types of events.def. */
typedef uint8_t recoat_u8;
typedef uint16_t recoat_u16;
typedef uint32_t recoat_u32;
typedef uint64_t recoat_u64;
typedef uint64_t recoat_x64;
typedef int64_t recoat_i64;
typedef double recoat_f64;
typedef const char *recoat_str;

/* One struct an event, struct recoat_module_load and so on: what is put and got. */
#define PACKED(stream, id, name) struct recoat_##name {
#define BITS(type, width, name) recoat_##type name;
#define PACKED_END(name)                                                                           \
	}                                                                                          \
	;
#define EVENT(stream, id, name) struct recoat_##name {
#define FIELD(type, name) recoat_##type name;
#define END(name)                                                                                  \
	}                                                                                          \
	;
#include "recoat/events.def"

/* Bytes that a bit-packed event takes: RECOAT_PACKED_trace_free and so on. */
enum recoat_packed_bytes {
#define EVENT(stream, id, name)
#define FIELD(type, name)
#define END(name)
#define PACKED(stream, id, name)                                                                   \
	RECOAT_PACKED_##name = (RECOAT_PACKED_ID_BITS + RECOAT_PACKED_TIME_BITS
#define BITS(type, width, name) +(width)
#define PACKED_END(name) ) / 8,
#include "recoat/events.def"
};

#endif
