/* SPDX-License-Identifier: Apache-2.0 */
/* Correction of distortions: voxels are moved as the nearest reference is. */
#ifndef OPENVDB10_DISTORTIONS_H
#define OPENVDB10_DISTORTIONS_H

#include "plugins/parallel/openvdb10/layouts.h"

using CorrectDistortions = GridPtr(void *correction, const GridPtr &grid, const DistortionMap &map);

extern CorrectDistortions correct_distortions, *correct_distortions_next;

#endif
