/* SPDX-License-Identifier: Apache-2.0 */
/* This plugin's names for what entry points of am_qadf_native are given. */
#ifndef PARALLEL_OPENVDB10_LAYOUTS_H
#define PARALLEL_OPENVDB10_LAYOUTS_H

#include "plugins/openvdb10/layouts.h"

using Grid = openvdb::FloatGrid;
using GridPtr = native::grid_ptr;
using Grids = native::grids;
using Point = native::point;
using IdwMapper = native::idw_mapper;
using KdeMapper = native::kde_mapper;
using DistortionMap = native::distortion_map;
using NamedGrids = native::named_grids;
using QualityResult = native::quality_result;
using StampedGrid = native::grid_with_metadata;

#endif
