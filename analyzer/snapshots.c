/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of lists that grow. */
#include "analyzer/snapshots.h"

#include <stdlib.h>

#include "analyzer/memory.h"

struct recoat_snapshot *recoat_snapshots_add(struct recoat_snapshots *snapshots,
					     const struct recoat_snapshot *snapshot)
{
	snapshots->at = recoat_grow(snapshots->at, snapshots->count, &snapshots->room,
				    sizeof(*snapshots->at));
	snapshots->at[snapshots->count] = *snapshot;
	return &snapshots->at[snapshots->count++];
}

void recoat_snapshot_hold(struct recoat_snapshot *snapshot, const struct recoat_held *held)
{
	snapshot->held = recoat_grow(snapshot->held, snapshot->count, &snapshot->room,
				     sizeof(*snapshot->held));
	snapshot->held[snapshot->count++] = *held;
}

void recoat_snapshots_fini(struct recoat_snapshots *snapshots)
{
	for (size_t i = 0; i < snapshots->count; i++)
		free(snapshots->at[i].held);
	free(snapshots->at);
}
