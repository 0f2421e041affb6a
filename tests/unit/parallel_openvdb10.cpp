/* SPDX-License-Identifier: Apache-2.0 */
/* The plugin `parallel` over OpenVDB's grids, against the same sums in sequence: every bit. */
#include "plugins/parallel/openvdb10/filter.h"
#include "plugins/parallel/openvdb10/fuse.h"
#include "plugins/parallel/openvdb10/map.h"
#include "plugins/parallel/openvdb10/trial.h"
#include "tests/unit/openvdb10_testing.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

using openvdb::Coord;
using openvdb::CoordBBox;
using openvdb::Vec3d;

/* ---- What the originals compute. ---- */

static bool contracted = true; /* They are built as they should be. */

template <typename Number> static Number product_and_sum(Number a, Number b, Number c)
{
	return contracted ? std::fma(a, b, c) : a * b + c;
}

static double squared(double x, double y, double z)
{
	return product_and_sum(z, z, product_and_sum(x, x, y * y));
}

static float idw_of(const IdwMapper &mapper, const Vec3d &at, const std::vector<Point> &points,
		    const std::vector<float> &values)
{
	size_t k = std::min<size_t>(mapper.k, points.size());
	std::vector<std::pair<double, size_t>> all;
	double sum = 0.0, weights = 0.0;

	for (size_t p = 0; p < points.size(); p++)
		all.emplace_back(
			squared(points[p].x - at.x(), points[p].y - at.y(), points[p].z - at.z()),
			p);
	std::partial_sort(all.begin(), all.begin() + k, all.end(),
			  [](auto &one, auto &other) { return one.first < other.first; });
	if (all[0].first < DBL_EPSILON)
		return values[all[0].second];
	for (size_t n = 0; n < k; n++) {
		double weight = 1.0 / std::pow(std::sqrt(all[n].first), double(mapper.power));

		sum += weight * values[all[n].second];
		weights += weight;
	}
	return float(sum / weights);
}

static bool kde_of(const KdeMapper &mapper, const Vec3d &at, const std::vector<Point> &points,
		   const std::vector<float> &values, float &mean)
{
	float sum = 0.0f, weights = 0.0f, h = mapper.bandwidth;

	for (size_t p = 0; p < points.size(); p++) {
		float x = points[p].x - at.x(), y = points[p].y - at.y(), z = points[p].z - at.z();
		float d2 = product_and_sum(z, z, product_and_sum(x, x, y * y));
		float d = std::sqrt(d2), u = d / h;
		float weight = std::exp(-0.5f * d * d / (h * h));

		if (mapper.kernel == "epanechnikov")
			weight = std::fabs(u) <= 1.0f ? 0.75f * product_and_sum(-u, u, 1.0f) : 0.0f;
		sum += values[p] * weight;
		weights += weight;
	}
	mean = sum / weights;
	return weights > 0.0f;
}

/* Of the grids that are active in a voxel, by ascending number. */
static GridPtr mean_of(const Grids &grids, const std::vector<float> &weights)
{
	GridPtr result = Grid::create(0.0f);

	for (const GridPtr &grid : grids)
		for (auto at = grid->cbeginValueOn(); at; ++at) {
			float sum = 0.0f, total = 0.0f;

			for (size_t n = 0; n < grids.size(); n++)
				if (grids[n]->tree().isValueOn(at.getCoord())) {
					float value = grids[n]->tree().getValue(at.getCoord());

					sum = product_and_sum(weights[n], value, sum);
					total += weights[n];
				}
			result->tree().setValueOn(at.getCoord(), sum / total);
		}
	return result;
}

static GridPtr gaussian_of(const Grid &grid, float sigma)
{
	GridPtr result = Grid::create(0.0f);
	int r = int(3.0f * sigma);

	for (auto at = grid.cbeginValueOn(); at; ++at) {
		float sum = 0.0f, total = 0.0f, value;

		for (int x = -r; x <= r; x++)
			for (int y = -r; y <= r; y++)
				for (int z = -r; z <= r; z++) {
					float d = std::sqrt(float(x * x + y * y + z * z));
					float weight = std::exp(-0.5f * d * d / (sigma * sigma));

					if (!grid.tree().probeValue(at.getCoord().offsetBy(x, y, z),
								    value))
						continue;
					sum = product_and_sum(weight, value, sum);
					total += weight;
				}
		result->tree().setValueOn(at.getCoord(), sum / total);
	}
	return result;
}

/* ---- Cases. ---- */

static GridPtr grid_with_box(double voxel)
{
	GridPtr grid = scaled_grid(voxel);

	grid->tree().setValueOn(Coord(-2, -1, 0), 1.0f);
	grid->tree().setValueOn(Coord(9, 8, 7), 1.0f);
	return grid;
}

