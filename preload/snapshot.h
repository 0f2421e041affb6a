/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots over time: what every call path held, at some moments of the run. */
#ifndef RECOAT_SNAPSHOT_H
#define RECOAT_SNAPSHOT_H

/*
 * A snapshot is a file of its own, snapshot-N: one HEAP packet of a heap_snapshot event and
 * its heap_live events, there as a whole or not at all. When RECOAT_SNAPSHOTS_MAX are there,
 * every second one is removed and the time between two is doubled from then on.
 *
 * It is made by copy on write as the peak is (heap_slots.h), so that no thread waits: the
 * figures are those of one moment, whichever threads run on. Of another thread, what it is
 * just storing may be in or out: the event at hand, perhaps its blocks and not yet its bytes.
 */

#include <stdint.h>

struct recoat_thread;

/* Begin, with no snapshot yet. Also in a forked child, which has none of its parent's. */
void recoat_snapshot_init(uint64_t now);

/* Take one if it is time. `thread` is the caller's, `now` the clock "monotonic"; errno is kept. */
void recoat_snapshot_look(const struct recoat_thread *thread, uint64_t now);

/* Take one. By recoat_snapshot_look(), and by tests. */
void recoat_snapshot_take(const struct recoat_thread *thread);

#endif
