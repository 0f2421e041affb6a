// SPDX-License-Identifier: Apache-2.0
// Kernels over OpenVDB's grids, with what comes of them on stdout.
#include <openvdb/openvdb.h>

#include "standin/native.h"

#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace am_qadf_native
{
namespace signal_mapping
{
void NearestNeighborMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
				const std::vector<float> &values)
{
	auto at = grid->getAccessor();

	for (size_t i = 0; i < points.size(); i++)
		at.setValue(openvdb::Coord((int)points[i].x, (int)points[i].y, (int)points[i].z),
			    values[i]);
}

// Adds to what is there, so that to be called twice on the same grid would show.
void IDWMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
		    const std::vector<float> &values)
{
	if (points.size() != values.size())
		throw std::invalid_argument("Points and values size mismatch");
	for (auto voxel = grid->beginValueOn(); voxel; ++voxel)
		for (float value : values)
			voxel.setValue(*voxel + value);
}
} // namespace signal_mapping

namespace fusion
{
// A result of its own, which ends up in the caller's memory.
FloatGridPtr GridFusion::fuse(const std::vector<FloatGridPtr> &grids, const std::string &strategy)
{
	FloatGridPtr result = grids[0]->deepCopy();

	if (strategy == "unknown")
		return nullptr;
	for (auto voxel = result->beginValueOn(); voxel; ++voxel)
		for (size_t i = 1; i < grids.size(); i++)
			voxel.setValue(
				std::max(*voxel, grids[i]->tree().getValue(voxel.getCoord())));
	return result;
}

FloatGridPtr GridFusion::fuseWeighted(const std::vector<FloatGridPtr> &grids,
				      const std::vector<float> &weights)
{
	if (grids.size() != weights.size())
		throw std::invalid_argument("Grids and weights size mismatch");
	return grids[0]->deepCopy();
}

FusionQualityResult FusionQualityAssessor::assess(
	FloatGridPtr fused, const std::map<std::string, FloatGridPtr> &sources,
	const std::map<std::string, float> &) const
{
	FusionQualityResult result = {};

	result.coverage = (float)fused->activeVoxelCount();
	for (auto &[name, grid] : sources)
		result.signals[name] = (float)grid->activeVoxelCount();
	result.mean = NAN;
	result.has_residuals = true;
	return result;
}
} // namespace fusion

namespace correction
{
// What it is given by value it takes away.
FloatGridPtr SpatialNoiseFilter::applyMedianFilter(FloatGridPtr grid, int kernel)
{
	FloatGridPtr taken = std::move(grid);

	return kernel > 1 ? taken->deepCopy() : taken;
}

FloatGridPtr SpatialNoiseFilter::applyGaussianFilter(FloatGridPtr grid, float)
{
	return grid->deepCopy();
}
} // namespace correction

namespace voxelization
{
std::map<std::string, FloatGridPtr> HatchingVoxelizer::voxelizeVectors(
	const std::vector<HatchingVector> &vectors, float voxel_size, float,
	const std::array<float, 3> &, const std::array<float, 3> &)
{
	std::map<std::string, FloatGridPtr> grids;
	auto power = grids["power"] = openvdb::FloatGrid::create(voxel_size);

	for (const HatchingVector &vector : vectors) {
		openvdb::Coord at((int)vector.x1, (int)vector.y1, (int)vector.z1);

		power->tree().setValue(at, vector.power);
		direction->tree().setValue(at, direction->tree().getValue(at) + openvdb::Vec3f(1));
	}
	return grids;
}

UniformVoxelGrid::UniformVoxelGrid(float voxel_size)
    : grid(openvdb::FloatGrid::create()), voxel_size(voxel_size)
{
}

void UniformVoxelGrid::copyFromGrid(FloatGridPtr source)
{
	for (auto voxel = source->cbeginValueOn(); voxel; ++voxel)
		grid->tree().setValue(voxel.getCoord(),
				      grid->tree().getValue(voxel.getCoord()) + *voxel);
}
} // namespace voxelization

