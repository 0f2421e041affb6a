// SPDX-License-Identifier: Apache-2.0
// The entry points that are not virtual. Grids go in and out; some call another, as the real ones
// do.
#include "native.h"

#include <fstream>
#include <stdexcept>

using openvdb::v10_0::FloatGrid;

namespace am_qadf_native
{
static FloatGridPtr empty_like(const FloatGridPtr &grid)
{
	FloatGridPtr result = std::make_shared<FloatGrid>();

	result->voxel_size = grid->voxel_size;
	return result;
}

// A grid of the same voxels with their values changed.
template <typename Change> static FloatGridPtr changed(const FloatGridPtr &grid, Change change)
{
	FloatGridPtr result = std::make_shared<FloatGrid>(*grid);

	for (auto &voxel : result->tree.voxels)
		voxel.second = change(voxel.second);
	return result;
}

static void add_weighted(const FloatGridPtr &sum, const FloatGridPtr &grid, float weight)
{
	for (const auto &voxel : grid->tree.voxels)
		sum->tree.voxels[voxel.first] += weight * voxel.second;
}

namespace fusion
{
FloatGridPtr GridFusion::fuse(const std::vector<FloatGridPtr> &grids, const std::string &strategy)
{
	if (grids.empty() || strategy != "weighted_average")
		return std::make_shared<FloatGrid>();
	return fuseWeighted(grids, std::vector<float>(grids.size(), 1));
}

FloatGridPtr GridFusion::fuseWeighted(const std::vector<FloatGridPtr> &grids,
				      const std::vector<float> &weights)
{
	if (grids.size() != weights.size())
		throw std::invalid_argument("grids and weights differ in number");

	FloatGridPtr result = empty_like(grids.at(0));
	for (size_t i = 0; i < grids.size(); i++)
		add_weighted(result, grids[i], weights[i] / (float)grids.size());
	return result;
}

FusionQualityResult FusionQualityAssessor::assess(
	FloatGridPtr fused, const std::map<std::string, FloatGridPtr> &sources,
	const std::map<std::string, float> &weights) const
{
	FusionQualityResult result = {};

	result.quality = (float)fused->tree.voxels.size();
	for (const auto &source : sources)
		result.signals[source.first] =
			weights.at(source.first) * (float)source.second->tree.voxels.size();
	return result;
}
} // namespace fusion

namespace synchronization
{
std::vector<FloatGridPtr> TemporalAlignment::synchronizeTemporal(
	const std::vector<GridWithMetadata> &grids, float window, int tolerance)
{
	std::vector<FloatGridPtr> result;

	for (const GridWithMetadata &entry : grids) {
		float weight = (float)entry.timestamps.size() / window + (float)tolerance;
		result.push_back(empty_like(entry.grid));
		add_weighted(result.back(), entry.grid, weight);
	}
	return result;
}

FloatGridPtr SpatialAlignment::align(FloatGridPtr source, FloatGridPtr target,
				     const std::string &method)
{
	FloatGridPtr result = empty_like(target);

	add_weighted(result, source, (float)method.size());
	return result;
}

std::vector<FloatGridPtr> GridSynchronizer::synchronizeSpatial(
	const std::vector<FloatGridPtr> &grids, FloatGridPtr reference, const std::string &method)
{
	std::vector<FloatGridPtr> result;
	SpatialAlignment alignment;

	for (const FloatGridPtr &grid : grids)
		result.push_back(alignment.align(grid, reference, method));
	return result;
}

std::vector<FloatGridPtr> GridSynchronizer::synchronizeTemporal(
	const std::vector<FloatGridPtr> &grids, const std::vector<std::vector<float>> &timestamps,
	const std::vector<std::vector<int>> &layers, float window, int tolerance)
{
	std::vector<GridWithMetadata> entries;

	for (size_t i = 0; i < grids.size(); i++)
		entries.push_back({grids[i], timestamps.at(i), layers.at(i)});
	return TemporalAlignment().synchronizeTemporal(entries, window, tolerance);
}
} // namespace synchronization

namespace correction
{
FloatGridPtr SpatialNoiseFilter::applyMedianFilter(FloatGridPtr grid, int kernel)
{
	return changed(grid, [kernel](float value) { return value * (float)kernel; });
}

FloatGridPtr SpatialNoiseFilter::applyGaussianFilter(FloatGridPtr grid, float sigma)
{
	return changed(grid, [sigma](float value) { return value / sigma; });
}

FloatGridPtr SpatialNoiseFilter::applyBilateralFilter(FloatGridPtr grid, float spatial, float range)
{
	return changed(grid, [=](float value) { return value * spatial - range; });
}

FloatGridPtr GeometricCorrection::correctDistortions(FloatGridPtr grid, const DistortionMap &map)
{
	float shift = 0;

	for (const auto &vector : map.vectors)
		shift += vector[0] + vector[1] + vector[2];
	return changed(grid, [shift](float value) { return value + shift; });
}
} // namespace correction

namespace voxelization
{
std::map<std::string, FloatGridPtr> HatchingVoxelizer::voxelizeHatchingPaths(
	const std::vector<HatchingPoint> &points, float voxel_size, float width,
	const std::array<float, 3> &low, const std::array<float, 3> &high)
{
	std::vector<HatchingVector> vectors;

	for (size_t i = 1; i < points.size(); i++) {
		const HatchingPoint &a = points[i - 1], &b = points[i];
		vectors.push_back({a.x, a.y, a.z, b.x, b.y, b.z, b.power, b.velocity, b.energy});
	}
	return voxelizeVectors(vectors, voxel_size, width, low, high);
}

std::map<std::string, FloatGridPtr> HatchingVoxelizer::voxelizeVectors(
	const std::vector<HatchingVector> &vectors, float voxel_size, float width,
	const std::array<float, 3> &low, const std::array<float, 3> &high)
{
	FloatGridPtr power = std::make_shared<FloatGrid>();

	power->voxel_size = voxel_size;
	for (const HatchingVector &v : vectors) {
		power->tree.voxels[power->at(v.x1, v.y1, v.z1)] = v.power * width;
		power->tree.voxels[power->at(v.x2, v.y2, v.z2)] = high[0] - low[0];
	}
	direction = std::make_shared<openvdb::v10_0::Vec3SGrid>();
	return {{"power", power}};
}

std::map<std::string, FloatGridPtr> HatchingVoxelizer::voxelizeVectorsFromArrays(
	const std::vector<float> &x1, const std::vector<float> &y1, const std::vector<float> &z1,
	const std::vector<float> &x2, const std::vector<float> &y2, const std::vector<float> &z2,
	const std::vector<float> &power, const std::vector<float> &velocity,
	const std::vector<float> &energy, float voxel_size, const std::vector<float> &widths,
	float default_width, const std::vector<float> &spacings, const std::array<float, 3> &low,
	const std::array<float, 3> &high)
{
	FloatGridPtr result = std::make_shared<FloatGrid>();

	result->voxel_size = voxel_size;
	for (size_t i = 0; i < x1.size(); i++) {
		float width = i < widths.size() ? widths[i] : default_width;
		float spacing = i < spacings.size() ? spacings[i] : high[i % 3] - low[i % 3];

		result->tree.voxels[result->at(x1[i], y1[i], z1[i])] = power[i] * width;
		result->tree.voxels[result->at(x2[i], y2[i], z2[i])] =
			velocity[i] * energy[i] + spacing;
	}
	return {{"power", result}};
}

FloatGridPtr STLVoxelizer::voxelizeSTL(const std::string &file, float voxel_size, float width,
				       bool fill)
{
	FloatGridPtr result = std::make_shared<FloatGrid>();

	result->voxel_size = voxel_size;
	result->tree.voxels[{(int32_t)file.size(), 0, 0}] = width + (float)fill;
	return result;
}

UniformVoxelGrid::UniformVoxelGrid(float voxel_size)
    : grid(std::make_shared<FloatGrid>()), voxel_size(voxel_size)
{
	grid->voxel_size = voxel_size;
}

void UniformVoxelGrid::copyFromGrid(FloatGridPtr source)
{
	grid->tree.voxels = source->tree.voxels;
}
} // namespace voxelization

namespace processing
{
std::vector<float> SignalProcessing::movingAverage(const std::vector<float> &signal, int window)
{
	std::vector<float> result;
	float sum = 0;

	for (size_t i = 0; i < signal.size(); i++) {
		sum += signal[i] - (i >= (size_t)window ? signal[i - (size_t)window] : 0);
		result.push_back(sum / (float)window);
	}
	return result;
}
} // namespace processing

namespace io
{
FloatGridPtr OpenVDBReader::loadGridByName(const std::string &file, const std::string &name)
{
	std::ifstream in(file);
	FloatGridPtr result = std::make_shared<FloatGrid>();
	openvdb::v10_0::math::Coord at;
	float value;

	if (!in)
		throw std::runtime_error("no grid " + name + " in " + file);
	while (in >> at.x >> at.y >> at.z >> value)
		result->tree.voxels[at] = value;
	return result;
}

void VDBWriter::write(FloatGridPtr grid, const std::string &file)
{
	std::ofstream out(file);

	for (const auto &voxel : grid->tree.voxels)
		out << voxel.first.x << ' ' << voxel.first.y << ' ' << voxel.first.z << ' '
		    << voxel.second << '\n';
}
} // namespace io
} // namespace am_qadf_native
