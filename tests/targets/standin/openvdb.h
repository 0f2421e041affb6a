// SPDX-License-Identifier: Apache-2.0
// The names of OpenVDB 10.0's grid types, so that functions which take them are mangled as
// AM-QADF's are, over the simplest thing that can stand behind them: a sorted map of active voxels.
#ifndef STANDIN_OPENVDB_H
#define STANDIN_OPENVDB_H

#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>

namespace openvdb
{
namespace v10_0
{
namespace math
{
struct Vec3f {
	float x, y, z;
};

struct Coord {
	int32_t x, y, z;

	bool operator<(const Coord &other) const
	{
		return std::tie(x, y, z) < std::tie(other.x, other.y, other.z);
	}
};
} // namespace math

namespace tree
{
template <typename T, uint32_t Log2Dim> struct LeafNode {
	using ValueType = T;
};

template <typename Child, uint32_t Log2Dim> struct InternalNode {
	using ValueType = typename Child::ValueType;
};

template <typename Child> struct RootNode {
	using ValueType = typename Child::ValueType;
};

template <typename Root> struct Tree {
	using ValueType = typename Root::ValueType;
	std::map<math::Coord, ValueType> voxels;
};
} // namespace tree

template <typename TreeType> struct Grid {
	using Ptr = std::shared_ptr<Grid>;
	TreeType tree;
	float voxel_size = 1;

	math::Coord at(float x, float y, float z) const
	{
		return {index(x), index(y), index(z)};
	}

	int32_t index(float world) const
	{
		return (int32_t)std::floor(world / voxel_size);
	}
};

template <typename T>
using TreeOf = tree::Tree<
	tree::RootNode<tree::InternalNode<tree::InternalNode<tree::LeafNode<T, 3>, 4>, 5>>>;
using FloatGrid = Grid<TreeOf<float>>;
using Vec3SGrid = Grid<TreeOf<math::Vec3f>>;
} // namespace v10_0
} // namespace openvdb

#endif
