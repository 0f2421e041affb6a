/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that serve only if the original rounds as they do, which is tried once. */
#include "plugins/parallel/openvdb10/trial.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <pthread.h>

using openvdb::Coord;

Map *map_idw_original, *map_kde_original;
FuseWeighted *fuse_weighted_original;
SyncTemporal *sync_temporal_original;
FilterGaussian *filter_gaussian_original;

thread_local struct Trying *trying;
static const struct recoat_plugin_host *host;

/* ---- What is made up. ---- */

/* From -1 to 1, the same in every run. */
class Numbers
{
      public:
	float next()
	{
		state_ = state_ * 1664525u + 1013904223u;
		return static_cast<float>(state_ >> 8) * 0x1p-23f - 1.0f;
	}

      private:
	uint32_t state_ = 1;
};

static std::vector<float> some_values(size_t count)
{
	std::vector<float> values(count);
	Numbers numbers;

	for (float &value : values)
		value = numbers.next();
	return values;
}

static GridPtr some_grid(Numbers &numbers)
{
	GridPtr grid = Grid::create(0.0f);

	for (const Coord &at : openvdb::CoordBBox(Coord(0), Coord(7)))
		grid->tree().setValueOn(at, numbers.next());
	return grid;
}

static Grids some_grids()
{
	Numbers numbers;

	return {some_grid(numbers), some_grid(numbers), some_grid(numbers)};
}

/* With an active box of 10^3 voxels whose coordinates in the world are rounded. */
static GridPtr empty_box()
{
	GridPtr grid = Grid::create(0.0f);

	grid->setTransform(openvdb::math::Transform::createLinearTransform(0.7));
	grid->tree().setValueOn(Coord(0), 1.0f);
	grid->tree().setValueOn(Coord(9), 1.0f);
	return grid;
}

/* A lattice, so that many are equally far from a voxel: all but for rounding. */
static std::vector<Point> some_points()
{
	std::vector<Point> points;

	for (int n = 0; n < 7 * 7; n++)
		points.push_back({static_cast<float>(n / 7), static_cast<float>(n % 7), 1.0f});
	return points;
}

static bool same(const GridPtr &one, const GridPtr &other)
{
	if (!one || !other || !one->tree().hasSameTopology(other->tree()))
		return false;
	for (auto at = one->cbeginValueOn(); at; ++at) {
		const float there = other->tree().getValue(at.getCoord());

		if (std::memcmp(&*at, &there, sizeof(there)) != 0)
			return false;
	}
	return true;
}

/*
 * ---- Trials. Each says whether ours gives the bits of the original, which may take away what it
 * is given by value. ----
 */

static bool same_map(Map *ours, Map *original, const void *mapper)
{
	const std::vector<Point> points = some_points();
	const std::vector<float> values = some_values(points.size());
	GridPtr found = empty_box(), expected = empty_box(), taken = expected;

	original(mapper, taken, points, values);
	ours(mapper, found, points, values);
	return same(expected, found);
}

static bool same_idw(const void *given)
{
	IdwMapper mapper = *static_cast<const IdwMapper *>(given);

	mapper.power = 2.0f;
	mapper.k = 6;
	return same_map(map_idw, map_idw_original, &mapper);
}

static bool same_kde(const void *given)
{
	KdeMapper mapper = *static_cast<const KdeMapper *>(given);

	mapper.bandwidth = 1.0f;
	mapper.kernel = "gaussian";
	return same_map(map_kde, map_kde_original, &mapper);
}

static bool same_fuse_weighted(void *fusion)
{
	const Grids grids = some_grids();
	const std::vector<float> weights = {0.3f, 1.1f, 0.7f};

	return same(fuse_weighted_original(fusion, grids, weights),
		    fuse_weighted(fusion, grids, weights));
}

static bool same_sync_temporal(void *alignment)
{
	const Grids grids = some_grids();
	const std::vector<StampedGrid> stamped = {{grids[0], {0.0f, 0.25f}, {1, 1}},
						  {grids[1], {0.75f, 0.6f}, {1, 1}}};
	const Grids expected = sync_temporal_original(alignment, stamped, 1.0f, 1);
	const Grids found = sync_temporal(alignment, stamped, 1.0f, 1);

	for (size_t n = 0; n < expected.size() && n < found.size(); n++)
		if (!same(expected[n], found[n]))
			return false;
	return expected.size() == found.size();
}

