/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of plugins, in the recording from the moment they are counted. */
#ifndef RECOAT_PLUGIN_COUNTERS_H
#define RECOAT_PLUGIN_COUNTERS_H

/*
 * The counters of an object stand in a packet of their own, file counters-N, where they are
 * changed in place, so that they are there however the process ends. While there is no such
 * packet, during init() and in a forked child whose recording has not begun, and if there can be
 * none, they are counted in memory.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct recoat_plugin_object;

struct recoat_plugin_counter {
	const char *name;
	_Atomic int64_t *_Atomic at; /* Where it is counted: `own`, or in the packet. */
	_Atomic int64_t own;
	bool highest; /* Not a sum: the highest number that there was. */
};

/* Begin to count in memory, from 0. `name` is kept. */
void recoat_plugin_counter_init(struct recoat_plugin_counter *counter, const char *name);

/* Add to a counter. Wait-free, async-signal-safe. */
void recoat_plugin_counter_add(struct recoat_plugin_counter *counter, int64_t change);

/* What the object holds for itself has changed: `held`, `memory` and `memory_peak`. Likewise. */
void recoat_plugin_counters_hold(struct recoat_plugin_object *object, int64_t change);

/* Move the object's counters into the recording, which has begun. No lock is held. */
void recoat_plugin_counters_publish(struct recoat_plugin_object *object);

/*
 * In a forked child, while its parent's recording is mapped: count anew, in memory. What the
 * plugin holds, the child holds too.
 */
void recoat_plugin_counters_forget(struct recoat_plugin_object *object);

/* Add what a thread has counted in memory while the counters were moved. */
void recoat_plugin_counters_settle(struct recoat_plugin_object *object);

#endif
