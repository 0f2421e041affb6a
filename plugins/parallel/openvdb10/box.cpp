/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of voxels: where they lie in the world, and how dense values get into a grid. */
#include "plugins/parallel/openvdb10/box.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using openvdb::Coord;
using openvdb::CoordBBox;
using openvdb::Vec3d;

#define FAR 1e9 /* Indices beyond are not served. */

bool aligned(const Grid &grid)
{
	static const char *const types[] = {"ScaleMap", "ScaleTranslateMap", "TranslationMap",
					    "UniformScaleMap", "UniformScaleTranslateMap"};
	const openvdb::Name type = grid.transform().mapType();

	return std::any_of(std::begin(types), std::end(types),
			   [&](const char *one) { return type == one; });
}

static bool near(const Vec3d &index)
{
	return std::fabs(index.x()) < FAR && std::fabs(index.y()) < FAR &&
	       std::fabs(index.z()) < FAR;
}

/* The margin is that of the x axis on all axes, in float, as the original has it. */
bool box_of_points(const Grid &grid, const std::vector<Point> &points, CoordBBox &box)
{
	const float margin = static_cast<float>(2.0 * grid.voxelSize().x());
	Point low = points.front(), high = low;
	Vec3d from, to;

	for (const Point &point : points) {
		low = {std::min(low.x, point.x), std::min(low.y, point.y),
		       std::min(low.z, point.z)};
		high = {std::max(high.x, point.x), std::max(high.y, point.y),
			std::max(high.z, point.z)};
	}
	from = grid.worldToIndex(Vec3d(low.x - margin, low.y - margin, low.z - margin));
	to = grid.worldToIndex(Vec3d(high.x + margin, high.y + margin, high.z + margin));
	if (!near(from) || !near(to))
		return false;
	box = CoordBBox(Coord::floor(from), Coord::ceil(to));
	return !box.empty();
}

Dense::Dense(const Grid &grid, const CoordBBox &box, float value)
    : box_(box), values_(box.volume(), value), placed_()
{
	const Coord size = box.dim();

	for (int axis = 0; axis < 3; axis++) {
		for (int n = 0; n < size[axis]; n++) {
			Vec3d index(0.0);

			index[axis] = box.min()[axis] + n;
			at_[axis].push_back(grid.indexToWorld(index)[axis]);
		}
		placed_.at[axis] = at_[axis].data();
	}
	placed_.grid.nx = size.x();
	placed_.grid.ny = size.y();
	placed_.grid.nz = size.z();
	placed_.grid.voxel_size = 1.0; /* Valid, and not looked at. */
	placed_.grid.values = values_.data();
}

const float *Dense::row(int x, int y) const
{
	const Coord size = box_.dim();
	size_t i = x - box_.min().x(), j = y - box_.min().y();

	return values_.data() + (i * size.y() + j) * size.z() - box_.min().z();
}

static bool same_bits(float value, const float *other)
{
	return other && std::memcmp(&value, other, sizeof(value)) == 0;
}

void Dense::write_leaf(Grid::TreeType &tree, const Coord &leaf, const float *except) const
{
	CoordBBox part = CoordBBox::createCube(leaf, Grid::TreeType::LeafNodeType::DIM);
	Grid::TreeType::LeafNodeType *node = nullptr;

	part.intersect(box_);
	for (int x = part.min().x(); x <= part.max().x(); x++)
		for (int y = part.min().y(); y <= part.max().y(); y++) {
			const float *values = row(x, y);

			for (int z = part.min().z(); z <= part.max().z(); z++) {
				if (same_bits(values[z], except))
					continue;
				if (!node)
					node = tree.touchLeaf(leaf);
				node->setValueOn(node->coordToOffset(Coord(x, y, z)), values[z]);
			}
		}
}

/* A tile stays a tile where it already has the value, so that each voxel goes down by itself. */
void Dense::write_voxels(Grid::TreeType &tree, const float *except) const
{
	openvdb::tree::ValueAccessor<Grid::TreeType> accessor(tree);

	for (auto at = box_.begin(); at; ++at) {
		float value = row((*at).x(), (*at).y())[(*at).z()];

		if (!same_bits(value, except))
			accessor.setValue(*at, value);
	}
}

void Dense::write(Grid &grid, const float *except) const
{
	const int edge = Grid::TreeType::LeafNodeType::DIM;
	const Coord low = box_.min() & ~(edge - 1);

	if (grid.tree().hasActiveTiles()) {
		write_voxels(grid.tree(), except);
		return;
	}
	for (int x = low.x(); x <= box_.max().x(); x += edge)
		for (int y = low.y(); y <= box_.max().y(); y += edge)
			for (int z = low.z(); z <= box_.max().z(); z += edge)
				write_leaf(grid.tree(), Coord(x, y, z), except);
}
