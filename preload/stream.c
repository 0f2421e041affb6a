/* SPDX-License-Identifier: Apache-2.0 */
/* Live packets and their way to disk. */
#include "preload/stream.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "preload/lock.h"
#include "preload/memory.h"
#include "preload/os.h"
#include "preload/vectors.h"

#define MAPPINGS_A_BLOCK 254
#define DROPS_A_TRY 256 /* Events dropped between two tries to store a full packet. */
#define PAGE 4096

/* Every shared mapping, so that a forked child can let go of its parent's files. */
struct mapping_block {
	struct mapping_block *next;
	size_t count;
	struct {
		void *at;
		size_t bytes;
	} mapping[MAPPINGS_A_BLOCK];
};

char recoat_stream_directory[PATH_MAX];
static struct mapping_block *mappings;

/* Guards `mappings` and what is here since it would be too much for small stacks. */
static struct recoat_lock files_lock;
static char path[PATH_MAX];
static char hidden[PATH_MAX]; /* What `path` is called before it is whole. */
static unsigned char blank[PAGE];
static struct iovec blanks[RECOAT_SPANS_PACKET / PAGE];
static_assert(RECOAT_TRACE_PACKET <= RECOAT_SPANS_PACKET &&
		      RECOAT_PROCESS_PACKET <= RECOAT_SPANS_PACKET,
	      "a packet has no more pages than there are blank ones");

static bool remember_mapping(void *at, size_t bytes)
{
	if (!mappings || mappings->count == MAPPINGS_A_BLOCK) {
		struct mapping_block *block = recoat_map(sizeof *block);

		if (!block)
			return false;
		block->next = mappings;
		mappings = block;
	}
	mappings->mapping[mappings->count].at = at;
	mappings->mapping[mappings->count++].bytes = bytes;
	return true;
}

void recoat_stream_unshare_all(void)
{
	files_lock = (struct recoat_lock){0};
	while (mappings) {
		struct mapping_block *block = mappings;

		for (size_t i = 0; i < block->count; i++)
			recoat_unmap(block->mapping[i].at, block->mapping[i].bytes);
		mappings = block->next;
		recoat_unmap(block, sizeof *block);
	}
}

/* Without snprintf, which takes kilobytes of stack: this runs in signal handlers too. */
static bool set_path(char *to, const char *name)
{
	size_t directory = strlen(recoat_stream_directory);
	size_t length = strlen(name);

	if (directory + 1 + length >= PATH_MAX)
		return false;
	memcpy(to, recoat_stream_directory, directory);
	to[directory] = '/';
	memcpy(to + directory + 1, name, length + 1);
	return true;
}

