/* SPDX-License-Identifier: Apache-2.0 */
/* Filters over the active neighbours of every active voxel. */
#ifndef OPENVDB10_FILTER_H
#define OPENVDB10_FILTER_H

#include "plugins/parallel/openvdb10/layouts.h"

using FilterGaussian = GridPtr(void *filter, const GridPtr &grid, float sigma);

extern FilterGaussian filter_gaussian, *filter_gaussian_next;

#endif
