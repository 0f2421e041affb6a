/* SPDX-License-Identifier: Apache-2.0 */
/* Correction of distortions: voxels are moved as the nearest reference is. */
#include "plugins/parallel/openvdb10/distortions.h"
#include "plugins/parallel/openvdb10/leaves.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

using openvdb::Coord;
using openvdb::Vec3d;

CorrectDistortions *correct_distortions_next;

#define FAR 1e9          /* Indices and coordinates beyond are not served. */
#define LEAVES_KEPT 1024 /* So many leaves' targets at a time, 6 KB each. */
#define SLACK 1.00001    /* Float distances have relative errors of some 1e-7, */
#define LEAST 1e-15      /* and no more than that where squares underflow. */

/* References, a row an axis. */
struct Rows {
	std::vector<float> at[3];

	void add(float x, float y, float z)
	{
		at[0].push_back(x);
		at[1].push_back(y);
		at[2].push_back(z);
	}

	struct places places() const
	{
		return {{at[0].data(), at[1].data(), at[2].data()},
			static_cast<uint32_t>(at[0].size())};
	}
};

/* The active voxels of a leaf. */
struct Voxels {
	float at[3][LEAF_VOXELS] = {};
	uint32_t nearest[LEAF_VOXELS];
	uint32_t count = 0;
	Vec3d low{std::numeric_limits<double>::infinity()}, high{-low};

	void add(const Vec3d &place)
	{
		for (int axis = 0; axis < 3; axis++) {
			at[axis][count] = static_cast<float>(place[axis]);
			low[axis] = std::min<double>(low[axis], at[axis][count]);
			high[axis] = std::max<double>(high[axis], at[axis][count]);
		}
		count++;
	}
};

/*
 * The references that can be nearest to one of the voxels, in their order: those that are no
 * farther from the middle of the voxels' box than the nearest one and the box's diagonal.
 */
static Rows near_references(const struct places &all, const Voxels &voxels,
			    std::vector<uint32_t> &numbers)
{
	const Vec3d middle = (voxels.low + voxels.high) / 2.0;
	std::vector<double> away(all.count);
	Rows near;
	double most;

	for (uint32_t n = 0; n < all.count; n++)
		away[n] = (Vec3d(all.at[0][n], all.at[1][n], all.at[2][n]) - middle).length();
	most = *std::min_element(away.begin(), away.end()) + (voxels.high - voxels.low).length();
	most = most * SLACK + LEAST;
	for (uint32_t n = 0; n < all.count; n++)
		if (away[n] <= most) {
			near.add(all.at[0][n], all.at[1][n], all.at[2][n]);
			numbers.push_back(n);
		}
	return near;
}

static void find_nearest(const struct places &references, Voxels &voxels)
{
	const struct places from = {{voxels.at[0], voxels.at[1], voxels.at[2]}, voxels.count};
	std::vector<uint32_t> numbers;
	const Rows near = near_references(references, voxels, numbers);
	const struct places to = near.places();

	settings.kernels->places_nearest(&from, &to, voxels.nearest);
	for (uint32_t n = 0; n < voxels.count; n++)
		voxels.nearest[n] = numbers[voxels.nearest[n]];
}

static bool is_near(const Vec3d &place)
{
	return std::fabs(place.x()) < FAR && std::fabs(place.y()) < FAR &&
	       std::fabs(place.z()) < FAR;
}

/* Where a leaf's active voxels go, in their order. False if one goes too far, or comes from there.
 */
static bool targets_of(const Grid &grid, const Leaf &leaf, const struct places &references,
		       const std::vector<Point> &vectors, std::vector<Coord> &targets)
{
	Voxels voxels;

	for (auto at = leaf.cbeginValueOn(); at; ++at) {
		const Vec3d place = grid.indexToWorld(at.getCoord());

		if (!is_near(place))
			return false;
		voxels.add(place);
	}
	if (voxels.count == 0)
		return true;
	find_nearest(references, voxels);
	for (uint32_t n = 0; n < voxels.count; n++) {
		const Point &vector = vectors[voxels.nearest[n]];
		const Vec3d index = grid.worldToIndex(Vec3d(voxels.at[0][n] + vector.x,
							    voxels.at[1][n] + vector.y,
							    voxels.at[2][n] + vector.z));

		if (!is_near(index))
			return false;
		targets.push_back(Coord::round(index));
	}
	return true;
}

/* The tree's order of leaves and voxels is the original's: where two meet, the last one stays. */
static void put(const Leaf &leaf, const std::vector<Coord> &targets,
		openvdb::tree::ValueAccessor<Tree> &to)
{
	size_t n = 0;

	for (auto value = leaf.cbeginValueOn(); value; ++value)
		to.setValue(targets[n++], *value);
}

static GridPtr correct(const Grid &grid, const DistortionMap &map, double steps)
{
	GridPtr result = grid_like(grid);
	openvdb::tree::ValueAccessor<Tree> to(result->tree());
	std::vector<const Leaf *> leaves;
	std::atomic<bool> odd{false};
	Rows references;

	for (const Point &point : map.references)
		references.add(point.x, point.y, point.z);
	grid.tree().getNodes(leaves);
	for (size_t first = 0; first < leaves.size(); first += LEAVES_KEPT) {
		const size_t count = std::min<size_t>(leaves.size() - first, LEAVES_KEPT);
		std::vector<std::vector<Coord>> targets(count);

		for_numbers(count, steps * count / leaves.size(), [&](size_t n) {
			if (!targets_of(grid, *leaves[first + n], references.places(), map.vectors,
					targets[n]))
				odd = true;
		});
		if (odd)
			return nullptr;
		for (size_t n = 0; n < count; n++)
			put(*leaves[first + n], targets[n], to);
	}
	return result;
}

static bool all_near(const std::vector<Point> &points)
{
	return std::all_of(points.begin(), points.end(), [](const Point &point) {
		return is_near(Vec3d(point.x, point.y, point.z));
	});
}

GridPtr correct_distortions(void *self, const GridPtr &grid, const DistortionMap &map)
{
	const double voxels =
		grid ? LEAF_VOXELS * static_cast<double>(grid->tree().leafCount()) : 0;
	GridPtr result;

	served(voxels * map.references.size(), [&] {
		if (!map.references.empty() && map.references.size() == map.vectors.size() &&
		    map.references.size() < UINT32_MAX && all_near(map.references) &&
		    all_near(map.vectors) && leaves_only({grid}))
			result = correct(*grid, map, 20.0 * voxels);
		return result != nullptr;
	});
	return result ? result : correct_distortions_next(self, grid, map);
}
