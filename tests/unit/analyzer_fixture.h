/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings made by hand, for the analyzer's tests. */
#ifndef ANALYZER_FIXTURE_H
#define ANALYZER_FIXTURE_H

/*
 * Writes recordings as recording.h lays them out, independently of the runtime, so that the
 * reader can be tested with good ones and with every kind of damage. What goes wrong here
 * ends the test program.
 */

#include <stddef.h>
#include <stdint.h>

#include "recoat/recording.h"

#define FIXTURE_PACKET 4096

/* A packet that is being filled. Its head may be changed before it is stored. */
struct fixture_packet {
	union {
		struct recoat_packet head;
		uint8_t bytes[FIXTURE_PACKET];
	};
	size_t used;
};

/* A new empty directory, whose path is for the caller to free after fixture_remove(). */
char *fixture_create(void);

/* The same as a test's state, from before it until after. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Remove a directory with all that is in it. */
void fixture_remove(const char *directory);

/* `directory`/`name`, for the caller to free. */
char *fixture_path(const char *directory, const char *name);

/* Make a sub-directory; returns its path, for the caller to free. */
char *fixture_directory(const char *directory, const char *name);

/* Write a file `metadata` with clocks of 1 GHz, both starting at the epoch. */
void fixture_metadata(const char *directory);

/* Write or append bytes to a file. */
void fixture_write(const char *directory, const char *name, const void *bytes, size_t length);
void fixture_append(const char *directory, const char *name, const void *bytes, size_t length);

/* Start a packet. */
void fixture_begin(struct fixture_packet *packet, unsigned stream, uint64_t sequence);

/* Append the whole packet to a file. */
void fixture_store(const char *directory, const char *name, const struct fixture_packet *packet);

/* Put an event: fixture_put_span(&packet, time, &(struct recoat_span){...}) and so on. */
#define PACKED(stream, id, name) EVENT(stream, id, name)
#define BITS(type, width, name)
#define PACKED_END(name)
#define EVENT(stream, id, name)                                                                    \
	void fixture_put_##name(struct fixture_packet *packet, uint64_t time,                      \
				const struct recoat_##name *event);
#define FIELD(type, name)
#define END(name)
#include "recoat/events.def"

/* The events with which every process stream starts, of a process that ran `program`. */
void fixture_put_start(struct fixture_packet *packet, uint32_t pid, const char *program);

/* A link by which the original of a kernel is called, a function of C. */
void fixture_put_link(struct fixture_packet *packet, uint64_t time, uint32_t link,
		      const char *kernel);

#endif
