// SPDX-License-Identifier: Apache-2.0
// The entry points of AM-QADF's native library as a caller's compiler sees them: names, signatures,
// layouts and vtables. What they compute here is small and our own.
#ifndef STANDIN_NATIVE_H
#define STANDIN_NATIVE_H

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

// The simplest grids that can stand behind their names, where OpenVDB's own are not there already.
#ifndef OPENVDB_OPENVDB_HAS_BEEN_INCLUDED
#include "openvdb.h"
#endif

// Left alone by the optimizer, as the real ones are because they are large.
#define ENTRY [[gnu::noipa]]

// What a module may lack, for the tests of refusals: vtables with `map`.
#ifdef STANDIN_SHORT
#define OVERRIDE
#else
#define OVERRIDE override
#endif

namespace am_qadf_native
{
using FloatGridPtr = openvdb::v10_0::FloatGrid::Ptr;

namespace signal_mapping
{
struct Point {
	float x, y, z;
};
static_assert(sizeof(Point) == 12, "vec(arg2, 12) counts points");

struct InterpolationBase {
	virtual ~InterpolationBase() = default;
#ifndef STANDIN_SHORT
	virtual void map(FloatGridPtr grid, const std::vector<Point> &points,
			 const std::vector<float> &values) = 0;
#endif
};

struct NearestNeighborMapper : InterpolationBase {
	ENTRY void map(FloatGridPtr grid, const std::vector<Point> &points,
		       const std::vector<float> &values) OVERRIDE;
};

struct LinearMapper : InterpolationBase {
	ENTRY void map(FloatGridPtr grid, const std::vector<Point> &points,
		       const std::vector<float> &values) OVERRIDE;
};

struct IDWMapper : InterpolationBase {
	explicit IDWMapper(float power = 2, int k = 10) : power(power), k(k)
	{
	}
	ENTRY void map(FloatGridPtr grid, const std::vector<Point> &points,
		       const std::vector<float> &values) OVERRIDE;

	float power;
	int k;
};
static_assert(sizeof(IDWMapper) == 16, "vtable, power, k");

struct KDEMapper : InterpolationBase {
	explicit KDEMapper(float bandwidth = 1, const std::string &kernel = "gaussian")
	    : bandwidth(bandwidth), kernel(kernel)
	{
	}
	ENTRY void map(FloatGridPtr grid, const std::vector<Point> &points,
		       const std::vector<float> &values) OVERRIDE;

	float bandwidth;
	std::string kernel;
};
static_assert(sizeof(KDEMapper) == 48, "vtable, bandwidth, kernel");

struct RBFMapper : InterpolationBase {
	explicit RBFMapper(const std::string &kernel = "gaussian", float epsilon = 1)
	    : kernel(kernel), epsilon(epsilon)
	{
	}
	ENTRY void map(FloatGridPtr grid, const std::vector<Point> &points,
		       const std::vector<float> &values) OVERRIDE;

	std::string kernel;
	float epsilon;
};
static_assert(sizeof(RBFMapper) == 48, "vtable, kernel, epsilon");
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

namespace synchronization
{
struct GridWithMetadata {
	FloatGridPtr grid;
	std::vector<float> timestamps;
	std::vector<int> layers;
};
static_assert(sizeof(GridWithMetadata) == 64, "vec(arg2, 64) counts grids");

struct TemporalAlignment {
	ENTRY std::vector<FloatGridPtr> synchronizeTemporal(
		const std::vector<GridWithMetadata> &grids, float window, int tolerance);
};

struct SpatialAlignment {
	ENTRY FloatGridPtr align(FloatGridPtr source, FloatGridPtr target,
				 const std::string &method);
};

struct GridSynchronizer {
	ENTRY std::vector<FloatGridPtr> synchronizeSpatial(const std::vector<FloatGridPtr> &grids,
							   FloatGridPtr reference,
							   const std::string &method);
	ENTRY std::vector<FloatGridPtr> synchronizeTemporal(
		const std::vector<FloatGridPtr> &grids,
		const std::vector<std::vector<float>> &timestamps,
		const std::vector<std::vector<int>> &layers, float window, int tolerance);
};
} // namespace synchronization

namespace correction
{
struct SpatialNoiseFilter {
	ENTRY FloatGridPtr applyMedianFilter(FloatGridPtr grid, int kernel);
	ENTRY FloatGridPtr applyGaussianFilter(FloatGridPtr grid, float sigma);
	ENTRY FloatGridPtr applyBilateralFilter(FloatGridPtr grid, float spatial, float range);
};

struct DistortionMap {
	std::vector<std::array<float, 3>> vectors, references;
	std::string type;
};

struct GeometricCorrection {
	ENTRY FloatGridPtr correctDistortions(FloatGridPtr grid, const DistortionMap &map);
};
} // namespace correction

namespace voxelization
{
struct HatchingPoint {
	float x, y, z, power, velocity, energy;
};
struct HatchingVector {
	float x1, y1, z1, x2, y2, z2, power, velocity, energy;
};
static_assert(sizeof(HatchingPoint) == 24 && sizeof(HatchingVector) == 36, "the catalogue's sizes");

struct HatchingVoxelizer {
	ENTRY std::map<std::string, FloatGridPtr> voxelizeHatchingPaths(
		const std::vector<HatchingPoint> &points, float voxel_size, float width,
		const std::array<float, 3> &low, const std::array<float, 3> &high);
	ENTRY std::map<std::string, FloatGridPtr> voxelizeVectors(
		const std::vector<HatchingVector> &vectors, float voxel_size, float width,
		const std::array<float, 3> &low, const std::array<float, 3> &high);
	// Nine words of arguments lie on the stack.
	ENTRY std::map<std::string, FloatGridPtr> voxelizeVectorsFromArrays(
		const std::vector<float> &x1, const std::vector<float> &y1,
		const std::vector<float> &z1, const std::vector<float> &x2,
		const std::vector<float> &y2, const std::vector<float> &z2,
		const std::vector<float> &power, const std::vector<float> &velocity,
		const std::vector<float> &energy, float voxel_size,
		const std::vector<float> &widths, float default_width = 0.5f,
		const std::vector<float> &spacings = {},
		const std::array<float, 3> &low = {}, const std::array<float, 3> &high = {});

	openvdb::v10_0::Vec3SGrid::Ptr direction;
};

struct STLVoxelizer {
	ENTRY FloatGridPtr voxelizeSTL(const std::string &file, float voxel_size, float width,
				       bool fill);
};

struct UniformVoxelGrid {
	explicit UniformVoxelGrid(float voxel_size);
	ENTRY void copyFromGrid(FloatGridPtr source);

	FloatGridPtr grid;
	float voxel_size;
	float low[3] = {};
};
static_assert(sizeof(UniformVoxelGrid) == 32, "grid, voxel size, low");
} // namespace voxelization

namespace processing
{
struct SignalProcessing {
	ENTRY std::vector<float> movingAverage(const std::vector<float> &signal, int window);
};
} // namespace processing

namespace io
{
struct OpenVDBReader {
	ENTRY FloatGridPtr loadGridByName(const std::string &file, const std::string &name);
};

struct VDBWriter {
	ENTRY void write(FloatGridPtr grid, const std::string &file);
};
} // namespace io
} // namespace am_qadf_native

#endif
