/* SPDX-License-Identifier: Apache-2.0 */
/* Counters a call path and kind of mapping, and the ranges that belong to them. */
#include "preload/mapping.h"

#include <stdio.h>
#include <unistd.h>

#include "preload/clock.h"
#include "preload/in_place.h"
#include "preload/lock.h"
#include "preload/memory.h"
#include "preload/ranges.h"
#include "preload/recording.h"

#define FIRST_BUCKETS 4096 /* Power of 2. */

/* A mapping_path event as it stands in a packet. */
struct slot {
	uint64_t word;
	struct recoat_mapping_path counts;
};
static_assert(sizeof(struct slot) == 48, "the same fields as in events.def");

/* The event mapping_total, with which mappings-0 starts. */
struct total {
	uint64_t word;
	struct recoat_mapping_total counts;
};
static_assert(sizeof(struct total) == 32, "the same fields as in events.def");

static struct recoat_lock lock; /* Guards all below. */
static struct recoat_ranges ranges;
static struct total *total;
static struct recoat_packet *packet; /* The newest. */
static char *cursor, *end;           /* Its free part. */
static uint32_t packets;
static struct slot **bucket; /* Open-addressed hash of all slots. */
static size_t buckets, used;

void recoat_mapping_lock(void)
{
	recoat_lock_take(&lock);
}

void recoat_mapping_unlock(void)
{
	recoat_lock_drop(&lock);
}

/* The next packet. */
static bool add_packet(void)
{
	struct recoat_packet head = recoat_packet_head(RECOAT_STREAM_HEAP, RECOAT_HEAP_PACKET, 0,
						       recoat_clock_monotonic());
	struct recoat_packet *fresh;
	char name[32];

	snprintf(name, sizeof name, "mappings-%u", packets);
	fresh = recoat_in_place_open(name, &head);
	if (!fresh)
		return false;
	packet = fresh;
	packets++;
	cursor = (char *)(fresh + 1);
	end = (char *)fresh + RECOAT_HEAP_PACKET;
	if (!total) {
		total = (struct total *)cursor;
		total->word = recoat_event_word(RECOAT_EVENT_mapping_total, fresh->time_begin);
		cursor += sizeof *total;
	}
	recoat_in_place_publish(fresh, cursor);
	return true;
}

static size_t hash(uint32_t path, uint32_t kind)
{
	return (size_t)(((uint64_t)path << 2 | kind) * 0x9E3779B97F4A7C15ull >> 32);
}

/* Where the slot of `path` and `kind` is, or would go. */
static struct slot **find(uint32_t path, uint32_t kind)
{
	size_t at = hash(path, kind);

	for (;; at++) {
		struct slot *slot = bucket[at & (buckets - 1)];

		if (!slot || (slot->counts.path == path && slot->counts.kind == kind))
			return &bucket[at & (buckets - 1)];
	}
}

/* Keep at least half of the buckets free. */
static bool grow_buckets(void)
{
	struct slot **old = bucket;
	size_t count = buckets;
	size_t larger = count ? 2 * count : FIRST_BUCKETS;
	struct slot **fresh;

	if (2 * used < count)
		return true;
	fresh = recoat_map(larger * sizeof(struct slot *));
	if (!fresh)
		return false;
	bucket = fresh;
	buckets = larger;
	for (size_t i = 0; i < count; i++)
		if (old[i])
			*find(old[i]->counts.path, old[i]->counts.kind) = old[i];
	recoat_unmap(old, count * sizeof(struct slot *));
	return true;
}

static struct slot *slot_of(uint32_t path, uint32_t kind)
{
	struct slot **place, *slot;

	if (!grow_buckets())
		return NULL;
	place = find(path, kind);
	if (*place)
		return *place;
	if ((size_t)(end - cursor) < sizeof *slot && !add_packet())
		return NULL;
	slot = (struct slot *)cursor;
	slot->word = recoat_event_word(RECOAT_EVENT_mapping_path, packet->time_begin);
	slot->counts.path = path;
	slot->counts.kind = kind;
	cursor += sizeof *slot;
	recoat_in_place_publish(packet, cursor);
	*place = slot;
	used++;
	return slot;
}

static void count_lost(void *owner, uint64_t bytes)
{
	struct slot *slot = owner;

	slot->counts.unmapped_bytes += bytes;
	total->counts.live -= bytes;
}

static void count_added(struct slot *slot, uint64_t bytes)
{
	struct recoat_mapping_path *counts = &slot->counts;
	struct recoat_mapping_total *all = &total->counts;

	counts->mappings++;
	counts->bytes += bytes;
	if (counts->bytes - counts->unmapped_bytes > counts->peak)
		counts->peak = counts->bytes - counts->unmapped_bytes;
	all->live += bytes;
	if (all->live <= all->peak)
		return;
	all->peak = all->live;
	all->peak_time = recoat_clock_coarse();
}

static uint64_t whole_pages(size_t bytes)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) & ~(page - 1);
}

static void add_range(uint64_t start, uint64_t end_of_range, uint32_t kind, uint32_t path)
{
	struct slot *slot = slot_of(path, kind);
	struct recoat_range range = {.start = start, .end = end_of_range, .owner = slot};

	if (!slot || !recoat_ranges_add(&ranges, &range, count_lost)) {
		recoat_drop(RECOAT_DROP_COUNTERS);
		return;
	}
	count_added(slot, range.end - range.start);
}

static void remove_range(uint64_t start, uint64_t end_of_range)
{
	if (!recoat_ranges_remove(&ranges, start, end_of_range, count_lost))
		recoat_drop(RECOAT_DROP_COUNTERS);
}

void recoat_mapping_add(const void *start, size_t bytes, uint32_t kind, uint32_t path)
{
	add_range((uint64_t)start, (uint64_t)start + whole_pages(bytes), kind, path);
}

void recoat_mapping_break(const void *from, const void *to, uint32_t path)
{
	if (to > from)
		add_range((uint64_t)from, (uint64_t)to, RECOAT_MAPPING_BREAK, path);
	else if (to < from)
		remove_range((uint64_t)to, (uint64_t)from);
}

void recoat_mapping_added(const void *start, size_t bytes, uint32_t kind, uint32_t path)
{
	recoat_lock_take(&lock);
	recoat_mapping_add(start, bytes, kind, path);
	recoat_lock_drop(&lock);
}

void recoat_mapping_remove(const void *start, size_t bytes)
{
	remove_range((uint64_t)start, (uint64_t)start + whole_pages(bytes));
}

uint32_t recoat_mapping_kind(const void *start)
{
	const struct slot *slot = recoat_ranges_owner(&ranges, (uint64_t)start);

	return slot ? slot->counts.kind : RECOAT_MAPPING_ANONYMOUS;
}

/* Another thread may have been in the middle of it when the process forked: drop it all. */
void recoat_mapping_reset(void)
{
	lock = (struct recoat_lock){0};
	ranges = (struct recoat_ranges){0};
	total = NULL;
	packet = NULL;
	cursor = end = NULL;
	packets = 0;
	bucket = NULL;
	buckets = used = 0;
}
