/* SPDX-License-Identifier: Apache-2.0 */
/* What entry points of am_qadf_native are given: sizes and offsets of its build for OpenVDB 10. */
#ifndef OPENVDB10_LAYOUTS_H
#define OPENVDB10_LAYOUTS_H

#include <openvdb/openvdb.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

using Grid = openvdb::FloatGrid;
using GridPtr = Grid::Ptr;
using Grids = std::vector<GridPtr>;

struct Point {
	float x, y, z;
};

struct IdwMapper {
	void *functions;
	float power;
	int k;
};

struct KdeMapper {
	void *functions;
	float bandwidth;
	std::string kernel;
};

struct StampedGrid {
	GridPtr grid;
	std::vector<float> stamps;
	std::vector<int> layers;
};

static_assert(sizeof(StampedGrid) == 64 && offsetof(StampedGrid, stamps) == 16);
static_assert(OPENVDB_LIBRARY_MAJOR_VERSION_NUMBER == 10, "the ABI that kernels are found by");
static_assert(sizeof(void *) == 8 && sizeof(std::string) == 32 && sizeof(GridPtr) == 16);
static_assert(sizeof(std::vector<Point>) == 24 && sizeof(Point) == 12);
static_assert(sizeof(IdwMapper) == 16 && offsetof(IdwMapper, k) == 12);
static_assert(sizeof(KdeMapper) == 48);

#endif
