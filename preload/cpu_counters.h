/* SPDX-License-Identifier: Apache-2.0 */
/* CPU samples of a thread state, counted by call path and span. */
#ifndef RECOAT_CPU_COUNTERS_H
#define RECOAT_CPU_COUNTERS_H

/*
 * Counters are cpu_total and cpu_path events in shared mappings, updated where they stand, so
 * that they are complete at any moment. They belong to one thread at a time and are changed by
 * its signal handler: nothing here allocates from the target's heap, waits for another
 * handler of the same thread or uses more than a few hundred bytes of stack. errno is kept.
 */

#include <stdbool.h>
#include <stdint.h>

#include "recoat/recording.h"

struct recoat_cpu_slot;

struct recoat_cpu_counters {
	struct recoat_packet *packet;       /* The newest. */
	struct recoat_cpu_slot *next, *end; /* Free slots in it. */
	struct recoat_cpu_total *total;     /* In the first packet. */
	struct recoat_cpu_slot **table;     /* Open-addressed hash of (path, link). */
	uint32_t mask;
	uint32_t count;
	uint32_t chunks;
};

/* Make the first packet unless it is there. False without memory for it. Any thread. */
bool recoat_cpu_counters_open(struct recoat_cpu_counters *counters, uint32_t shard);

/* Count a sample of this path and link (cpu_path.link); false if there is no room. */
bool recoat_cpu_counters_add(struct recoat_cpu_counters *counters, uint32_t shard, uint32_t path,
			     uint32_t link, uint64_t periods);

#endif