/* Readers pass over hidden files, which is what a kill in the middle leaves. */
static int open_hidden(const char *name, int flags)
{
	if (!set_path(path, name) || !set_path(hidden, ".new"))
		return -1;
	return recoat_open(hidden, flags | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
}

/* Call it `path` now that it is good, or away with it. */
static bool end_hidden(bool good)
{
	if (good && !rename(hidden, path))
		return true;
	unlink(hidden);
	return false;
}

static void *map_shared(int fd, size_t bytes)
{
	long at;

	if (!recoat_reserve(fd, bytes))
		return NULL;
	at = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
	return at == -1 ? NULL : (void *)at;
}

static struct recoat_packet *make_file(const char *name, const struct recoat_packet *head)
{
	size_t bytes = head->packet_bits / 8;
	int fd = open_hidden(name, O_RDWR);
	struct recoat_packet *at;

	if (fd < 0)
		return NULL;
	at = map_shared(fd, bytes);
	recoat_close(fd);
	if (at)
		*at = *head;
	if (end_hidden(at) && remember_mapping(at, bytes))
		return at;
	recoat_unmap(at, bytes);
	return NULL;
}

/* Files take so long that handlers which jump away would now and then leave the lock behind. */
static void lock_files(uint64_t *signals)
{
	recoat_signals_hold(signals);
	recoat_lock_take(&files_lock);
}

static void unlock_files(uint64_t signals)
{
	recoat_lock_drop(&files_lock);
	recoat_signals_release(signals);
}

void *recoat_file_map(const char *name, const struct recoat_packet *head)
{
	int kept = errno;
	uint64_t signals;
	void *at;

	lock_files(&signals);
	at = make_file(name, head);
	unlock_files(signals);
	errno = kept;
	return at;
}

static bool store_file(const char *name, const void *from, size_t bytes)
{
	int fd = open_hidden(name, O_WRONLY);
	bool good = recoat_may_be_long(bytes) && recoat_write(fd, from, bytes);

	if (fd < 0)
		return false;
	recoat_close(fd);
	return end_hidden(good);
}

bool recoat_file_store(const char *name, const void *from, size_t bytes)
{
	int kept = errno;
	uint64_t signals;
	bool stored;

	lock_files(&signals);
	stored = store_file(name, from, bytes);
	unlock_files(signals);
	errno = kept;
	return stored;
}

void recoat_file_remove(const char *name)
{
	int kept = errno;
	uint64_t signals;

	lock_files(&signals);
	if (set_path(path, name))
		unlink(path);
	unlock_files(signals);
	errno = kept;
}

static void empty_packet(struct recoat_stream *stream, uint64_t now)
{
	struct recoat_packet *packet = stream->packet;

	/* Emptied first: killed between the stores, the packet reads as empty, not as torn. */
	__atomic_store_n(&packet->content_bits, 8 * sizeof *packet, __ATOMIC_RELEASE);
	packet->time_begin = now;
	packet->time_end = now;
	stream->cursor = (unsigned char *)(packet + 1);
}

int recoat_stream_open(struct recoat_stream *stream, uint32_t id, const char *name, size_t size,
		       uint32_t tid, uint32_t shard, uint64_t now)
{
	char live[sizeof stream->name + sizeof ".live"];
	struct recoat_packet head = recoat_packet_head(id, size, shard, now);
	struct recoat_packet *packet;

	head.tid = tid;
	snprintf(stream->name, sizeof stream->name, "%s", name);
	snprintf(live, sizeof live, "%s.live", stream->name);
	packet = recoat_file_map(live, &head);
	if (!packet)
		return -1;
	stream->packet = packet;
	stream->size = size;
	stream->cursor = (unsigned char *)(packet + 1);
	stream->end = (unsigned char *)packet + size;
	return 0;
}

/*
 * Lengthen the file by as many pages, each an empty packet at the time when this one begins. A kill
 * is heeded between two pages of a write, so what there is then is whole.
 */
static bool write_blanks(int fd, const struct recoat_packet *packet, size_t pages, off_t at)
{
	struct recoat_packet *head = (struct recoat_packet *)blank;

	*head = *packet;
	head->time_end = head->time_begin;
	head->content_bits = 8 * sizeof *head;
	head->packet_bits = 8 * PAGE;
	for (size_t i = 0; i < pages; i++)
		blanks[i] = (struct iovec){blank, PAGE};
	return syscall(SYS_pwritev, fd, blanks, pages, at, 0L) == (long)(pages * PAGE);
}

/*
 * The packet's pages that hold something, to where blank ones stand. The first of those comes to
 * cover all; once they are filled in, what there is moves there from the live packet. No system
 * call, at which a kill would be heeded, is between these two stores.
 */
static bool move_packet(int fd, struct recoat_stream *stream, size_t pages, off_t at, uint64_t now)
{
	struct recoat_packet *packet = stream->packet;
	long mapped = syscall(SYS_mmap, NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_POPULATE, fd, at);
	struct recoat_packet *head = (struct recoat_packet *)mapped;
	bool good;

	if (mapped == -1)
		return false;
	__atomic_store_n(&head->packet_bits, 8 * (uint64_t)pages * PAGE, __ATOMIC_RELEASE);
	good = recoat_write_at(fd, packet + 1, pages * PAGE - sizeof *packet,
			       at + (off_t)sizeof *packet);
	if (good) {
		head->time_end = packet->time_end;
		__atomic_store_n(&head->content_bits, packet->content_bits, __ATOMIC_RELEASE);
		empty_packet(stream, now);
		packet->sequence++;
	}
	recoat_unmap(head, PAGE);
	return good;
}

/* Append the live packet to the stream's file and empty it; or leave both as they are. */
static bool append_packet(struct recoat_stream *stream, uint64_t now)
{
	size_t pages = (stream->packet->content_bits / 8 + PAGE - 1) / PAGE;
	struct stat before;
	bool stored;
	int fd;

	if (!set_path(path, stream->name))
		return false;
	fd = recoat_open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	stored = !fstat(fd, &before) &&
		 recoat_may_be_long((uint64_t)before.st_size + stream->size) &&
		 write_blanks(fd, stream->packet, pages, before.st_size) &&
		 move_packet(fd, stream, pages, before.st_size, now);
	if (!stored && ftruncate(fd, before.st_size)) {
		/* Empty packets are left, which hurt nobody. */
	}
	recoat_close(fd);
	return stored;
}

/* Begin another packet behind this one; false, with this one as it is, if that cannot be stored. */
static bool store_packet(struct recoat_stream *stream, uint64_t now)
{
	int kept = errno;
	uint64_t signals;
	bool stored;

	lock_files(&signals);
	stored = append_packet(stream, now);
	unlock_files(signals);
	errno = kept;
	return stored;
}

/* When there is no room on the disk, there may be later; not at every event. */
static bool may_store(const struct recoat_stream *stream)
{
	return stream->packet->dropped % DROPS_A_TRY == 0;
}

unsigned char *recoat_stream_make_room(struct recoat_stream *stream, size_t bytes, uint64_t now)
{
	if (!stream->packet)
		return NULL;
	recoat_vectors_save();
	if (bytes > stream->size - sizeof *stream->packet || !may_store(stream) ||
	    !store_packet(stream, now)) {
		stream->packet->dropped++;
		return NULL;
	}
	return stream->cursor;
}

void recoat_stream_next_packet(struct recoat_stream *stream, uint64_t now)
{
	bool empty = stream->cursor == (unsigned char *)(stream->packet + 1);

	if (!empty && store_packet(stream, now))
		return;
	stream->packet->dropped += !empty;
	empty_packet(stream, now);
}

void recoat_stream_hand_over(struct recoat_stream *stream, uint32_t tid, uint64_t now)
{
	if (!stream->packet || stream->packet->tid == tid)
		return;
	recoat_stream_next_packet(stream, now);
	stream->packet->tid = tid;
}
