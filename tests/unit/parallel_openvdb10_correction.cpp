/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel` over OpenVDB's grids: median, bilateral, distortions, against the same in
 * sequence: every bit. */
#include "plugins/parallel/openvdb10/distortions.h"
#include "plugins/parallel/openvdb10/filter.h"
#include "tests/unit/openvdb10_testing.h"

#include <algorithm>
#include <cmath>

using openvdb::Coord;
using openvdb::CoordBBox;
using openvdb::Vec3d;
using openvdb::math::Transform;

/* ---- What the originals compute. ---- */

/* `visit` gets the offset and value of every active voxel up to so far along each axis. */
template <typename Visit>
static void for_neighbours(const Grid &grid, const Coord &at, int radius, Visit visit)
{
	float value;

	for (int x = -radius; x <= radius; x++)
		for (int y = -radius; y <= radius; y++)
			for (int z = -radius; z <= radius; z++)
				if (grid.tree().probeValue(at.offsetBy(x, y, z), value))
					visit(Coord(x, y, z), value);
}

static GridPtr median_of(const Grid &grid, int size)
{
	GridPtr result = Grid::create(0.0f);

	for (auto at = grid.cbeginValueOn(); at; ++at) {
		std::vector<float> values;

		for_neighbours(grid, at.getCoord(), size / 2,
			       [&](const Coord &, float value) { values.push_back(value); });
		std::sort(values.begin(), values.end());
		const size_t half = values.size() / 2;
		result->tree().setValueOn(
			at.getCoord(),
			values.size() % 2 ? values[half] : (values[half - 1] + values[half]) / 2);
	}
	return result;
}

static GridPtr bilateral_of(const Grid &grid, float sigma, float range)
{
	GridPtr result = Grid::create(0.0f);

	for (auto at = grid.cbeginValueOn(); at; ++at) {
		float sum = 0.0f, total = 0.0f;

		for_neighbours(
			grid, at.getCoord(), int(3.0f * sigma), [&](const Coord &to, float value) {
				float d = std::sqrt(to.asVec3s().lengthSqr()), e = value - *at;
				float weight = std::exp(-0.5f * d * d / (sigma * sigma));

				weight *= std::exp(-0.5f * e * e / (range * range));
				sum = std::fma(weight, value, sum);
				total += weight;
			});
		result->tree().setValueOn(at.getCoord(), sum / total);
	}
	return result;
}

static Point nearest_vector(const DistortionMap &map, const Point &from)
{
	float least = INFINITY;
	Point vector = {};

	for (size_t n = 0; n < map.references.size(); n++) {
		const Point &to = map.references[n];
		float x = from.x - to.x, y = from.y - to.y, z = from.z - to.z;
		float squared = std::fma(z, z, std::fma(x, x, y * y));

		if (squared < least) {
			least = squared;
			vector = map.vectors[n];
		}
	}
	return vector;
}

static GridPtr corrected(const Grid &grid, const DistortionMap &map)
{
	GridPtr result = Grid::create(0.0f);

	for (auto at = grid.cbeginValueOn(); at; ++at) {
		const Vec3d world = grid.indexToWorld(at.getCoord());
		const Point from = {float(world.x()), float(world.y()), float(world.z())};
		const Point by = nearest_vector(map, from);
		const Vec3d to(from.x + by.x, from.y + by.y, from.z + by.z);

		result->tree().setValueOn(Coord::round(grid.worldToIndex(to)), *at);
	}
	return result;
}

/* ---- Cases. ---- */

static GridPtr decline_median(void *, const GridPtr &, int)
{
	declined_calls++;
	return nullptr;
}

static GridPtr decline_bilateral(void *, const GridPtr &, float, float)
{
	declined_calls++;
	return nullptr;
}

static GridPtr decline_distortions(void *, const GridPtr &, const DistortionMap &)
{
	declined_calls++;
	return nullptr;
}

/* Far from all else, so that its leaf has a few voxels. */
static GridPtr with_lonely_voxels(GridPtr grid)
{
	grid->tree().setValueOn(Coord(1000, -1000, 7), 2.0f);
	grid->tree().setValueOn(Coord(1001, -1001, 8), -1.0f);
	grid->tree().touchLeaf(Coord(80, 0, 0));
	return grid;
}

static GridPtr rounded(GridPtr grid)
{
	for (auto at = grid->beginValueOn(); at; ++at)
		at.setValue(std::floor(*at) + 0.0f);
	return grid;
}

static void medians_are_the_originals(void **)
{
	for (int size : {2, 3, 4, 5, 9})
		for (float density : {0.02f, 0.5f, 1.0f}) {
			GridPtr grid = with_lonely_voxels(random_grid(11, density));

			assert_same(*median_of(*grid, size), *filter_median(nullptr, grid, size));
			grid = rounded(grid); /* Many are equal. */
			assert_same(*median_of(*grid, size), *filter_median(nullptr, grid, size));
		}
	assert_int_equal(declined_calls, 0);
}

static void bilateral_sums_are_the_originals(void **)
{
	for (float sigma : {0.4f, 1.0f, 1.4f})
		for (float range : {0.001f, 0.1f, 2.0f, 100.0f})
			for (float density : {0.02f, 0.5f, 1.0f}) {
				GridPtr grid = with_lonely_voxels(random_grid(9, density));

				assert_same(*bilateral_of(*grid, sigma, range),
					    *filter_bilateral(nullptr, grid, sigma, range));
			}
	assert_int_equal(declined_calls, 0);
}

static DistortionMap random_map(int count, float scale, bool lattice)
{
	DistortionMap map;

	for (int n = 0; n < count; n++) {
		Point at = {random_between(-4, 12), random_between(-4, 12), random_between(-4, 12)};

		if (lattice)
			at = {std::floor(at.x), std::floor(at.y), 0.5f};
		map.references.push_back({at.x * scale, at.y * scale, at.z * scale});
		map.vectors.push_back({random_between(-3, 3) * scale, scale * (n % 5 - 2) / 2,
				       random_between(-1, 1) * scale});
	}
	return map;
}

static void voxels_move_as_the_first_of_the_nearest_references(void **)
{
	for (int count : {1, 2, 30, 900})
		for (bool lattice : {false, true})
			for (double size : {1.0, 0.3}) {
				GridPtr grid = with_lonely_voxels(random_grid(12, 0.5f));
				Transform::Ptr place = Transform::createLinearTransform(size);

				if (count == 30)
					place->postTranslate(Vec3d(0.1, -0.2, 0.7));
				if (count == 2)
					place->preRotate(0.3);
				grid->setTransform(place);
				DistortionMap map = random_map(count, size, lattice);
				assert_same(*corrected(*grid, map),
					    *correct_distortions(nullptr, grid, map));
			}
	assert_int_equal(declined_calls, 0);
}

/* Rounding alone decides which one is nearest. */
static void nearly_equal_distances_are_compared_in_float(void **)
{
	for (int round = 0; round < 200; round++) {
		GridPtr grid = Grid::create(0.0f);
		const Coord at(engine() % 200, engine() % 200, engine() % 200);
		DistortionMap map;

		grid->tree().setValueOn(at, 1.0f);
		for (int n = 0; n < 20; n++) {
			Vec3d to(random_between(-1, 1), random_between(-1, 1),
				 random_between(-1, 1));

			to = at.asVec3d() + to.unit() * 7.0;
			map.references.push_back({float(to.x()), float(to.y()), float(to.z())});
			map.vectors.push_back({float(n), 0, 0});
		}
		assert_same(*corrected(*grid, map), *correct_distortions(nullptr, grid, map));
	}
}

static void what_is_odd_is_left_to_the_next(void **)
{
	GridPtr grid = random_grid(5, 1.0f), tiles = random_grid(5, 1.0f),
		nan = random_grid(5, 1.0f);
	const DistortionMap one = {{{1, 0, 0}}, {{0, 0, 0}}, ""};

	tiles->fill(CoordBBox(Coord(64), Coord(71)), 1.0f, true);
	nan->tree().setValueOn(Coord(0), NAN);
	for (int size : {-5, -1, 0, 1, 51})
		assert_true(!filter_median(nullptr, grid, size));
	for (float sigma : {-1.0f, 0.0f, 0.3f, 9.0f, NAN})
		assert_true(!filter_bilateral(nullptr, grid, sigma, 1.0f));
	for (float range : {0.0f, 1e-30f, 1e30f, NAN})
		assert_true(!filter_bilateral(nullptr, grid, 1.0f, range));
	assert_int_equal(declined_calls, 14);
	for (const GridPtr &other : {GridPtr(), tiles, nan}) {
		assert_true(!filter_median(nullptr, other, 3));
		assert_true(!filter_bilateral(nullptr, other, 1.0f, 1.0f));
	}
	assert_true(!correct_distortions(nullptr, nullptr, one));
	assert_true(!correct_distortions(nullptr, tiles, one));
	assert_int_equal(declined_calls, 22);
	nan->tree().setValueOn(Coord(0), -0.0f);
	assert_true(!filter_median(nullptr, nan, 3));
	for (const DistortionMap &map :
	     {DistortionMap{}, DistortionMap{{{1, 0, 0}}, {}, ""},
	      DistortionMap{{{NAN, 0, 0}}, {{0, 0, 0}}, ""},
	      DistortionMap{{{0, 0, 0}}, {{0, INFINITY, 0}}, ""},
	      DistortionMap{{{0, 0, 9.9e8f}, {0, 0, 1e10f}}, {{0, 0, 0}, {0, 0, 0}}, ""}})
		assert_true(!correct_distortions(nullptr, grid, map));
	assert_int_equal(declined_calls, 28);
	grid->setTransform(Transform::createLinearTransform(1e-3));
	assert_true(!correct_distortions(nullptr, grid, {{{0, 2e6f, 0}}, {{0, 0, 0}}, ""}));
	assert_int_equal(declined_calls, 29);
}

int main()
{
	filter_median_next = decline_median;
	filter_bilateral_next = decline_bilateral;
	correct_distortions_next = decline_distortions;
	return run_at_levels(
		"parallel_openvdb10_correction",
		{{"medians_are_the_originals", medians_are_the_originals},
		 {"bilateral_sums_are_the_originals", bilateral_sums_are_the_originals},
		 {"voxels_move_as_the_first_of_the_nearest_references",
		  voxels_move_as_the_first_of_the_nearest_references},
		 {"nearly_equal_distances_are_compared_in_float",
		  nearly_equal_distances_are_compared_in_float},
		 {"what_is_odd_is_left_to_the_next", what_is_odd_is_left_to_the_next}});
}
