// SPDX-License-Identifier: Apache-2.0
// A few entry points of AM-QADF's native library, one of each shape, with OpenVDB's own grids.
// What they compute here is small and our own.
#ifndef VDB_NATIVE_H
#define VDB_NATIVE_H

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <openvdb/openvdb.h>

#define ENTRY __attribute__((noipa))

namespace am_qadf_native
{
using FloatGridPtr = openvdb::FloatGrid::Ptr;

namespace signal_mapping
{
struct Point {
	float x, y, z;
};

struct IDWMapper {
	virtual ~IDWMapper() = default;
	ENTRY virtual void map(FloatGridPtr grid, const std::vector<Point> &points,
			       const std::vector<float> &values);
};

struct NearestNeighborMapper {
	virtual ~NearestNeighborMapper() = default;
	ENTRY virtual void map(FloatGridPtr grid, const std::vector<Point> &points,
			       const std::vector<float> &values);
};
} // namespace signal_mapping

namespace fusion
{
struct GridFusion {
	ENTRY FloatGridPtr fuse(const std::vector<FloatGridPtr> &grids,
				const std::string &strategy);
	ENTRY FloatGridPtr fuseWeighted(const std::vector<FloatGridPtr> &grids,
					const std::vector<float> &weights);
};

struct FusionQualityResult {
	float accuracy, consistency, completeness, quality, coverage;
	std::map<std::string, float> signals;
	float mean, max, deviation;
	bool has_residuals;
};
static_assert(sizeof(FusionQualityResult) == 88, "as in the real library");

struct FusionQualityAssessor {
	ENTRY FusionQualityResult assess(FloatGridPtr fused,
					 const std::map<std::string, FloatGridPtr> &sources,
					 const std::map<std::string, float> &weights) const;
};
} // namespace fusion

namespace correction
{
struct SpatialNoiseFilter {
	ENTRY FloatGridPtr applyMedianFilter(FloatGridPtr grid, int kernel);
	ENTRY FloatGridPtr applyGaussianFilter(FloatGridPtr grid, float sigma);
};
} // namespace correction

namespace voxelization
{
struct HatchingVector {
	float x1, y1, z1, x2, y2, z2, power, velocity, energy;
};

struct HatchingVoxelizer {
	ENTRY std::map<std::string, FloatGridPtr> voxelizeVectors(
		const std::vector<HatchingVector> &vectors, float voxel_size, float width,
		const std::array<float, 3> &low, const std::array<float, 3> &high);

	openvdb::Vec3SGrid::Ptr direction = openvdb::Vec3SGrid::create();
};

struct UniformVoxelGrid {
	ENTRY void copyFromGrid(FloatGridPtr source);

	FloatGridPtr grid = openvdb::FloatGrid::create();
	float voxel_size = 1, low[3] = {};
};
} // namespace voxelization

namespace processing
{
struct SignalProcessing {
	ENTRY std::vector<float> movingAverage(const std::vector<float> &signal, int window);
};
} // namespace processing
} // namespace am_qadf_native

#endif