static void decline_map(const void *, const GridPtr &, const std::vector<Point> &,
			const std::vector<float> &)
{
	declined_calls++;
}

static void idw_gives_the_originals_bits(void **)
{
	for (int count : {1, 2, 9, 60, 300})
		for (int k : {1, 4, 10, 20, 1000})
			for (float power : {2.0f, 3.0f, 0.5f}) {
				const IdwMapper mapper = {nullptr, power, k};
				auto points = random_points(count, 0, 6, k == 4);
				auto values = random_values(count);
				GridPtr found = grid_with_box(0.7), expected = found->deepCopy();
				CoordBBox box = found->evalActiveVoxelBoundingBox();

				map_idw(&mapper, found, points, values);
				for (auto at = box.begin(); at; ++at)
					expected->tree().setValueOn(
						*at, idw_of(mapper, expected->indexToWorld(*at),
							    points, values));
				assert_same(*expected, *found);
			}
	assert_int_equal(declined_calls, 0);
}

static void kde_gives_the_originals_bits(void **)
{
	for (int count : {1, 2, 60, 300})
		for (float h : {0.05f, 0.6f, 1.0f, 8.0f})
			for (const char *kernel : {"gaussian", "epanechnikov"}) {
				const KdeMapper mapper = {nullptr, h, kernel};
				auto points = random_points(count, 0, 6, count == 60);
				auto values = random_values(count);
				GridPtr found = grid_with_box(0.7), expected = found->deepCopy();
				CoordBBox box = found->evalActiveVoxelBoundingBox();
				float mean;

				map_kde(&mapper, found, points, values);
				for (auto at = box.begin(); at; ++at)
					if (kde_of(mapper, expected->indexToWorld(*at), points,
						   values, mean))
						expected->tree().setValueOn(*at, mean);
				assert_same(*expected, *found);
			}
	assert_int_equal(declined_calls, 0);
}

static void what_is_not_served_is_left_to_the_next(void **)
{
	const IdwMapper mapper = {nullptr, 2.0f, 10};
	std::vector<Point> points = {{0, 0, 0}};
	const KdeMapper smoother = {nullptr, 1.0f, "gaussian"};
	GridPtr grid = grid_with_box(1.0), before = grid->deepCopy();
	static int told;

	told = 0;
	settings.declined = [] { told++; };
	map_idw(&mapper, grid, points, {1.0f, 2.0f});
	map_idw(&mapper, grid, {}, {});
	map_idw(&mapper, grid, points, {NAN});
	map_idw(&mapper, nullptr, points, {1.0f});
	grid->transform().preRotate(0.3);
	map_idw(&mapper, grid, points, {1.0f});
	map_kde(&smoother, grid, points, {1.0f});
	map_kde(&smoother, Grid::create(), points, {1.0f});
	assert_int_equal(declined_calls, 7);
	assert_int_equal(told, declined_calls);
	assert_same(*before, *grid);
}

static void fusion_gives_the_originals_bits(void **)
{
	for (int round = 0; round < 10; round++) {
		Grids grids = {random_grid(12, 0.5f), random_grid(10, 1.0f), random_grid(20, 0.1f),
			       Grid::create(0.0f)};
		std::vector<float> ones(4, 1.0f), weights, shares;
		float sum = 0.0f;

		for (int n = 0; n < 4; n++) {
			weights.push_back(random_between(0.1f, 3));
			sum += weights.back();
		}
		for (float weight : weights)
			shares.push_back(weight / sum);
		assert_same(*mean_of(grids, ones), *fuse(nullptr, grids, "weighted_average"));
		assert_same(*mean_of(grids, shares), *fuse_weighted(nullptr, grids, weights));
	}
}

static void bins_weigh_grids_by_their_nearest_stamp(void **)
{
	Grids grids = {random_grid(9, 0.5f), random_grid(9, 0.7f)};
	std::vector<StampedGrid> stamped = {{grids[0], {0.0f, 0.25f, 2.0f}, {}},
					    {grids[1], {0.75f, 0.5f}, {}}};
	Grids bins = sync_temporal(nullptr, stamped, 1.0f, 1);

	assert_int_equal(bins.size(), 2); /* The one from 1 to 2 has no grid. */
	assert_same(*mean_of(grids, {std::exp(-0.25f), std::exp(-0.0f)}), *bins[0]);
	assert_same(*mean_of({grids[0]}, {std::exp(-0.5f)}), *bins[1]);
}

static void smoothing_gives_the_originals_bits(void **)
{
	for (float sigma : {0.4f, 0.7f, 1.0f, 1.4f})
		for (float density : {0.02f, 0.5f, 1.0f}) {
			GridPtr grid = random_grid(11, density);

			assert_same(*gaussian_of(*grid, sigma),
				    *filter_gaussian(nullptr, grid, sigma));
		}
}

