// SPDX-License-Identifier: Apache-2.0
// Layouts of what AM-QADF's native kernels take and give besides OpenVDB's grids, as its compiled
// code has them. The names are ours: only sizes and places matter.
#ifndef VERIFY_NATIVE_H
#define VERIFY_NATIVE_H

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <openvdb/openvdb.h>

namespace native
{
using grid_ptr = openvdb::FloatGrid::Ptr;
using vectors_ptr = openvdb::Vec3SGrid::Ptr;
using grids = std::vector<grid_ptr>;
using named_grids = std::map<std::string, grid_ptr>;

struct point {
	float x, y, z;
};
static_assert(sizeof(point) == 12);

struct hatching_point {
	float x, y, z, power, velocity, energy;
};
static_assert(sizeof(hatching_point) == 24);

struct hatching_vector {
	float from[3], to[3], power, velocity, energy;
};
static_assert(sizeof(hatching_vector) == 36);

// Its voxelizers leave a grid of directions here.
struct hatching_voxelizer {
	vectors_ptr direction;
};
static_assert(sizeof(hatching_voxelizer) == 16);

struct uniform_voxel_grid {
	grid_ptr grid;
	std::array<float, 4> size_and_low;
};
static_assert(sizeof(uniform_voxel_grid) == 32);

struct quality_result {
	std::array<float, 5> figures; // Of the whole: accuracy first, then consistency.
	std::map<std::string, float> accuracies;
	std::array<float, 3> residuals; // Mean, largest, standard deviation,
	bool has_residuals;             // if there were any.
};
static_assert(sizeof(quality_result) == 88);

struct grid_with_metadata {
	grid_ptr grid;
	std::vector<float> stamps;
	std::vector<int> layers;
};
static_assert(sizeof(grid_with_metadata) == 64);

struct distortion_map {
	std::vector<point> vectors, references;
	std::string type;
};
static_assert(sizeof(distortion_map) == 80);
} // namespace native

#endif
