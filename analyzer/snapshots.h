/* SPDX-License-Identifier: Apache-2.0 */
/* What every call path of a process held at some moments. */
#ifndef RECOAT_SNAPSHOTS_H
#define RECOAT_SNAPSHOTS_H

#include <stddef.h>
#include <stdint.h>

/* What was live on a call path. */
struct recoat_held {
	uint32_t node; /* Of the calling-context tree; several may have the same. */
	uint64_t bytes, blocks;
};

struct recoat_snapshot {
	uint64_t time;         /* Nanoseconds since the process's start. */
	uint64_t live, blocks; /* In all, the rest included. */
	uint64_t rest_paths;   /* Those too small to be written one by one. */
	uint64_t rest_bytes, rest_blocks;
	struct recoat_held *held;
	size_t count, room;
};

/* Those of a process in order of time, RECOAT_SNAPSHOTS_MAX of them as recoat writes them. */
struct recoat_snapshots {
	struct recoat_snapshot *at;
	size_t count, room;
};

/* A new one at the end, valid until the next; `snapshot->held` is empty. */
struct recoat_snapshot *recoat_snapshots_add(struct recoat_snapshots *snapshots,
					     const struct recoat_snapshot *snapshot);

void recoat_snapshot_hold(struct recoat_snapshot *snapshot, const struct recoat_held *held);

void recoat_snapshots_fini(struct recoat_snapshots *snapshots);

#endif