static bool same_filter_gaussian(void *filter)
{
	const GridPtr grid = some_grids()[0];
	GridPtr taken = grid;

	return same(filter_gaussian_original(filter, taken, 0.8f),
		    filter_gaussian(filter, grid, 0.8f));
}

/* ---- Making them. ---- */

enum Outcome { UNKNOWN, SAME, DIFFERENT };

static struct Trial {
	const char *kernel;
	std::atomic<Outcome> outcome;
} idw = {"signal_mapping.idw", {}}, kde = {"signal_mapping.kde", {}},
  weighted = {"voxel_fusion.fuse_weighted", {}}, temporal = {"synchronization.temporal", {}},
  gaussian = {"correction.filter_gaussian", {}};

/* Not cancelled meanwhile: what is thrown for that must not be caught. */
template <typename Same> static Outcome try_both(Same same)
{
	struct Both {
		Same same;
		Outcome outcome;
	} both = {same, UNKNOWN};
	const int before = errno;
	int cancel;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
	host->quietly(
		host,
		[](void *data) {
			Both *both = static_cast<Both *>(data);
			struct Trying here = {};

			trying = &here;
			try {
				const bool same = both->same();

				both->outcome = !here.served ? UNKNOWN : same ? SAME : DIFFERENT;
			} catch (...) {
			}
			trying = nullptr;
		},
		&both);
	pthread_setcancelstate(cancel, nullptr);
	errno = before;
	return both.outcome;
}

static void say(const Trial &trial)
{
	char line[200];

	std::snprintf(line, sizeof(line),
		      "%s: the original rounds otherwise than expected, as if built without "
		      "-march=native; it is left to the next implementation",
		      trial.kernel);
	host->log(host, line);
}

/* May ours serve? Threads that come at once each try, and find the same. */
template <typename Same> static bool passed(Trial &trial, Same same)
{
	Outcome outcome = trial.outcome.load();

	if (outcome == UNKNOWN && host && RECOAT_HOST_HAS(host, quietly)) {
		outcome = try_both(same);
		if (trial.outcome.exchange(outcome) != outcome && outcome == DIFFERENT)
			say(trial);
	}
	if (outcome == DIFFERENT)
		settings.declined();
	return outcome != DIFFERENT;
}

void trial_begin(const struct recoat_plugin_host *with)
{
	host = with;
	for (Trial *trial : {&idw, &kde, &weighted, &temporal, &gaussian})
		trial->outcome = UNKNOWN;
}

/* ---- What the host puts before the kernels. ---- */

void tried_map_idw(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		   const std::vector<float> &values)
{
	(passed(idw, [=] { return same_idw(mapper); }) ? map_idw : map_idw_next)(mapper, grid,
										 points, values);
}

void tried_map_kde(const void *mapper, const GridPtr &grid, const std::vector<Point> &points,
		   const std::vector<float> &values)
{
	(passed(kde, [=] { return same_kde(mapper); }) ? map_kde : map_kde_next)(mapper, grid,
										 points, values);
}

GridPtr tried_fuse_weighted(void *fusion, const Grids &grids, const std::vector<float> &weights)
{
	const bool ours = passed(weighted, [=] { return same_fuse_weighted(fusion); });

	return (ours ? fuse_weighted : fuse_weighted_next)(fusion, grids, weights);
}

Grids tried_sync_temporal(void *alignment, const std::vector<StampedGrid> &grids, float window,
			  int layer_tolerance)
{
	const bool ours = passed(temporal, [=] { return same_sync_temporal(alignment); });

	return (ours ? sync_temporal : sync_temporal_next)(alignment, grids, window,
							   layer_tolerance);
}

GridPtr tried_filter_gaussian(void *filter, const GridPtr &grid, float sigma)
{
	const bool ours = passed(gaussian, [=] { return same_filter_gaussian(filter); });

	return (ours ? filter_gaussian : filter_gaussian_next)(filter, grid, sigma);
}
