/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of CPU samples, in place. */
#include "preload/cpu_counters.h"

#include <stddef.h>

#include "preload/clock.h"
#include "preload/in_place.h"
#include "preload/memory.h"
#include "preload/recording.h"

#define FIRST_ENTRIES 1024u
#define DOUBLINGS 6u /* Packets grow up to 1 MiB. */

/* A cpu_path event as it stands in a packet. */
struct recoat_cpu_slot {
	uint64_t word;
	struct recoat_cpu_path counts;
};
static_assert(sizeof(struct recoat_cpu_slot) == 32, "as on disk");

/* What the first packet of a shard starts with. */
struct first_packet {
	struct recoat_packet packet;
	uint64_t word;
	struct recoat_cpu_total total;
};
static_assert(sizeof(struct first_packet) == 64 + 8 + 32, "as on disk");

static char *put_number(char *at, uint32_t number)
{
	char digits[10];
	unsigned count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		*at++ = digits[--count];
	return at;
}

/* "cpu-SHARD-CHUNK"; snprintf would take kilobytes of a stack that may be small. */
static void put_name(char *to, uint32_t shard, uint32_t chunk)
{
	*to++ = 'c';
	*to++ = 'p';
	*to++ = 'u';
	*to++ = '-';
	to = put_number(to, shard);
	*to++ = '-';
	*put_number(to, chunk) = '\0';
}

static size_t chunk_size(uint32_t chunk)
{
	return (size_t)RECOAT_CPU_PACKET << (chunk < DOUBLINGS ? chunk : DOUBLINGS);
}

/* A packet for the next slots. */
static bool add_chunk(struct recoat_cpu_counters *counters, uint32_t shard)
{
	size_t size = chunk_size(counters->chunks);
	struct recoat_packet head =
		recoat_packet_head(RECOAT_STREAM_CPU, size, shard, recoat_clock_monotonic());
	struct recoat_packet *packet;
	char name[32];

	put_name(name, shard, counters->chunks);
	packet = recoat_in_place_open(name, &head);
	if (!packet)
		return false;
	counters->chunks++;
	counters->packet = packet;
	counters->next = (struct recoat_cpu_slot *)(packet + 1);
	counters->end = counters->next + (size - sizeof *packet) / sizeof *counters->next;
	return true;
}

static struct recoat_cpu_slot **new_table(uint32_t entries)
{
	return recoat_map(entries * sizeof(struct recoat_cpu_slot *));
}

bool recoat_cpu_counters_open(struct recoat_cpu_counters *counters, uint32_t shard)
{
	struct first_packet *first;

	if (counters->total)
		return true;
	if (!counters->table)
		counters->table = new_table(FIRST_ENTRIES);
	if (!counters->table || !add_chunk(counters, shard))
		return false;
	counters->mask = FIRST_ENTRIES - 1;
	first = (struct first_packet *)counters->packet;
	first->word = recoat_event_word(RECOAT_EVENT_cpu_total, first->packet.time_begin);
	counters->total = &first->total;
	counters->next = (struct recoat_cpu_slot *)(first + 1);
	counters->end =
		counters->next + (RECOAT_CPU_PACKET - sizeof *first) / sizeof *counters->next;
	recoat_in_place_publish(counters->packet, counters->next);
	return true;
}

/* Where the slot of (path, link) is noted, or is to be. */
static struct recoat_cpu_slot **find(struct recoat_cpu_slot **table, uint32_t mask, uint32_t path,
				     uint32_t link)
{
	uint64_t hash = ((uint64_t)link << 32 | path) * 0x9E3779B97F4A7C15ull;

	for (uint32_t at = (uint32_t)(hash >> 40) & mask;; at = (at + 1) & mask) {
		struct recoat_cpu_slot *slot = table[at];

		if (!slot || (slot->counts.path == path && slot->counts.link == link))
			return &table[at];
	}
}

/* Twice the entries once half of them are taken. Without memory, until few are left. */
static bool make_room(struct recoat_cpu_counters *counters)
{
	uint32_t entries = counters->mask + 1;
	struct recoat_cpu_slot **grown;

	if (counters->count < entries / 2)
		return true;
	grown = new_table(entries * 2);
	if (!grown)
		return counters->count < entries - entries / 8;
	for (uint32_t i = 0; i < entries; i++) {
		struct recoat_cpu_slot *slot = counters->table[i];

		if (slot)
			*find(grown, entries * 2 - 1, slot->counts.path, slot->counts.link) = slot;
	}
	recoat_unmap(counters->table, entries * sizeof *grown);
	counters->table = grown;
	counters->mask = entries * 2 - 1;
	return true;
}

bool recoat_cpu_counters_add(struct recoat_cpu_counters *counters, uint32_t shard, uint32_t path,
			     uint32_t link, uint64_t periods)
{
	struct recoat_cpu_slot **place = find(counters->table, counters->mask, path, link);
	struct recoat_cpu_slot *slot = *place;

	if (slot) {
		slot->counts.samples++;
		slot->counts.periods += periods;
		return true;
	}
	if (!make_room(counters) ||
	    (counters->next == counters->end && !add_chunk(counters, shard)))
		return false;
	slot = counters->next++;
	slot->word = recoat_event_word(RECOAT_EVENT_cpu_path, counters->packet->time_begin);
	slot->counts = (struct recoat_cpu_path){
		.path = path, .link = link, .samples = 1, .periods = periods};
	*find(counters->table, counters->mask, path, link) = slot;
	counters->count++;
	recoat_in_place_publish(counters->packet, counters->next);
	return true;
}
