/* SPDX-License-Identifier: Apache-2.0 */
/* Mappers that write a few voxels a point, in the points' order. */
#include "plugins/parallel/openvdb10/leaves.h"
#include "plugins/parallel/openvdb10/map.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <cmath>
#include <new>

using openvdb::Coord;
using openvdb::Vec3d;
using Accessor = openvdb::tree::ValueAccessor<Tree>;

Map *map_nearest_next, *map_linear_next;

/* Of about a nanosecond, a point. */
#define STEPS_NEAREST 30.0
#define STEPS_LINEAR 150.0

/* Without a grid, or with other counts, the next one says so. */
static bool points_there(const GridPtr &grid, const std::vector<Point> &points,
			 const std::vector<float> &values)
{
	return grid && points.size() == values.size();
}

static Vec3d index_of(const Grid &grid, const Point &point)
{
	return grid.worldToIndex(Vec3d(point.x, point.y, point.z));
}

void map_nearest(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		 const std::vector<float> &values)
{
	if (!served(STEPS_NEAREST * points.size(), [&] {
		    if (!points_there(grid, points, values))
			    return false;
		    Accessor accessor(grid->tree());

		    for (size_t n = 0; n < points.size(); n++)
			    accessor.setValue(Coord::floor(index_of(*grid, points[n])), values[n]);
		    return true;
	    }))
		map_nearest_next(mapper, grid, points, values);
}

/* A value's shares for the voxel below a point and its neighbours above, x slowest. */
struct Corners {
	Coord below;
	float part[4];  /* The value times what x and y give, */
	float along[2]; /* and that is shared along z. */

	Corners(const Vec3d &at, float value) : below(Coord::floor(at))
	{
		const Vec3d rest = at - below.asVec3d();
		const float x = rest.x(), y = rest.y(), z = rest.z();

		part[0] = value * (1.0f - x) * (1.0f - y);
		part[1] = value * (1.0f - x) * y;
		part[2] = value * x * (1.0f - y);
		part[3] = value * x * y;
		along[0] = 1.0f - z;
		along[1] = z;
	}

	/* Rounded once, as the original's sum is. */
	float added_to(float sum, int n) const
	{
		return std::fma(part[n >> 1], along[n & 1], sum);
	}

	Coord voxel(int n) const
	{
		return below.offsetBy(n >> 2, n >> 1 & 1, n & 1);
	}

	bool in_one_leaf() const
	{
		const int last = LEAF_EDGE - 1;

		return (below.x() & last) != last && (below.y() & last) != last &&
		       (below.z() & last) != last;
	}
};

/* setValue() leaves an active tile that has the value already as it is. */
static void add_by_voxel(Accessor &accessor, const Corners &corners)
{
	for (int n = 0; n < 8; n++) {
		const Coord voxel = corners.voxel(n);

		accessor.setValue(voxel, corners.added_to(accessor.getValue(voxel), n));
	}
}

static void add_by_leaf(Accessor &accessor, const Corners &corners)
{
	Leaf *leaf = accessor.touchLeaf(corners.below);
	const bool one = corners.in_one_leaf();

	for (int n = 0; n < 8; n++) {
		const Coord voxel = corners.voxel(n);

		if (!one)
			leaf = accessor.touchLeaf(voxel);
		const openvdb::Index at = Leaf::coordToOffset(voxel);

		leaf->setValueOn(at, corners.added_to(leaf->getValue(at), n));
	}
}

static void add_all(Grid &grid, const std::vector<Point> &points, const std::vector<float> &values)
{
	const bool tiles = grid.tree().hasActiveTiles();
	Accessor accessor(grid.tree());

	for (size_t n = 0; n < points.size(); n++) {
		const Corners corners(index_of(grid, points[n]), values[n]);

		if (tiles)
			add_by_voxel(accessor, corners);
		else
			add_by_leaf(accessor, corners);
	}
}

/* What has been added cannot be taken back, so without memory nothing is left to the next. */
void map_linear(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		const std::vector<float> &values)
{
	bool out_of_memory = false;
	const bool done = served(STEPS_LINEAR * points.size(), [&] {
		if (!points_there(grid, points, values))
			return false;
		try {
			add_all(*grid, points, values);
		} catch (const std::bad_alloc &) {
			out_of_memory = true;
		}
		return true;
	});

	if (out_of_memory)
		throw std::bad_alloc();
	if (!done)
		map_linear_next(mapper, grid, points, values);
}