namespace processing
{
std::vector<float> SignalProcessing::movingAverage(const std::vector<float> &signal, int window)
{
	std::vector<float> result = signal;

	for (float &value : result)
		value /= (float)window;
	return result;
}
} // namespace processing
} // namespace am_qadf_native

using namespace am_qadf_native;

template <typename Grid> static void show(const char *name, const std::shared_ptr<Grid> &grid)
{
	typename Grid::ValueType sum = openvdb::zeroVal<typename Grid::ValueType>();

	if (!grid) {
		printf("%s: none\n", name);
		return;
	}
	for (auto voxel = grid->cbeginValueOn(); voxel; ++voxel)
		if (*voxel == *voxel) // No NaN.
			sum += *voxel;
	printf("%s: %llu voxels of size %g, %u leaves, sum %s\n", name,
	       (unsigned long long)grid->activeVoxelCount(), grid->voxelSize()[0],
	       (unsigned)grid->tree().leafCount(),
	       openvdb::TypedMetadata<typename Grid::ValueType>(sum).str().c_str());
}

template <typename Call> static void attempt(Call call)
{
	try {
		call();
	} catch (const std::exception &exception) {
		printf("%s\n", exception.what());
	}
}

// A tile of 8^3, and voxels of two leaves.
static FloatGridPtr new_grid(float value)
{
	FloatGridPtr grid = openvdb::FloatGrid::create(0.5f);

	grid->setTransform(openvdb::math::Transform::createLinearTransform(0.25));
	grid->tree().addTile(1, openvdb::Coord(0), value, true);
	grid->tree().setValue(openvdb::Coord(100, 1, 2), value + 1);
	grid->tree().setValue(openvdb::Coord(-100, 1, 2), NAN);
	grid->tree().setValueOff(openvdb::Coord(-100, 1, 3), value + 2);
	return grid;
}

static void map_points(const FloatGridPtr &grid)
{
	const std::vector<signal_mapping::Point> points = {{1, 2, 3}, {40, 50, 60}};
	signal_mapping::IDWMapper idw;
	signal_mapping::NearestNeighborMapper nearest;
	signal_mapping::NearestNeighborMapper *volatile one = &nearest;

	idw.map(grid, points, {5, 7});
	show("idw", grid);
	attempt([&] { idw.map(grid, points, {5}); });
	one->map(grid, points, {5, 7});
	show("nearest", grid);
}

int main()
{
	FloatGridPtr grid = new_grid(1);
	const std::vector<FloatGridPtr> grids = {grid, new_grid(2)};
	voxelization::HatchingVoxelizer voxelizer;
	voxelization::UniformVoxelGrid voxels(1);
	fusion::GridFusion fusion;

	openvdb::initialize();
	voxelizer.direction = openvdb::Vec3SGrid::create();
	map_points(grid);
	show("fuse", fusion.fuse(grids, "max"));
	show("fuse unknown", fusion.fuse(grids, "unknown"));
	attempt([&] { show("weighted", fusion.fuseWeighted(grids, {1})); });
	show("median", correction::SpatialNoiseFilter().applyMedianFilter(grids[1], 3));
	show("median 1", correction::SpatialNoiseFilter().applyMedianFilter(grid, 1));
	show("gaussian", correction::SpatialNoiseFilter().applyGaussianFilter(grid, 1));
	for (auto &[name, voxel] : voxelizer.voxelizeVectors(
		     {{1, 2, 3, 4, 5, 6, 7, 8, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}, 1, 1, {}, {}))
		show(name.c_str(), voxel);
	show("direction", voxelizer.direction);
	voxels.copyFromGrid(grid);
	show("copy", voxels.grid);
	for (float value : processing::SignalProcessing().movingAverage({1, 2, 3}, 2))
		printf("average %g\n", value);
	for (auto &[name, value] : fusion::FusionQualityAssessor()
					   .assess(grid, {{"a", grid}, {"b", grids[1]}}, {})
					   .signals)
		printf("signal %s %g\n", name.c_str(), value);
	return 7;
}
