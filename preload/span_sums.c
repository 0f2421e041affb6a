/* SPDX-License-Identifier: Apache-2.0 */
/* Adding spans up. */
#include "preload/span_sums.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "preload/clock.h"
#include "preload/hot.h"
#include "preload/in_place.h"
#include "preload/memory.h"
#include "preload/recording.h"
#include "preload/stream.h"
#include "preload/vectors.h"

#define FIRST_PLACES 256u
#define ENTRIES_A_TIME 64u

/* Events as they stand in a packet. */
struct sums_slot {
	uint64_t word;
	struct recoat_span_total sums;
	uint64_t period_word;
	struct recoat_span_period period;
};
struct bucket_slot {
	uint64_t word;
	struct recoat_span_histogram counts;
};
static_assert(sizeof(struct sums_slot) == 200 && sizeof(struct bucket_slot) == 24, "as on disk");

struct recoat_span_entry {
	struct recoat_span_context context;
	struct sums_slot *slot;
	struct bucket_slot *bucket[RECOAT_HISTOGRAMS][RECOAT_BUCKETS];
};

static bool is_same(const struct recoat_span_context *a, const struct recoat_span_context *b)
{
	return a->paths == b->paths && a->links == b->links;
}

/* Where the entry of a context is noted, or is to be. */
static struct recoat_span_entry **find(struct recoat_span_entry **table, uint32_t mask,
				       const struct recoat_span_context *context)
{
	uint64_t hash = context->paths ^ context->links << 20;
	uint32_t at = (uint32_t)(hash * 0x9E3779B97F4A7C15ull >> 40) & mask;

	while (table[at] && !is_same(&table[at]->context, context))
		at = (at + 1) & mask;
	return &table[at];
}

/* A packet for what comes next. */
static bool add_chunk(struct recoat_span_table *table, uint32_t shard)
{
	struct recoat_packet head = recoat_packet_head(RECOAT_STREAM_SPANS, RECOAT_SUMS_PACKET,
						       shard, recoat_clock_span());
	struct recoat_packet *packet;
	char name[32];

	snprintf(name, sizeof name, "sums-%u-%u", shard, table->chunks++);
	packet = recoat_in_place_open(name, &head);
	if (!packet)
		return false;
	table->packet = packet;
	table->tick = 1e9 / (double)recoat_clock_span_frequency;
	table->next = (unsigned char *)(packet + 1);
	table->end = (unsigned char *)packet + RECOAT_SUMS_PACKET;
	return true;
}

/* Room for an event, zeroed; to be published when it has been filled in. */
static void *add_slot(struct recoat_span_table *table, uint32_t shard, size_t bytes)
{
	if ((!table->packet || bytes > (size_t)(table->end - table->next)) &&
	    !add_chunk(table, shard))
		return NULL;
	table->next += bytes;
	return table->next - bytes;
}

static void publish(struct recoat_span_table *table)
{
	recoat_in_place_publish(table->packet, table->next);
}

/* Twice the places once half of them are taken. */
static bool make_place(struct recoat_span_table *table)
{
	uint32_t old = table->entry ? table->mask + 1 : 0;
	uint32_t places = old ? old * 2 : FIRST_PLACES;
	struct recoat_span_entry **grown;

	if (old && table->count < old / 2)
		return true;
	grown = recoat_map(places * sizeof(struct recoat_span_entry *));
	if (!grown)
		return old && table->count < old - 1;
	for (uint32_t i = 0; i < old; i++)
		if (table->entry[i])
			*find(grown, places - 1, &table->entry[i]->context) = table->entry[i];
	if (old)
		recoat_unmap(table->entry, old * sizeof(struct recoat_span_entry *));
	table->entry = grown;
	table->mask = places - 1;
	return true;
}

static struct recoat_span_entry *take_memory(struct recoat_span_table *table)
{
	if (table->spare == table->spare_end) {
		table->spare = recoat_map(ENTRIES_A_TIME * sizeof *table->spare);
		table->spare_end = table->spare ? table->spare + ENTRIES_A_TIME : NULL;
	}
	return table->spare ? table->spare++ : NULL;
}

