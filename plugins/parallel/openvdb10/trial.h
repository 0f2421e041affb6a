/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that serve only if the original rounds as they do, which is tried once. */
#ifndef OPENVDB10_TRIAL_H
#define OPENVDB10_TRIAL_H

#include <recoat/plugin.h>
#include "plugins/parallel/openvdb10/filter.h"
#include "plugins/parallel/openvdb10/fuse.h"
#include "plugins/parallel/openvdb10/map.h"

/*
 * Which products and sums an original contracts to fused multiply-adds is up to who compiled it,
 * and nothing in a module tells. So the first call of each kernel here calls both, the original
 * and ours, on a small made-up problem for which it shows, unrecorded. If a bit differs, that and
 * all further calls go to the next implementation, and the recording says so. A mapper
 * is tried as a copy of the caller's, with other parameters. A trial that comes to nothing (no
 * memory, an unusual floating-point environment) is made again at the next call.
 *
 * The other kernels serve untried: fuse, the median and moving averages have nothing to contract,
 * but the bilateral filter, distortions, linear and assess have.
 */

/* Forget all trials. A host that has no `quietly` gets none: calls are served. */
void trial_begin(const struct recoat_plugin_host *host);

extern Map tried_map_idw, *map_idw_original;
extern Map tried_map_kde, *map_kde_original;
extern FuseWeighted tried_fuse_weighted, *fuse_weighted_original;
extern SyncTemporal tried_sync_temporal, *sync_temporal_original;
extern FilterGaussian tried_filter_gaussian, *filter_gaussian_original;

#endif
