/* SPDX-License-Identifier: Apache-2.0 */
/* Filters over the active neighbours of every active voxel. */
#ifndef OPENVDB10_FILTER_H
#define OPENVDB10_FILTER_H

#include "plugins/parallel/openvdb10/layouts.h"

using FilterMedian = GridPtr(void *filter, const GridPtr &grid, int size);
using FilterGaussian = GridPtr(void *filter, const GridPtr &grid, float sigma);
using FilterBilateral = GridPtr(void *filter, const GridPtr &grid, float sigma, float range);

/* Each with what follows it, which the host stores. */
extern FilterMedian filter_median, *filter_median_next;
extern FilterGaussian filter_gaussian, *filter_gaussian_next;
extern FilterBilateral filter_bilateral, *filter_bilateral_next;

#endif
