/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel` over OpenVDB's grids: assess and movingAverage, against the same in
 * sequence: every bit. */
#include "plugins/parallel/openvdb10/moving.h"
#include "plugins/parallel/openvdb10/quality.h"
#include "tests/unit/openvdb10_testing.h"

#include <algorithm>
#include <cmath>

using openvdb::Coord;
using openvdb::CoordBBox;

/* ---- What the originals compute. ---- */

static std::vector<float> means_of(const std::vector<float> &values, int window)
{
	const int count = values.size(), half = window / 2;
	std::vector<float> means;

	for (int at = 0; at < count; at++) {
		const int from = std::max(0, at - half), to = std::min(count - 1, at + half);
		float sum = 0.0f;

		for (int n = from; n <= to; n++)
			sum += values[n];
		means.push_back(sum / float(to - from + 1));
	}
	return means;
}

/* Of the first whole eights products are rounded, of the rest sums alone. */
static float sum_of_products(const std::vector<float> &a, const std::vector<float> &b)
{
	float sum = 0.0f;

	for (size_t n = 0; n < a.size(); n++)
		sum = n < a.size() / 8 * 8 ? sum + a[n] * b[n] : std::fma(a[n], b[n], sum);
	return sum;
}

static std::vector<float> less_mean(std::vector<float> values, float &mean)
{
	mean = 0.0f;
	for (float value : values)
		mean += value;
	mean /= float(values.size());
	for (float &value : values)
		value -= mean;
	return values;
}

static std::vector<float> by_largest(std::vector<float> values)
{
	const float most = *std::max_element(values.begin(), values.end());

	for (float &value : values)
		value /= most;
	return values;
}

static float accuracy_of(const std::vector<float> &x, const std::vector<float> &y)
{
	float mean;
	const auto dx = less_mean(x, mean), dy = less_mean(y, mean);
	const float scale = std::sqrt(sum_of_products(dx, dx) * sum_of_products(dy, dy));

	return scale < 1e-10f ? 0.0f : std::min(1.0f, std::fabs(sum_of_products(dx, dy) / scale));
}

static float consistency_of(const std::vector<float> &x, const std::vector<float> &y)
{
	std::vector<float> away = by_largest(x), other = by_largest(y);

	for (size_t n = 0; n < away.size(); n++)
		away[n] -= other[n];
	return std::max(0.0f, 1.0f - std::sqrt(sum_of_products(away, away) / float(x.size())));
}

static bool valid(float value)
{
	return std::isfinite(value) && std::fabs(value) > 1e-10f;
}

/* Of sources that have some voxels in common with the fused grid. */
static QualityResult quality_of(const Grid &fused, const NamedGrids &sources, Weights weights)
{
	const float count = sources.size(), covered = float(fused.activeVoxelCount()) /
						      float(fused.evalActiveVoxelBoundingBox().volume());
	std::vector<float> residuals;
	QualityResult result = {};
	float mean;

	for (const auto &[name, source] : sources) {
		std::vector<float> x, y;
		float value;

		for (auto at = fused.cbeginValueOn(); at; ++at)
			if (source->tree().probeValue(at.getCoord(), value) && valid(value) &&
			    valid(*at)) {
				x.push_back(*at);
				y.push_back(value);
				residuals.push_back((weights.count(name) ? weights[name] : 1.0f) *
						    std::fabs(*at - value));
			}
		result.accuracies[name] = accuracy_of(x, y);
		result.figures[0] += result.accuracies[name];
		result.figures[1] += consistency_of(x, y);
	}
	result.figures[0] /= count;
	result.figures[1] /= count;
	result.figures[2] = result.figures[4] = covered;
	result.figures[3] = std::fma(0.3f, covered,
				     0.4f * result.figures[0] + 0.3f * result.figures[1]);
	const auto away = less_mean(residuals, mean);
	result.residuals = {mean, *std::max_element(residuals.begin(), residuals.end()),
			    std::sqrt(sum_of_products(away, away) / float(residuals.size()))};
	result.has_residuals = true;
	return result;
}

/* ---- Cases. ---- */

static void assert_same_floats(const float *expected, const float *found, size_t count)
{
	for (size_t n = 0; n < count; n++)
		assert_true(same_bits(expected[n], found[n]));
}

static void assert_same_quality(const QualityResult &expected, const QualityResult &found)
{
	assert_same_floats(expected.figures.data(), found.figures.data(), 5);
	assert_same_floats(expected.residuals.data(), found.residuals.data(), 3);
	assert_int_equal(expected.has_residuals, found.has_residuals);
	assert_true(expected.accuracies == found.accuracies);
}

static QualityResult decline_assess(void *, const GridPtr &, const NamedGrids &, const Weights &)
{
	declined_calls++;
	return {};
}

static std::vector<float> decline_average(void *, const std::vector<float> &, int)
{
	declined_calls++;
	return {};
}

static void averages_have_the_originals_bits(void **)
{
	for (int count : {1, 2, 7, 64, 300, 9000})
		for (int window : {1, 2, 3, 4, 9, 50, 299, 1000}) {
			std::vector<float> values, found, expected;

			for (int n = 0; n < count; n++)
				values.push_back(random_between(-5, 5));
			found = moving_average(nullptr, values, window);
			expected = means_of(values, window);
			assert_int_equal(found.size(), count);
			assert_same_floats(expected.data(), found.data(), count);
		}
	assert_int_equal(declined_calls, 0);
}

static void averages_without_a_window_are_left_to_the_next(void **)
{
	moving_average(nullptr, {1.0f, 2.0f}, 0);
	moving_average(nullptr, {1.0f, 2.0f}, -3);
	moving_average(nullptr, {}, 3);
	assert_int_equal(declined_calls, 3);
}

static void quality_has_the_originals_bits(void **)
{
	for (int round = 0; round < 20; round++) {
		GridPtr fused = random_grid(9, 0.6f), near = fused->deepCopy();
		NamedGrids sources = {{"far", random_grid(7, 0.4f)},
				      {"near", near},
				      {"same", fused},
				      {"sparse", random_grid(12, 0.1f)}};
		const float odd[] = {NAN, INFINITY, -INFINITY, 0.0f, 1e-10f, 1.1e-10f};
		auto at = fused->beginValueOn();

		for (auto value = near->beginValueOn(); value; ++value)
			value.setValue(*value * random_between(1.0f, 1.3f));
		for (float value : odd) {
			at.setValue(value);
			++at;
		}
		assert_same_quality(quality_of(*fused, sources, {}),
				    assess(nullptr, fused, sources, {}));
		const Weights weights = {{"far", 2.5f}, {"same", -1.0f}, {"none", 3.0f}};
		assert_same_quality(quality_of(*fused, sources, weights),
				    assess(nullptr, fused, sources, weights));
	}
	assert_int_equal(declined_calls, 0);
}

static GridPtr row(const std::vector<float> &values)
{
	GridPtr grid = Grid::create(0.0f);

	for (size_t n = 0; n < values.size(); n++)
		grid->tree().setValueOn(Coord(0, 0, n), values[n]);
	return grid;
}

/* Figures as the original has them, which are no formula's. */
static void quality_of_little_is_the_originals(void **)
{
	const GridPtr fused = row({3, 4, 5, 1}), falling = row({-1, -2, -3});
	QualityResult found = assess(nullptr, row({3}), {{"a", row({-4})}}, {});

	assert_true(found.accuracies["a"] == 1.0f && found.figures[1] == 1.0f);
	assert_true(found.residuals[0] == 7.0f && found.residuals[2] == 0.0f);
	found = assess(nullptr, falling, {{"a", falling}}, {});
	assert_true(found.figures[0] == 1.0f && found.figures[1] == 0.0f);
	found = assess(nullptr, row({3, 3}), {{"a", row({4, 4})}}, {});
	assert_true(found.figures[0] == 0.0f && found.figures[1] == 1.0f);
	/* Sums of squares are infinite, and their ratio NaN. */
	found = assess(nullptr, row({3e30f, 1e30f}), {{"a", row({1e30f, 3e30f})}}, {});
	assert_true(found.accuracies["a"] == 1.0f);
	found = assess(nullptr, fused,
		       {{"a", nullptr}, {"b", row({1, 2, 4, 2})}, {"c", Grid::create(2.0f)}}, {});
	assert_true(found.accuracies["a"] == 0.0f && found.accuracies["c"] == 0.0f);
	assert_true(found.figures[0] == found.accuracies["b"] / 3.0f);
	assert_true(found.figures[1] == 0.725000024f / 2.0f);
	found = assess(nullptr, fused, {}, {});
	assert_true(found.figures[0] == 0.0f && found.figures[4] == 1.0f && !found.has_residuals);
	found = assess(nullptr, Grid::create(0.0f), {{"a", fused}}, {});
	assert_true(found.figures[3] == 0.0f && found.accuracies["a"] == 0.0f);
	assert_int_equal(declined_calls, 0);
}

static void quality_of_tiles_is_left_to_the_next(void **)
{
	GridPtr tiles = Grid::create(0.0f), leaves = random_grid(9, 0.5f);

	tiles->fill(CoordBBox(Coord(0), Coord(15)), 2.0f, true);
	assess(nullptr, nullptr, {{"a", leaves}}, {});
	assess(nullptr, tiles, {{"a", leaves}}, {});
	assess(nullptr, leaves, {{"a", tiles}}, {});
	assess(nullptr, leaves, {{"a", leaves}}, {{"a", NAN}});
	assert_int_equal(declined_calls, 4);
}

int main()
{
	assess_next = decline_assess;
	moving_average_next = decline_average;
	return run_at_levels(
		"parallel_openvdb10_signals",
		{{"averages_have_the_originals_bits", averages_have_the_originals_bits},
		 {"averages_without_a_window_are_left_to_the_next",
		  averages_without_a_window_are_left_to_the_next},
		 {"quality_has_the_originals_bits", quality_has_the_originals_bits},
		 {"quality_of_little_is_the_originals", quality_of_little_is_the_originals},
		 {"quality_of_tiles_is_left_to_the_next", quality_of_tiles_is_left_to_the_next}});
}
