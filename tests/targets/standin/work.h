// SPDX-License-Identifier: Apache-2.0
// The same calls made in two ways: directly, as a program that links the library does, or through
// vtables and code addresses kept in data, as an extension module does. Header, so that a caller's
// compiler sees what it may devirtualise.
#ifndef STANDIN_WORK_H
#define STANDIN_WORK_H

#include <cstdio>
#include <stdexcept>

#include "native.h"

namespace standin
{
using namespace am_qadf_native;
using openvdb::v10_0::FloatGrid;

inline double sum(const FloatGridPtr &grid)
{
	double total = 0;
	int i = 1;

	for (const auto &voxel : grid->tree.voxels)
		total += voxel.second * i++;
	return total;
}

inline FloatGridPtr cube(int side, float value)
{
	FloatGridPtr grid = std::make_shared<FloatGrid>();

	for (int i = 0; i < side * side * side; i++)
		grid->tree.voxels[{i % side, i / side % side, i / side / side}] = value + (float)i;
	return grid;
}

inline std::vector<signal_mapping::Point> points(size_t n)
{
	std::vector<signal_mapping::Point> result;

	for (size_t i = 0; i < n; i++)
		result.push_back({(float)(i % 7), (float)(i % 5), (float)(i % 3)});
	return result;
}

// Map n points `calls` times; then once with a value too few, which throws.
template <typename Mapper> void map(const char *name, Mapper &mapper, size_t n, int calls)
{
	FloatGridPtr grid = std::make_shared<FloatGrid>();

	for (int i = 0; i < calls; i++)
		mapper.map(grid, points(n), std::vector<float>(n, (float)(i + 1)));
	std::printf("%s %g\n", name, sum(grid));
	try {
		mapper.map(grid, points(n), std::vector<float>(n - 1));
	} catch (const std::invalid_argument &error) {
		std::printf("%s: %s\n", name, error.what());
	}
}
} // namespace standin

#endif