static RECOAT_SLOW struct recoat_span_entry *add_entry(struct recoat_span_table *table,
						       uint32_t shard,
						       const struct recoat_span_context *context,
						       uint64_t begin, uint32_t tid)
{
	struct recoat_span_entry *entry;
	int kept = errno;

	recoat_vectors_save();
	if (!make_place(table) || !(entry = take_memory(table)))
		return NULL;
	entry->slot = add_slot(table, shard, sizeof *entry->slot);
	errno = kept;
	if (!entry->slot)
		return NULL;
	entry->context = *context;
	entry->slot->word = recoat_event_word(RECOAT_EVENT_span_total, table->packet->time_begin);
	entry->slot->sums = (struct recoat_span_total){
		.path = (uint32_t)context->paths,
		.outer_path = (uint32_t)(context->paths >> 32),
		.link = (uint16_t)context->links,
		.outer = (uint16_t)(context->links >> 16),
		.depth = (uint32_t)(context->links >> 32),
		.time_min = UINT64_MAX,
		.size_min = UINT64_MAX,
	};
	entry->slot->period_word =
		recoat_event_word(RECOAT_EVENT_span_period, table->packet->time_begin);
	entry->slot->period = (struct recoat_span_period){
		.begin = begin, .end = begin, .first_thread = tid, .latest_thread = tid};
	publish(table);
	*find(table->entry, table->mask, context) = entry;
	table->count++;
	return entry;
}

static RECOAT_SLOW struct bucket_slot *add_bucket(struct recoat_span_table *table, uint32_t shard,
						  const struct recoat_span_entry *entry,
						  unsigned of, unsigned bucket)
{
	struct bucket_slot *slot;
	int kept = errno;

	recoat_vectors_save();
	slot = add_slot(table, shard, sizeof *slot);
	errno = kept;
	if (!slot)
		return NULL;
	slot->word = recoat_event_word(RECOAT_EVENT_span_histogram, table->packet->time_begin);
	slot->counts = (struct recoat_span_histogram){.path = (uint32_t)entry->context.paths,
						      .link = (uint16_t)entry->context.links,
						      .of = (uint8_t)of,
						      .bucket = (uint8_t)bucket};
	publish(table);
	return slot;
}

static inline void count(struct recoat_span_table *table, uint32_t shard,
			 struct recoat_span_entry *entry, unsigned of, uint64_t number)
{
	unsigned bucket = recoat_bucket(number);
	struct bucket_slot **slot = &entry->bucket[of][bucket];

	if (__builtin_expect(!*slot, 0))
		*slot = add_bucket(table, shard, entry, of, bucket);
	if (*slot)
		(*slot)->counts.count++;
}

/* Of an unsigned number it takes a branch and more; these are below 2^63, or nonsense. */
static inline double as_double(uint64_t number)
{
	return (double)(int64_t)number;
}

static inline void add_time(struct recoat_span_total *sums, uint64_t time)
{
	sums->count++;
	sums->time += time;
	sums->time_squares += as_double(time) * as_double(time);
	if (time < sums->time_min)
		sums->time_min = time;
	if (time > sums->time_max)
		sums->time_max = time;
}

static inline void add_size(struct recoat_span_total *sums, uint64_t size, uint64_t time)
{
	sums->size_count++;
	sums->size += size;
	sums->size_squares += as_double(size) * as_double(size);
	sums->size_time += time;
	if (size < sums->size_min)
		sums->size_min = size;
	if (size > sums->size_max)
		sums->size_max = size;
}

static inline void add_costs(struct recoat_span_total *sums, const struct recoat_span_costs *span)
{
	if (span->flags & RECOAT_SPAN_CPU) {
		sums->cpu_count++;
		sums->cpu_time += span->cpu_time;
		sums->cpu_wall += span->duration;
	}
	sums->unwound += !!(span->flags & RECOAT_SPAN_UNWOUND);
	sums->allocations += span->allocations;
	sums->bytes += span->bytes;
	if (span->peak > sums->peak)
		sums->peak = span->peak;
}

bool recoat_span_table_add(struct recoat_span_table *table, uint32_t shard,
			   const struct recoat_span_context *context,
			   const struct recoat_span_costs *span, uint64_t now, uint32_t tid)
{
	struct recoat_span_entry *entry = table->latest;

	if (!entry || !is_same(&entry->context, context)) {
		entry = table->entry ? *find(table->entry, table->mask, context) : NULL;
		if (!entry)
			entry = add_entry(table, shard, context, now - span->duration, tid);
		if (!entry)
			return false;
		table->latest = entry;
	}
	entry->slot->period.end = now;
	entry->slot->period.latest_thread = tid;
	add_time(&entry->slot->sums, span->duration);
	count(table, shard, entry, RECOAT_HISTOGRAM_TIME,
	      (uint64_t)(int64_t)(as_double(span->duration) * table->tick));
	if (span->flags & RECOAT_SPAN_SIZE) {
		add_size(&entry->slot->sums, span->size, span->duration);
		count(table, shard, entry, RECOAT_HISTOGRAM_SIZE, span->size);
	}
	add_costs(&entry->slot->sums, span);
	return true;
}
