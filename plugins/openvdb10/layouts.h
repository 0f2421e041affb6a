/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts of what AM-QADF's native kernels take and give besides OpenVDB's grids, as its compiled
 * code for OpenVDB 10 has them. The names are ours: only sizes and places matter.
 */
#ifndef OPENVDB10_LAYOUTS_H
#define OPENVDB10_LAYOUTS_H

#include <array>
#include <cstddef>
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

static_assert(OPENVDB_LIBRARY_MAJOR_VERSION_NUMBER == 10, "the ABI that kernels are found by");
static_assert(sizeof(void *) == 8 && sizeof(std::string) == 32 && sizeof(grid_ptr) == 16);

struct point {
	float x, y, z;
};
static_assert(sizeof(point) == 12 && sizeof(std::vector<point>) == 24);

/* Mappers begin with a pointer to their virtual functions. */
struct idw_mapper {
	void *functions;
	float power;
	int k;
};
static_assert(sizeof(idw_mapper) == 16 && offsetof(idw_mapper, k) == 12);

struct kde_mapper {
	void *functions;
	float bandwidth;
	std::string kernel;
};
static_assert(sizeof(kde_mapper) == 48 && offsetof(kde_mapper, kernel) == 16);

struct hatching_point {
	float x, y, z, power, velocity, energy;
};
static_assert(sizeof(hatching_point) == 24);

struct hatching_vector {
	float from[3], to[3], power, velocity, energy;
};
static_assert(sizeof(hatching_vector) == 36);

/* Its voxelizers leave a grid of directions here. */
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
	std::array<float, 5> figures; /* Of the whole: accuracy first, then consistency. */
	std::map<std::string, float> accuracies;
	std::array<float, 3> residuals; /* Mean, largest, standard deviation, */
	bool has_residuals;             /* if there were any. */
};
static_assert(sizeof(quality_result) == 88);

struct grid_with_metadata {
	grid_ptr grid;
	std::vector<float> stamps;
	std::vector<int> layers;
};
static_assert(sizeof(grid_with_metadata) == 64 && offsetof(grid_with_metadata, stamps) == 16);

struct distortion_map {
	std::vector<point> vectors, references;
	std::string type;
};
static_assert(sizeof(distortion_map) == 80 && offsetof(distortion_map, references) == 24);
} // namespace native

#endif
