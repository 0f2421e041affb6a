/* SPDX-License-Identifier: Apache-2.0 */
/* Mappers of points into grids. */
#ifndef OPENVDB10_MAP_H
#define OPENVDB10_MAP_H

#include "plugins/parallel/openvdb10/layouts.h"

using Map = void(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		 const std::vector<float> &values);

/* Each with what follows it, which the host stores. */
extern Map map_idw, *map_idw_next;
extern Map map_kde, *map_kde_next;
extern Map map_nearest, *map_nearest_next;
extern Map map_linear, *map_linear_next;

#endif
