/* SPDX-License-Identifier: Apache-2.0 */
/* The packets of one stream, checked. */
#include "analyzer/packets.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/trace.h"

#define HEAD sizeof(struct recoat_packet)

static int open_file(struct recoat_packets_file *file, const char *path, struct recoat_error *error)
{
	struct stat status;

	file->path = path;
	if (!path)
		return 0;
	file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (file->fd < 0 || fstat(file->fd, &status) < 0)
		return recoat_error_set(error, -errno, "%s: %s", path, strerror(errno));
	if (!S_ISREG(status.st_mode))
		return recoat_error_set(error, -EINVAL, "%s: not a regular file", path);
	file->size = (uint64_t)status.st_size;
	return 0;
}

int recoat_packets_open(struct recoat_packets *packets, const char *full, const char *live,
			struct recoat_error *error)
{
	int result;

	packets->full.fd = packets->live.fd = -1;
	result = open_file(&packets->full, full, error);
	return result ? result : open_file(&packets->live, live, error);
}

void recoat_packets_close(struct recoat_packets *packets)
{
	if (packets->full.fd >= 0)
		close(packets->full.fd);
	if (packets->live.fd >= 0)
		close(packets->live.fd);
	free(packets->buffer);
}

/* Read up to `length` bytes at `offset`; returns how many there were, or -errno. */
static ssize_t read_at(const struct recoat_packets_file *file, void *to, size_t length,
		       uint64_t offset)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got =
			pread(file->fd, (char *)to + done, length - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

/* Is every byte of this head zero, as a crash of the system may leave a file? */
static bool is_blank(const struct recoat_packet *head)
{
	static const struct recoat_packet blank;

	return !memcmp(head, &blank, sizeof(blank));
}

static int bad(const struct recoat_packets_file *file, uint64_t offset, struct recoat_error *error,
	       const char *format, ...) __attribute__((format(printf, 4, 5)));

static int bad(const struct recoat_packets_file *file, uint64_t offset, struct recoat_error *error,
	       const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return recoat_error_set(error, -EINVAL, "%s: offset %" PRIu64 ": %s", file->path, offset,
				text);
}

/* Check everything about a head but whether its packet is all there. */
static int check_head(const struct recoat_packets *packets, const struct recoat_packets_file *file,
		      uint64_t offset, const struct recoat_packet *head, struct recoat_error *error)
{
	if (head->magic != RECOAT_CTF_MAGIC)
		return bad(file, offset, error,
			   "packet starts with 0x%08x, expected the CTF magic 0x%08x", head->magic,
			   RECOAT_CTF_MAGIC);
	if (head->stream != packets->stream)
		return bad(file, offset, error, "packet of stream %u, expected stream %u",
			   head->stream, packets->stream);
	if (head->packet_bits % 8 || head->packet_bits / 8 < HEAD ||
	    head->packet_bits / 8 > RECOAT_PACKET_MAX)
		return bad(file, offset, error,
			   "packet of %" PRIu64 " bits, expected whole bytes from %zu to %u",
			   head->packet_bits, HEAD, RECOAT_PACKET_MAX);
	if (head->content_bits % 8 || head->content_bits / 8 < HEAD ||
	    head->content_bits > head->packet_bits)
		return bad(file, offset, error,
			   "packet content of %" PRIu64
			   " bits, expected whole bytes from %zu up to "
			   "the packet's %" PRIu64 " bits",
			   head->content_bits, HEAD, head->packet_bits);
	return 0;
}

/* Say where and why decoding stopped. */
static int bad_event(const struct recoat_packets_file *file, uint64_t offset,
		     const struct recoat_event_problem *problem, struct recoat_error *error)
{
	if (!problem->event)
		return bad(file, offset, error,
			   "event %u: found %s, expected an event of the schema", problem->id,
			   problem->found);
	return bad(file, offset, error, "event %s: found %s, expected its field \"%s\"",
		   problem->event, problem->found, problem->field);
}

/* Read `content` bytes of a packet into the buffer. */
static int fill(struct recoat_packets *packets, const struct recoat_packets_file *file,
		uint64_t offset, size_t content, struct recoat_error *error)
{
	ssize_t got;

	if (content > packets->room) {
		free(packets->buffer);
		packets->buffer = recoat_calloc(content, 1);
		packets->room = content;
	}
	got = read_at(file, packets->buffer, content, offset);
	if (got < 0)
		return recoat_error_set(error, (int)got, "%s: offset %" PRIu64 ": %s", file->path,
					offset, strerror((int)-got));
	if ((size_t)got < content)
		return bad(file, offset, error,
			   "truncated: %zd bytes of a packet with %zu bytes of content", got,
			   content);
	return 0;
}

/* Have the events of a packet whose head was checked read next. 1, or -errno. */
static int take(struct recoat_packets *packets, const struct recoat_packets_file *file,
		uint64_t offset, const struct recoat_packet *head, struct recoat_error *error)
{
	int result = fill(packets, file, offset, head->content_bits / 8, error);

	packets->some = true;
	packets->sequence = head->sequence;
	packets->file = file;
	packets->packet_offset = offset;
	packets->time = head->time_begin;
	packets->at = packets->buffer + HEAD;
	packets->end = packets->buffer + head->content_bits / 8;
	return result ? result : 1;
}

/* Read the live packet's head. False if it is empty, or damaged (which `error` says). */
static bool live_head(const struct recoat_packets *packets, struct recoat_packet *head, int *result,
		      struct recoat_error *error)
{
	ssize_t got;

	*result = 0;
	if (!packets->live.path)
		return false;
	got = read_at(&packets->live, head, HEAD, 0);
	if (got < 0)
		*result = recoat_error_set(error, (int)got, "%s: %s", packets->live.path,
					   strerror((int)-got));
	if (got <= 0)
		return false;
	if ((size_t)got < HEAD) {
		*result = bad(&packets->live, 0, error,
			      "truncated: %zd bytes, expected a packet head of %zu", got, HEAD);
		return false;
	}
	if (is_blank(head) || (head->magic == RECOAT_CTF_MAGIC && !head->content_bits))
		return false;
	*result = check_head(packets, &packets->live, 0, head, error);
	return !*result;
}

/*
 * `got` bytes of a head, `head`, and fewer bytes than the packet has are left in the file.
 * That is no loss if the live packet is the one that was being appended.
 */
static int truncated(const struct recoat_packets *packets, uint64_t offset, size_t got,
		     const struct recoat_packet *head, struct recoat_error *error)
{
	const struct recoat_packets_file *file = &packets->full;
	struct recoat_error ignored;
	struct recoat_packet live;
	int result;

	if (live_head(packets, &live, &result, &ignored) &&
	    (got < HEAD || live.sequence == head->sequence))
		return 0;
	if (got < HEAD)
		return bad(file, offset, error,
			   "truncated: %zu bytes are left, expected a packet head of %zu", got,
			   HEAD);
	return bad(file, offset, error,
		   "truncated: %" PRIu64 " bytes are left, expected a packet of %" PRIu64,
		   file->size - offset, head->packet_bits / 8);
}

/* The next packet of the file of full ones. 1, 0 if it is empty or the last, or -errno. */
static int next_full(struct recoat_packets *packets, struct recoat_packet *head,
		     struct recoat_error *error)
{
	const struct recoat_packets_file *file = &packets->full;
	uint64_t offset = packets->offset;
	ssize_t got = read_at(file, head, HEAD, offset);
	int result;

	if (got < 0)
		return recoat_error_set(error, (int)got, "%s: offset %" PRIu64 ": %s", file->path,
					offset, strerror((int)-got));
	packets->offset = file->size;
	if ((size_t)got < HEAD)
		return truncated(packets, offset, (size_t)got, head, error);
	result = check_head(packets, file, offset, head, error);
	if (result)
		return result;
	if (head->packet_bits / 8 > file->size - offset)
		return truncated(packets, offset, HEAD, head, error);
	if (head->content_bits == 8 * HEAD) {
		packets->offset = offset + head->packet_bits / 8;
		return 0;
	}
	if (packets->some && head->sequence <= packets->sequence)
		return bad(file, offset, error,
			   "packet number %" PRIu64 " after %" PRIu64 ", expected a higher one",
			   head->sequence, packets->sequence);
	packets->offset = offset + head->packet_bits / 8;
	return take(packets, file, offset, head, error);
}

/* The live packet, if it holds anything that is not in the other file. As above. */
static int next_live(struct recoat_packets *packets, struct recoat_packet *head,
		     struct recoat_error *error)
{
	int result;

	if (!live_head(packets, head, &result, error))
		return result;
	/* It was appended already and the writer had no time to empty it. */
	if (packets->some && head->sequence <= packets->sequence)
		return 0;
	if (head->packet_bits / 8 > packets->live.size)
		return bad(&packets->live, 0, error,
			   "truncated: %" PRIu64 " bytes, expected a packet of %" PRIu64,
			   packets->live.size, head->packet_bits / 8);
	return take(packets, &packets->live, 0, head, error);
}

int recoat_packets_next(struct recoat_packets *packets, struct recoat_packet *head,
			struct recoat_error *error)
{
	*head = (struct recoat_packet){0};
	while (packets->full.path && packets->offset < packets->full.size) {
		int result = next_full(packets, head, error);

		if (result)
			return result;
	}
	if (packets->live_read)
		return 0;
	packets->live_read = true;
	return next_live(packets, head, error);
}

/* The next event of that packet. 1, 0 after the last, or -errno with `error` filled. */
static int next_event(struct recoat_packets *packets, struct recoat_event *event,
		      struct recoat_error *error)
{
	struct recoat_event_problem problem;
	size_t bytes;

	if (packets->at >= packets->end)
		return 0;
	bytes = recoat_event_decode(packets->stream, packets->at, packets->end, event, &problem);
	if (!bytes)
		return bad_event(packets->file,
				 packets->packet_offset + (uint64_t)(packets->at - packets->buffer),
				 &problem, error);
	packets->at += bytes;
	if (packets->stream == RECOAT_STREAM_TRACE)
		event->time = packets->time =
			recoat_event_complete_time(packets->time, event->time);
	return 1;
}

int recoat_packets_heap_events(struct recoat_packets *packets, struct recoat_heap_event *to,
			       size_t count, struct recoat_error *error)
{
	struct recoat_event event;
	size_t done =
		recoat_event_decode_heap(&packets->at, packets->end, &packets->time, to, count);

	/* What is no event to the one is none to the other, which says why. */
	return done ? (int)done : next_event(packets, &event, error);
}

/* Give the events of one packet to the visitor. */
static int visit(struct recoat_packets *packets, const struct recoat_packet *head,
		 const struct recoat_visitor *visitor, struct recoat_error *error)
{
	int result = visitor->packet ? visitor->packet(visitor->user, head) : 0;
	struct recoat_event event;

	while (!result) {
		int found = next_event(packets, &event, error);

		if (found <= 0)
			return found;
		result = visitor->event(visitor->user, &event);
	}
	return result;
}

int recoat_packets_read(struct recoat_packets *packets, const struct recoat_visitor *visitor,
			struct recoat_error *error)
{
	struct recoat_packet head;
	int result;

	while ((result = recoat_packets_next(packets, &head, error)) > 0) {
		result = visit(packets, &head, visitor, error);
		if (result)
			break;
	}
	return result;
}
