/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of kernels over OpenVDB's grids share. One inclusion a program. */
#ifndef OPENVDB10_TESTING_H
#define OPENVDB10_TESTING_H

#include "plugins/parallel/openvdb10/settings.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <list>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "plugins/parallel/openvdb10/layouts.h"

extern "C" {
#include "tests/unit/cmocka_all.h"
}

Settings settings;

static std::mt19937 engine;
static int declined_calls; /* Those that `next` was called for. */

static float random_between(float low, float high)
{
	return std::uniform_real_distribution<float>(low, high)(engine);
}

static bool same_bits(float one, float other)
{
	return std::memcmp(&one, &other, sizeof(one)) == 0;
}

static inline void assert_same(const Grid &expected, const Grid &found)
{
	assert_true(expected.tree().hasSameTopology(found.tree()));
	for (auto at = expected.cbeginValueAll(); at; ++at)
		assert_true(same_bits(*at, found.tree().getValue(at.getCoord())));
}

static inline GridPtr random_grid(int edge, float density)
{
	GridPtr grid = Grid::create(0.5f);

	for (int x = -2; x < edge; x++)
		for (int y = -3; y < edge; y++)
			for (int z = 0; z < edge; z++)
				if (random_between(0, 1) < density)
					grid->tree().setValueOn(openvdb::Coord(x, y, z),
								random_between(-5, 5));
	return grid;
}

static inline std::vector<Point> random_points(int count, float low, float high, bool lattice)
{
	std::vector<Point> points;

	for (int n = 0; n < count; n++) {
		Point at = {random_between(low, high), random_between(low, high),
			    random_between(low, high)};

		points.push_back(lattice ? Point{std::floor(at.x), std::floor(at.y), 1.0f} : at);
	}
	return points;
}

static inline std::vector<float> random_values(size_t count)
{
	std::vector<float> values;

	for (size_t n = 0; n < count; n++)
		values.push_back(random_between(-5, 5));
	return values;
}

static inline GridPtr scaled_grid(double voxel)
{
	GridPtr grid = Grid::create(0.25f);

	grid->setTransform(openvdb::math::Transform::createLinearTransform(voxel));
	return grid;
}

static int begin_test(void **level)
{
	settings.kernels = static_cast<const struct parallel_fused *>(*level);
	engine.seed(1);
	declined_calls = 0;
	settings.served = settings.declined = [] {};
	return 0;
}

using Tests = std::vector<std::pair<const char *, CMUnitTestFunction>>;

/* Every test at every level that the CPU has. Two threads, however few there is to do. */
static int run_at_levels(const char *program, const Tests &tests)
{
	const std::pair<const char *, const struct parallel_fused *> levels[] = {
		{"avx2", &parallel_avx2_fused}, {"avx512", &parallel_avx512_fused}};
	const int count = parallel_level(PARALLEL_AVX512) ? 2 : 1;
	std::list<std::string> names;
	std::vector<CMUnitTest> all;

#ifdef __SANITIZE_THREAD__
	/* OpenVDB and TBB are not built with it, and what they order it does not see. */
	std::puts("1..0 # SKIP not under ThreadSanitizer");
	return 0;
#endif
	if (!parallel_level(PARALLEL_AVX2))
		return 77; /* The CPU has no fused multiply-add. */
	settings.threshold = 0;
	pool_configure(2, 0);
	for (int n = 0; n < count; n++)
		for (auto [name, test] : tests) {
			names.push_back(std::string(name) + " (" + levels[n].first + ")");
			all.push_back({names.back().c_str(), test, begin_test, nullptr,
				       const_cast<struct parallel_fused *>(levels[n].second)});
		}
	return _cmocka_run_group_tests(program, all.data(), all.size(), nullptr, nullptr);
}

#endif