/* ---- Originals that round otherwise. ---- */

static void original_idw(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
			 const std::vector<float> &values)
{
	CoordBBox box = grid->evalActiveVoxelBoundingBox();

	for (auto at = box.begin(); at; ++at)
		grid->tree().setValueOn(*at, idw_of(*static_cast<const IdwMapper *>(mapper),
						    grid->indexToWorld(*at), points, values));
}

static void original_kde(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
			 const std::vector<float> &values)
{
	CoordBBox box = grid->evalActiveVoxelBoundingBox();
	float mean;

	for (auto at = box.begin(); at; ++at)
		if (kde_of(*static_cast<const KdeMapper *>(mapper), grid->indexToWorld(*at), points,
			   values, mean))
			grid->tree().setValueOn(*at, mean);
}

static GridPtr original_weighted(void *, const Grids &grids, const std::vector<float> &weights)
{
	std::vector<float> shares;
	float sum = 0.0f;

	for (float weight : weights)
		sum += weight;
	for (float weight : weights)
		shares.push_back(weight / sum);
	return mean_of(grids, shares);
}

/* One bin from 0 to 1, with two grids; the second stamp of each is the nearer one. */
static Grids original_temporal(void *, const std::vector<StampedGrid> &grids, float, int)
{
	return {mean_of({grids[0].grid, grids[1].grid},
			{std::exp(-std::abs(grids[0].stamps[1] - 0.5f)),
			 std::exp(-std::abs(grids[1].stamps[1] - 0.5f))})};
}

static GridPtr original_gaussian(void *, const GridPtr &grid, float sigma)
{
	return gaussian_of(*grid, sigma);
}

static int said, acted;

static void call_all()
{
	const IdwMapper idw = {nullptr, 2.0f, 10};
	const KdeMapper kde = {nullptr, 1.0f, "epanechnikov"};
	const std::vector<Point> points = {{0, 0, 0}};
	Grids grids = {random_grid(3, 1.0f)};

	for (int n = 0; n < 2; n++) {
		tried_map_idw(&idw, grid_with_box(1.0), points, {1.0f});
		tried_map_kde(&kde, grid_with_box(1.0), points, {1.0f});
		tried_fuse_weighted(nullptr, grids, {1.0f});
		tried_sync_temporal(nullptr, {{grids[0], {0.0f}, {}}}, 1.0f, 1);
		tried_filter_gaussian(nullptr, grids[0], 1.0f);
	}
}

/* Ten calls of five kernels, each of which is tried once. */
static void originals_that_round_otherwise_are_left_alone(void **)
{
	struct recoat_plugin_host host = {};

	host.struct_size = sizeof(host);
	host.log = [](auto, const char *) { said++; };
	host.quietly = [](auto, void (*act)(void *), void *data) { acted++, act(data); };
	map_idw_original = original_idw;
	map_kde_original = original_kde;
	fuse_weighted_next = fuse_weighted_original = original_weighted;
	sync_temporal_original = original_temporal;
	filter_gaussian_next = filter_gaussian_original = original_gaussian;
	sync_temporal_next = [](auto, auto &, float, int) { return Grids(); };
	settings.declined = [] { declined_calls++; };
	for (bool as_expected : {true, false}) {
		contracted = as_expected;
		declined_calls = said = acted = 0;
		trial_begin(&host);
		call_all();
		assert_int_equal(acted, 5);
		assert_int_equal(said, as_expected ? 0 : 5);
		/* Mappers' next counts, too. */
		assert_int_equal(declined_calls, as_expected ? 0 : 10 + 4);
	}
	host.struct_size = offsetof(struct recoat_plugin_host, quietly);
	trial_begin(&host);
	declined_calls = 0;
	call_all();
	assert_int_equal(declined_calls, 0);
	assert_int_equal(acted, 5);
	contracted = true;
}

/* Without openvdb::initialize(), which hidden visibility breaks, and only files need. */
int main()
{
	map_idw_next = map_kde_next = decline_map;
	return run_at_levels(
		"parallel_openvdb10",
		{{"idw_gives_the_originals_bits", idw_gives_the_originals_bits},
		 {"kde_gives_the_originals_bits", kde_gives_the_originals_bits},
		 {"what_is_not_served_is_left_to_the_next", what_is_not_served_is_left_to_the_next},
		 {"fusion_gives_the_originals_bits", fusion_gives_the_originals_bits},
		 {"bins_weigh_grids_by_their_nearest_stamp",
		  bins_weigh_grids_by_their_nearest_stamp},
		 {"smoothing_gives_the_originals_bits", smoothing_gives_the_originals_bits},
		 {"originals_that_round_otherwise_are_left_alone",
		  originals_that_round_otherwise_are_left_alone}});
}
