// SPDX-License-Identifier: Apache-2.0
// A plugin that gives wrong results over OpenVDB's grids, another thing wrong in each kernel, for
// verify to catch.
#include "recoat/plugin.h"

#include <openvdb/openvdb.h>

#include "standin/native.h"

using namespace am_qadf_native;
using points = const std::vector<signal_mapping::Point> &;
using floats = const std::vector<float> &;
using grids = const std::vector<FloatGridPtr> &;
using corner = const std::array<float, 3> &;
using vectors = const std::vector<voxelization::HatchingVector> &;
using named_grids = std::map<std::string, FloatGridPtr>;

static void (*next_idw)(void *, FloatGridPtr, points, floats);
static void (*next_nearest)(void *, FloatGridPtr, points, floats);
static FloatGridPtr (*next_fuse)(void *, grids, const std::string &);
static FloatGridPtr (*next_weighted)(void *, grids, floats);
static fusion::FusionQualityResult (*next_assess)(void *, FloatGridPtr, const named_grids &,
						  const std::map<std::string, float> &);
static FloatGridPtr (*next_median)(void *, FloatGridPtr, int);
static FloatGridPtr (*next_gaussian)(void *, FloatGridPtr, float);
static named_grids (*next_vectors)(voxelization::HatchingVoxelizer *, vectors, float, float, corner,
				   corner);
static void (*next_copy)(voxelization::UniformVoxelGrid *, FloatGridPtr);
static std::vector<float> (*next_average)(void *, floats, int);

static const openvdb::Coord somewhere(100, 1, 2);

// A value is wrong.
static void idw(void *self, FloatGridPtr grid, points at, floats values)
{
	next_idw(self, grid, at, values);
	grid->tree().setValue(somewhere, 12345);
}

// A voxel is active that should not be.
static void nearest(void *self, FloatGridPtr grid, points at, floats values)
{
	next_nearest(self, grid, at, values);
	grid->tree().setActiveState(somewhere, false);
}

static FloatGridPtr fuse(void *self, grids of, const std::string &strategy)
{
	FloatGridPtr result = next_fuse(self, of, strategy);

	if (result)
		result->setTransform(openvdb::math::Transform::createLinearTransform(2));
	return result;
}

// It should have thrown.
static FloatGridPtr weighted(void *self, grids of, floats weights)
{
	try {
		return next_weighted(self, of, weights);
	} catch (const std::invalid_argument &) {
		return of[0];
	}
}

static fusion::FusionQualityResult assess(void *self, FloatGridPtr fused,
					  const named_grids &sources,
					  const std::map<std::string, float> &weights)
{
	fusion::FusionQualityResult result = next_assess(self, fused, sources, weights);

	result.signals["b"] += 1;
	return result;
}

// The same values in another topology: voxels where there was a tile.
static FloatGridPtr median(void *self, FloatGridPtr grid, int kernel)
{
	FloatGridPtr result = next_median(self, grid, kernel);

	result->tree().voxelizeActiveTiles();
	return kernel > 1 ? result : nullptr;
}

// This one is right.
static FloatGridPtr gaussian(void *self, FloatGridPtr grid, float sigma)
{
	return next_gaussian(self, grid, sigma)->deepCopy();
}

static named_grids vectors_of(voxelization::HatchingVoxelizer *self, vectors of, float voxel_size,
			      float width, corner low, corner high)
{
	named_grids result = next_vectors(self, of, voxel_size, width, low, high);

	self->direction->tree().setValue(somewhere, openvdb::Vec3f(0, 3, 0));
	return result;
}

// A leaf too many, although nothing in it is active.
static void copy(voxelization::UniformVoxelGrid *self, FloatGridPtr source)
{
	next_copy(self, source);
	self->grid->tree().touchLeaf(openvdb::Coord(8000));
}

static std::vector<float> average(void *self, floats signal, int window)
{
	std::vector<float> result = next_average(self, signal, window);

	result.pop_back();
	return result;
}

#define ROW(kernel, function, next)                                                                \
	{                                                                                          \
		kernel, "am_qadf_native-openvdb10",                                                \
			reinterpret_cast<recoat_plugin_function>(function), &next, nullptr         \
	}
static const struct recoat_plugin_swap swaps[] = {
	ROW("signal_mapping.idw", idw, next_idw),
	ROW("signal_mapping.nearest", nearest, next_nearest),
	ROW("voxel_fusion.fuse", fuse, next_fuse),
	ROW("voxel_fusion.fuse_weighted", weighted, next_weighted),
	ROW("quality.assess", assess, next_assess),
	ROW("correction.filter_median", median, next_median),
	ROW("correction.filter_gaussian", gaussian, next_gaussian),
	ROW("voxelization.hatching_vectors", vectors_of, next_vectors),
	ROW("voxelization.copy", copy, next_copy),
	ROW("processing.moving_average", average, next_average),
};

const struct recoat_plugin recoat_plugin = {
	sizeof(recoat_plugin),
	RECOAT_PLUGIN_ABI,
	RECOAT_PLUGIN_ABI,
	0,
	"wrong_vdb",
	"1",
	"wrong results over OpenVDB's grids",
	nullptr,
	0,
	sizeof(swaps) / sizeof(*swaps),
	swaps,
	nullptr,
	nullptr,
	nullptr,
};
