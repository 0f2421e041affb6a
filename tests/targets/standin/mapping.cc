// SPDX-License-Identifier: Apache-2.0
// The five mappers: each visits every point and its voxel, and throws when points and values
// differ.
#include "native.h"

#include <stdexcept>

namespace am_qadf_native
{
namespace signal_mapping
{
// Combine each point's value into its voxel: combine(old value, value), 0 for a new voxel.
template <typename Combine>
static void scatter(const FloatGridPtr &grid, const std::vector<Point> &points,
		    const std::vector<float> &values, Combine combine)
{
	if (points.size() != values.size())
		throw std::invalid_argument("points and values differ in number");
	for (size_t i = 0; i < points.size(); i++) {
		float &voxel = grid->tree.voxels[grid->at(points[i].x, points[i].y, points[i].z)];
		voxel = combine(voxel, values[i]);
	}
}

void NearestNeighborMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
				const std::vector<float> &values)
{
	scatter(grid, points, values, [](float, float value) { return value; });
}

void LinearMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
		       const std::vector<float> &values)
{
	scatter(grid, points, values, [](float old, float value) { return old + value; });
}

void IDWMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
		    const std::vector<float> &values)
{
	scatter(grid, points, values,
		[this](float old, float value) { return (old + value * power) / (float)k; });
}

void KDEMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
		    const std::vector<float> &values)
{
	float factor = bandwidth * (float)kernel.size();

	scatter(grid, points, values,
		[factor](float old, float value) { return old + factor * value; });
}

void RBFMapper::map(FloatGridPtr grid, const std::vector<Point> &points,
		    const std::vector<float> &values)
{
	float factor = epsilon * (float)kernel.size();

	scatter(grid, points, values,
		[factor](float old, float value) { return old - factor * value; });
}
} // namespace signal_mapping
} // namespace am_qadf_native
