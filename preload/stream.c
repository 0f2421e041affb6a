/* SPDX-License-Identifier: Apache-2.0 */
/* Live packets and their way to disk. */
#include "preload/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
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

/* Guards `mappings` and `path`: a path on the stack would be too much for small stacks. */
static struct recoat_lock files_lock;
static char path[PATH_MAX];

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
static bool set_path(const char *name)
{
	size_t directory = strlen(recoat_stream_directory);
	size_t length = strlen(name);

	if (directory + 1 + length >= sizeof path)
		return false;
	memcpy(path, recoat_stream_directory, directory);
	path[directory] = '/';
	memcpy(path + directory + 1, name, length + 1);
	return true;
}

static void *map_shared(int fd, size_t bytes)
{
	long at;

	if (!recoat_reserve(fd, bytes))
		return NULL;
	at = syscall(SYS_mmap, NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0L);
	return at == -1 ? NULL : (void *)at;
}

static void *make_file(const char *name, size_t bytes)
{
	void *at = NULL;
	int fd = -1;

	if (set_path(name))
		fd = recoat_open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd >= 0) {
		at = map_shared(fd, bytes);
		recoat_close(fd);
		if (!at)
			unlink(path);
	}
	if (at && !remember_mapping(at, bytes)) {
		recoat_unmap(at, bytes);
		at = NULL;
	}
	return at;
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

void *recoat_file_map(const char *name, size_t bytes)
{
	int kept = errno;
	uint64_t signals;
	void *at;

	lock_files(&signals);
	at = make_file(name, bytes);
	unlock_files(signals);
	errno = kept;
	return at;
}

/* Into the file at `path`, which is removed again if that fails. */
static bool write_file(const void *from, size_t bytes)
{
	int fd = recoat_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	bool stored = fd >= 0 && recoat_may_be_long(bytes) && recoat_write(fd, from, bytes);

	if (fd >= 0)
		recoat_close(fd);
	if (fd >= 0 && !stored)
		unlink(path);
	return stored;
}

/* Readers pass over hidden files, which is what a kill in the middle leaves. */
bool recoat_file_store(const char *name, const void *from, size_t bytes)
{
	static char hidden[PATH_MAX];
	int kept = errno;
	uint64_t signals;
	bool stored;

	lock_files(&signals);
	stored = set_path(".new") && write_file(from, bytes);
	if (stored) {
		memcpy(hidden, path, sizeof hidden);
		stored = set_path(name) && !rename(hidden, path);
	}
	unlock_files(signals);
	errno = kept;
	return stored;
}

void recoat_file_remove(const char *name)
{
	int kept = errno;
	uint64_t signals;

	lock_files(&signals);
	if (set_path(name))
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
	struct recoat_packet *packet;

	snprintf(stream->name, sizeof stream->name, "%s", name);
	snprintf(live, sizeof live, "%s.live", stream->name);
	packet = recoat_file_map(live, size);
	if (!packet)
		return -1;
	stream->packet = packet;
	stream->size = size;
	stream->end = (unsigned char *)packet + size;
	packet->stream = id;
	packet->packet_bits = 8 * (uint64_t)size;
	packet->tid = tid;
	packet->shard = shard;
	empty_packet(stream, now);
	/* Last: a file without the magic is one that was killed while being made. */
	__atomic_store_n(&packet->magic, RECOAT_CTF_MAGIC, __ATOMIC_RELEASE);
	return 0;
}

/* Write the packet's pages that hold something; `fd` is open for appending. */
static bool write_packet(int fd, const struct recoat_packet *packet)
{
	struct recoat_packet head = *packet;

	head.packet_bits = 8 * ((head.content_bits / 8 + PAGE - 1) / PAGE * PAGE);
	return recoat_write(fd, &head, sizeof head) &&
	       recoat_write(fd, packet + 1, head.packet_bits / 8 - sizeof head);
}

/* Append the live packet to the stream's file: whole, or not at all. */
static bool append_packet(const struct recoat_stream *stream)
{
	struct stat before;
	bool stored;
	int fd;

	if (!set_path(stream->name))
		return false;
	fd = recoat_open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
	if (fd < 0)
		return false;
	stored = !fstat(fd, &before) &&
		 recoat_may_be_long((uint64_t)before.st_size + stream->size) &&
		 write_packet(fd, stream->packet);
	if (!stored && ftruncate(fd, before.st_size)) {
		/* The reader reports the torn packet. */
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
	stored = append_packet(stream);
	unlock_files(signals);
	errno = kept;
	if (!stored)
		return false;
	stream->packet->sequence++;
	empty_packet(stream, now);
	return true;
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
