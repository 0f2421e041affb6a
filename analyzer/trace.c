/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a trace: which there are, in which order, and what pairs with what. */
#include "analyzer/trace.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/packets.h"

#define LIVE ".live"

/* A stream: a file that was appended to, a live packet, or both. */
struct stream {
	char *name; /* Without LIVE. */
	enum recoat_part part;
	bool full, live; /* Which of the two files exist. */
};

struct recoat_trace {
	char *directory;
	struct recoat_metadata metadata;
	struct stream *stream;
	size_t count, room;
	uint64_t size;
};

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* The part that a file's name says it belongs to, RECOAT_PARTS if to none. */
static enum recoat_part part_of(const char *name)
{
	if (!strcmp(name, "process"))
		return RECOAT_PART_PROCESS;
	if (starts_with(name, "spans-"))
		return RECOAT_PART_SPANS;
	if (starts_with(name, "sums-"))
		return RECOAT_PART_SUMS;
	if (starts_with(name, "trace-"))
		return RECOAT_PART_TRACE;
	if (starts_with(name, "mappings-"))
		return RECOAT_PART_MAPPINGS;
	if (starts_with(name, "counters-"))
		return RECOAT_PART_COUNTERS;
	if (starts_with(name, "snapshot-"))
		return RECOAT_PART_SNAPSHOTS;
	if (!strcmp(name, "heap-total"))
		return RECOAT_PART_HEAP_TOTAL;
	if (starts_with(name, "cpu-"))
		return RECOAT_PART_CPU;
	return starts_with(name, "heap-") ? RECOAT_PART_HEAP_PATHS : RECOAT_PARTS;
}

/* Does the writer change this stream's packets where they stand? */
static bool in_place(enum recoat_part part)
{
	return part == RECOAT_PART_HEAP_TOTAL || part == RECOAT_PART_HEAP_PATHS ||
	       part == RECOAT_PART_CPU || part == RECOAT_PART_MAPPINGS ||
	       part == RECOAT_PART_SUMS || part == RECOAT_PART_COUNTERS;
}

static unsigned stream_id(enum recoat_part part)
{
	return part == RECOAT_PART_PROCESS    ? RECOAT_STREAM_PROCESS
	       : part == RECOAT_PART_COUNTERS ? RECOAT_STREAM_PROCESS
	       : part == RECOAT_PART_SPANS    ? RECOAT_STREAM_SPANS
	       : part == RECOAT_PART_SUMS     ? RECOAT_STREAM_SPANS
	       : part == RECOAT_PART_CPU      ? RECOAT_STREAM_CPU
	       : part == RECOAT_PART_TRACE    ? RECOAT_STREAM_TRACE
					      : RECOAT_STREAM_HEAP;
}

static struct stream *find_stream(struct recoat_trace *trace, const char *name, size_t length)
{
	for (size_t i = trace->count; i-- > 0;)
		if (strlen(trace->stream[i].name) == length &&
		    !strncmp(trace->stream[i].name, name, length))
			return &trace->stream[i];
	trace->stream =
		recoat_grow(trace->stream, trace->count, &trace->room, sizeof(*trace->stream));
	trace->stream[trace->count] = (struct stream){.name = strndup(name, length)};
	return &trace->stream[trace->count++];
}

static int add_file(struct recoat_trace *trace, const char *name, struct recoat_error *error)
{
	size_t length = strlen(name), live = strlen(LIVE);
	bool is_live = length > live && !strcmp(name + length - live, LIVE);
	struct stream *stream = find_stream(trace, name, is_live ? length - live : length);

	stream->part = part_of(stream->name);
	if (stream->part == RECOAT_PARTS || (is_live && in_place(stream->part)))
		return recoat_error_set(
			error, -EINVAL,
			"%s/%s: not a file of a recording, expected metadata, process, spans-N, "
			"sums-N-K, heap-total, heap-N-K, snapshot-N, cpu-N-K, trace-N, "
			"mappings-K or counters-N",
			trace->directory, name);
	*(is_live ? &stream->live : &stream->full) = true;
	return 0;
}

static int list_files(struct recoat_trace *trace, struct recoat_error *error)
{
	DIR *directory = opendir(trace->directory);
	struct dirent *entry;
	struct stat status;
	int result = 0;

	if (!directory)
		return recoat_error_set(error, -errno, "%s: %s", trace->directory, strerror(errno));
	while (!result && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "metadata"))
			continue;
		result = add_file(trace, entry->d_name, error);
		if (!fstatat(dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW))
			trace->size += (uint64_t)status.st_size;
	}
	closedir(directory);
	return result;
}

/* By part, then by name with numbers in their natural order. */
static int by_order(const void *left, const void *right)
{
	const struct stream *a = left, *b = right;

	return a->part != b->part ? (int)a->part - (int)b->part : strverscmp(a->name, b->name);
}

