/* SPDX-License-Identifier: Apache-2.0 */
/* The selection whose order of equal distances the original's results depend on. */
#ifndef OPENVDB10_SELECT_H
#define OPENVDB10_SELECT_H

#include "plugins/parallel/openvdb10/kernels.h"

/* libstdc++'s std::partial_sort() by distance alone. */
extern "C" void select_nearest(struct idw_neighbour *all, uint32_t k, uint32_t count);

#endif
