/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of plugins, in memory and in place. */
#include "preload/plugin_counters.h"

#include <assert.h>
#include <stdio.h>

#include "preload/clock.h"
#include "preload/in_place.h"
#include "preload/plugin_host.h"
#include "preload/recording.h"

/* ---- Counting. ---- */

void recoat_plugin_counter_init(struct recoat_plugin_counter *counter, const char *name)
{
	counter->name = name;
	atomic_store_explicit(&counter->own, 0, memory_order_relaxed);
	atomic_store_explicit(&counter->at, &counter->own, memory_order_relaxed);
}

static _Atomic int64_t *place(struct recoat_plugin_counter *counter)
{
	/* Acquire pairs with the release in move(): the number has been copied. */
	return atomic_load_explicit(&counter->at, memory_order_acquire);
}

void recoat_plugin_counter_add(struct recoat_plugin_counter *counter, int64_t change)
{
	atomic_fetch_add_explicit(place(counter), change, memory_order_relaxed);
}

static void raise_to(_Atomic int64_t *highest, int64_t number)
{
	int64_t before = atomic_load_explicit(highest, memory_order_relaxed);

	/* Ends when this or another thread has stored as much. */
	while (number > before &&
	       !atomic_compare_exchange_weak_explicit(highest, &before, number,
						      memory_order_relaxed, memory_order_relaxed))
		;
}

/* `held` is apart, for a parent goes on changing `memory` in the packet that its child inherits. */
void recoat_plugin_counters_hold(struct recoat_plugin_object *object, int64_t change)
{
	int64_t now = atomic_fetch_add_explicit(&object->held, change, memory_order_relaxed);

	recoat_plugin_counter_add(&object->memory, change);
	raise_to(place(&object->memory_peak), now + change);
}

/* ---- All of an object. ---- */

static void each(struct recoat_plugin_object *object,
		 void (*act)(struct recoat_plugin_counter *, void *), void *data)
{
	for (uint32_t i = 0; i < object->counters; i++)
		act(&object->counter[i], data);
	act(&object->memory, data);
	act(&object->memory_peak, data);
	act(&object->mismatches, data);
}

static void forget(struct recoat_plugin_counter *counter, void *unused)
{
	(void)unused;
	recoat_plugin_counter_init(counter, counter->name);
}

void recoat_plugin_counters_forget(struct recoat_plugin_object *object)
{
	int64_t held = atomic_load_explicit(&object->held, memory_order_relaxed);

	each(object, forget, NULL);
	recoat_plugin_counter_add(&object->memory, held);
	recoat_plugin_counter_add(&object->memory_peak, held);
}

static void settle(struct recoat_plugin_counter *counter, void *unused)
{
	_Atomic int64_t *at = place(counter);

	(void)unused;
	if (at == &counter->own)
		return;
	if (counter->highest)
		raise_to(at, atomic_load_explicit(&counter->own, memory_order_relaxed));
	else
		atomic_fetch_add_explicit(
			at, atomic_exchange_explicit(&counter->own, 0, memory_order_relaxed),
			memory_order_relaxed);
}

void recoat_plugin_counters_settle(struct recoat_plugin_object *object)
{
	each(object, settle, NULL);
}

/* ---- In the recording. ---- */

/*
 * A plugin_count event as it begins in a packet. The number is aligned, as locked instructions
 * want it, because the event's last string fills it up to whole words.
 */
struct slot {
	uint64_t word;
	_Atomic int64_t value;
};
static_assert(sizeof(struct slot) == 16 && sizeof(struct recoat_packet) % 8 == 0, "as on disk");

/* Where events are put: a stream whose one packet stays. */
struct filling {
	const struct recoat_plugin_object *object;
	struct recoat_stream stream;
};

/* The counter goes to the packet; one that there is no room for stays in memory. */
static void move(struct recoat_plugin_counter *counter, void *to)
{
	static const char blanks[] = "       ";
	struct filling *filling = to;
	struct recoat_stream *stream = &filling->stream;
	struct slot *slot = (struct slot *)stream->cursor;
	struct recoat_plugin_count event = {
		.value = atomic_load_explicit(&counter->own, memory_order_relaxed),
		.plugin = filling->object->name,
		.name = counter->name,
		.padding = "",
	};
	size_t over = recoat_size_plugin_count(&event) % 8;

	event.padding = over ? blanks + over - 1 : "";
	if (recoat_size_plugin_count(&event) > (size_t)(stream->end - stream->cursor)) {
		recoat_drop(RECOAT_DROP_COUNTERS);
		return;
	}
	recoat_put_plugin_count(stream, stream->packet->time_begin, &event);
	if (!counter->highest)
		atomic_fetch_sub_explicit(&counter->own, event.value, memory_order_relaxed);
	/* Release pairs with the acquire in place(). */
	atomic_store_explicit(&counter->at, &slot->value, memory_order_release);
}

void recoat_plugin_counters_publish(struct recoat_plugin_object *object)
{
	struct recoat_packet head = recoat_packet_head(RECOAT_STREAM_PROCESS, RECOAT_COUNTERS_PACKET, 0,
						       recoat_clock_monotonic());
	struct filling filling = {.object = object};
	struct recoat_packet *packet;
	char name[32];

	snprintf(name, sizeof name, "counters-%u", object->number);
	packet = recoat_file_map(name, &head);
	if (!packet) {
		recoat_drop(RECOAT_DROP_COUNTERS);
		return;
	}
	filling.stream = (struct recoat_stream){
		.packet = packet,
		.cursor = (unsigned char *)(packet + 1),
		.end = (unsigned char *)packet + RECOAT_COUNTERS_PACKET,
	};
	each(object, move, &filling);
	recoat_in_place_publish(packet, filling.stream.cursor);
	recoat_plugin_counters_settle(object);
}