int recoat_trace_open(const char *directory, struct recoat_trace **trace,
		      struct recoat_error *error)
{
	struct recoat_trace *opened = recoat_calloc(1, sizeof(*opened));
	char *metadata = recoat_asprintf("%s/metadata", directory);
	int result;

	opened->directory = recoat_strdup(directory);
	result = recoat_metadata_read(metadata, &opened->metadata, error);
	if (!result)
		result = list_files(opened, error);
	free(metadata);
	if (result) {
		recoat_trace_close(opened);
		return result;
	}
	if (opened->count)
		qsort(opened->stream, opened->count, sizeof(*opened->stream), by_order);
	*trace = opened;
	return 0;
}

void recoat_trace_close(struct recoat_trace *trace)
{
	if (!trace)
		return;
	for (size_t i = 0; i < trace->count; i++)
		free(trace->stream[i].name);
	free(trace->stream);
	free(trace->directory);
	free(trace);
}

const struct recoat_metadata *recoat_trace_metadata(const struct recoat_trace *trace)
{
	return &trace->metadata;
}

const char *recoat_trace_directory(const struct recoat_trace *trace)
{
	return trace->directory;
}

uint64_t recoat_trace_size(const struct recoat_trace *trace)
{
	return trace->size;
}

/* A stream's open files. */
struct recoat_cursor {
	struct recoat_packets packets;
	struct recoat_packet head; /* Of the packet at hand. */
	char *full, *live;
};

static int open_cursor(const struct recoat_trace *trace, const struct stream *stream,
		       struct recoat_cursor **opened, struct recoat_error *error)
{
	struct recoat_cursor *cursor = recoat_calloc(1, sizeof(*cursor));
	int result;

	cursor->packets.stream = stream_id(stream->part);
	if (stream->full)
		cursor->full = recoat_asprintf("%s/%s", trace->directory, stream->name);
	if (stream->live)
		cursor->live = recoat_asprintf("%s/%s" LIVE, trace->directory, stream->name);
	/* What is updated in place is, like a live packet, one packet that ends anywhere. */
	if (in_place(stream->part)) {
		cursor->live = cursor->full;
		cursor->full = NULL;
	}
	result = recoat_packets_open(&cursor->packets, cursor->full, cursor->live, error);
	if (result)
		recoat_cursor_close(cursor);
	else
		*opened = cursor;
	return result;
}

void recoat_cursor_close(struct recoat_cursor *cursor)
{
	if (!cursor)
		return;
	recoat_packets_close(&cursor->packets);
	free(cursor->full);
	free(cursor->live);
	free(cursor);
}

size_t recoat_trace_heap_streams(const struct recoat_trace *trace)
{
	size_t count = 0;

	for (size_t i = 0; i < trace->count; i++)
		count += trace->stream[i].part == RECOAT_PART_TRACE;
	return count;
}

int recoat_cursor_open(const struct recoat_trace *trace, size_t number,
		       struct recoat_cursor **cursor, struct recoat_error *error)
{
	const struct stream *stream = trace->stream;

	/* Streams are sorted by part. */
	while (stream->part != RECOAT_PART_TRACE)
		stream++;
	return open_cursor(trace, stream + number, cursor, error);
}

int recoat_cursor_next(struct recoat_cursor *cursor, struct recoat_heap_event *to, size_t count,
		       const struct recoat_packet **packet, struct recoat_error *error)
{
	int result = recoat_packets_heap_events(&cursor->packets, to, count, error);

	*packet = NULL;
	while (!result) {
		result = recoat_packets_next(&cursor->packets, &cursor->head, error);
		if (result <= 0)
			return result;
		*packet = &cursor->head;
		result = recoat_packets_heap_events(&cursor->packets, to, count, error);
	}
	return result;
}

/* Open the stream's files, read them through, and close them. */
static int read_stream(const struct recoat_trace *trace, const struct stream *stream,
		       const struct recoat_visitor *visitor, struct recoat_error *error)
{
	struct recoat_cursor *cursor;
	int result = open_cursor(trace, stream, &cursor, error);

	if (result)
		return result;
	result = recoat_packets_read(&cursor->packets, visitor, error);
	recoat_cursor_close(cursor);
	return result;
}

int recoat_trace_read(struct recoat_trace *trace, enum recoat_part part,
		      const struct recoat_visitor *visitor, struct recoat_error *error)
{
	int result = 0;

	for (size_t i = 0; !result && i < trace->count; i++) {
		if (trace->stream[i].part != part)
			continue;
		if (visitor->stream)
			result = visitor->stream(visitor->user, trace->stream[i].name);
		if (!result)
			result = read_stream(trace, &trace->stream[i], visitor, error);
		/* A program that still runs thins out its snapshots. */
		if (result == -ENOENT && part == RECOAT_PART_SNAPSHOTS)
			result = 0;
	}
	return result;
}
