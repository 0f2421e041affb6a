/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel` over OpenVDB's grids: nearest and linear, against the same in sequence:
 * every bit. */
#include "plugins/parallel/openvdb10/map.h"
#include "tests/unit/openvdb10_testing.h"

#include <cmath>

using openvdb::Coord;
using openvdb::CoordBBox;
using openvdb::Vec3d;

/* ---- What the originals compute. ---- */

static void nearest_of(Grid &grid, const std::vector<Point> &points,
		       const std::vector<float> &values)
{
	for (size_t n = 0; n < points.size(); n++)
		grid.tree().setValue(Coord::floor(grid.worldToIndex(
					     Vec3d(points[n].x, points[n].y, points[n].z))),
				     values[n]);
}

static void linear_of(Grid &grid, const std::vector<Point> &points,
		      const std::vector<float> &values)
{
	for (size_t n = 0; n < points.size(); n++) {
		const Vec3d at = grid.worldToIndex(Vec3d(points[n].x, points[n].y, points[n].z));
		const Coord below = Coord::floor(at);

		for (int a = 0; a < 2; a++)
			for (int b = 0; b < 2; b++)
				for (int c = 0; c < 2; c++) {
					const Coord voxel = below.offsetBy(a, b, c);
					const float x = at.x() - below.x(), y = at.y() - below.y(),
						    z = at.z() - below.z();
					const float part =
						values[n] * (a ? x : 1.0f - x) * (b ? y : 1.0f - y);

					grid.tree().setValue(voxel,
							     std::fma(part, c ? z : 1.0f - z,
								      grid.tree().getValue(voxel)));
				}
	}
}

/* ---- Cases. ---- */

/* With nothing, inactive values, tiles, inactive tiles, turned, moved, unlike scales, values. */
static Grids various_grids()
{
	Grids grids = {scaled_grid(0.7), scaled_grid(1.0), scaled_grid(1.0),
		       scaled_grid(0.5), scaled_grid(2.0), scaled_grid(0.3),
		       scaled_grid(1.0), scaled_grid(1.0), random_grid(9, 0.5f)};

	grids[1]->tree().setValueOff(Coord(1, 2, 3), 7.0f);
	grids[1]->tree().setValueOn(Coord(0, 0, 0), 3.0f);
	grids[2]->fill(CoordBBox(Coord(0), Coord(15)), 2.0f, true);
	grids[3]->fill(CoordBBox(Coord(-8), Coord(7)), 2.0f, false);
	grids[4]->transform().preRotate(0.3);
	grids[5]->setTransform(std::make_shared<openvdb::math::Transform>(
		std::make_shared<openvdb::math::UniformScaleTranslateMap>(0.3,
									  Vec3d(0.1, -7.3, 1e3))));
	grids[6]->transform().preScale(Vec3d(0.3, 1.7, 1.1));
	grids[7]->transform().preScale(Vec3d(0.7, 1.1, 2.3));
	grids[7]->transform().postTranslate(Vec3d(-3.3, 0.1, 5.7));
	return grids;
}

using Expected = void(Grid &grid, const std::vector<Point> &points,
		      const std::vector<float> &values);

static void compare_on(const Grid &grid, const std::vector<Point> &points,
		       const std::vector<float> &values, Map *map, Expected *expected)
{
	GridPtr found = grid.deepCopy(), copy = grid.deepCopy();

	map(nullptr, found, points, values);
	expected(*copy, points, values);
	assert_same(*copy, *found);
	assert_int_equal(copy->tree().leafCount(), found->tree().leafCount());
	assert_int_equal(copy->tree().activeTileCount(), found->tree().activeTileCount());
	assert_int_equal(declined_calls, 0);
}

static void compare_on_various(Map *map, Expected *expected)
{
	for (int count : {0, 1, 9, 500})
		for (bool lattice : {false, true})
			for (const GridPtr &grid : various_grids()) {
				auto points = random_points(count, -9, 9, lattice);
				auto values = random_values(count);

				if (count == 9)
					values[3] = 0.0f;
				compare_on(*grid, points, values, map, expected);
			}
}

static void nearest_gives_the_originals_bits(void **)
{
	compare_on_various(map_nearest, nearest_of);
}

static void linear_gives_the_originals_bits(void **)
{
	compare_on_various(map_linear, linear_of);
}

/* Leaves that a call meets in turn, more than it expects, which is by one point in 64. */
static void far_leaves_keep_their_values(void **)
{
	const int apart[] = {8, 64, 512, 4096, 40000};
	std::vector<Point> points;

	for (int n = 0; n < 900; n++) {
		Point at = random_points(1, -9, 9, false)[0];

		if (n % 64)
			(n & 1 ? at.x : n & 2 ? at.y : at.z) += apart[n / 3 % 5];
		points.push_back(at);
	}
	for (const GridPtr &grid : various_grids()) {
		compare_on(*grid, points, random_values(900), map_nearest, nearest_of);
		compare_on(*grid, points, random_values(900), map_linear, linear_of);
	}
}

static void clusters_get_the_originals_bits(void **)
{
	std::vector<Point> points;

	for (int cluster = 0; cluster < 12; cluster++) {
		const float x = random_between(-2000, 2000), y = random_between(-50, 50);

		for (int n = 0; n < 50; n++) {
			const Point at = random_points(1, -2, 2, false)[0];

			points.push_back({x + at.x, y + at.y, at.z});
		}
	}
	compare_on(*scaled_grid(0.7), points, random_values(600), map_nearest, nearest_of);
	compare_on(*scaled_grid(0.7), points, random_values(600), map_linear, linear_of);
}

/* What is no number, or none that 32 bits hold, lands where a conversion puts it. */
static void odd_coordinates_are_served(void **)
{
	const float odd[] = {NAN, INFINITY, -INFINITY, 3e9f, -3e9f, 1e30f, -0.0f, -1e-30f};

	for (float one : odd)
		for (int at : {0, 5, 69}) {
			auto points = random_points(70, -9, 9, false);

			(at == 5 ? points[at].z : points[at].x) = one;
			compare_on(*scaled_grid(1.0), points, random_values(70), map_nearest,
				   nearest_of);
			compare_on(*scaled_grid(1.0), points, random_values(70), map_linear,
				   linear_of);
		}
}

/* A tile that has the value already stays one. */
static void what_changes_nothing_leaves_tiles(void **)
{
	GridPtr grid = various_grids()[2], before = grid->deepCopy();

	map_nearest(nullptr, grid, {{4.5f, 4.5f, 4.5f}}, {2.0f});
	map_linear(nullptr, grid, {{4.5f, 4.5f, 4.5f}}, {0.0f});
	assert_int_equal(declined_calls, 0);
	assert_same(*before, *grid);
}

static void what_is_not_served_is_left_to_the_next(void **)
{
	GridPtr grid = scaled_grid(1.0), before = grid->deepCopy();

	for (Map *map : {map_nearest, map_linear}) {
		map(nullptr, grid, {{0, 0, 0}}, {1.0f, 2.0f});
		map(nullptr, nullptr, {{0, 0, 0}}, {1.0f});
	}
	assert_int_equal(declined_calls, 4);
	assert_same(*before, *grid);
}

static void decline_map(const void *, const GridPtr &, const std::vector<Point> &,
			const std::vector<float> &)
{
	declined_calls++;
}

int main()
{
	map_nearest_next = map_linear_next = decline_map;
	return run_at_levels(
		"parallel_openvdb10_points",
		{{"nearest_gives_the_originals_bits", nearest_gives_the_originals_bits},
		 {"linear_gives_the_originals_bits", linear_gives_the_originals_bits},
		 {"far_leaves_keep_their_values", far_leaves_keep_their_values},
		 {"clusters_get_the_originals_bits", clusters_get_the_originals_bits},
		 {"odd_coordinates_are_served", odd_coordinates_are_served},
		 {"what_changes_nothing_leaves_tiles", what_changes_nothing_leaves_tiles},
		 {"what_is_not_served_is_left_to_the_next",
		  what_is_not_served_is_left_to_the_next}});
}
