/* SPDX-License-Identifier: Apache-2.0 */
/* Several grids to one: fusion, and synchronisation in time. */
#ifndef OPENVDB10_FUSE_H
#define OPENVDB10_FUSE_H

#include "plugins/parallel/openvdb10/layouts.h"

using Fuse = GridPtr(void *fusion, const Grids &grids, const std::string &strategy);
using FuseWeighted = GridPtr(void *fusion, const Grids &grids, const std::vector<float> &weights);
using SyncTemporal = Grids(void *alignment, const std::vector<StampedGrid> &grids, float window,
			   int layer_tolerance);

extern Fuse fuse, *fuse_next;
extern FuseWeighted fuse_weighted, *fuse_weighted_next;
extern SyncTemporal sync_temporal, *sync_temporal_next;

#endif
