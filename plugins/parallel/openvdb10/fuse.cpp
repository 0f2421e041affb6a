/* SPDX-License-Identifier: Apache-2.0 */
/* Several grids to one: fusion, and synchronisation in time. */
#include "plugins/parallel/openvdb10/fuse.h"
#include "plugins/parallel/openvdb10/leaves.h"
#include "plugins/parallel/openvdb10/median.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <algorithm>
#include <cmath>
#include <limits>

Fuse *fuse_next;
FuseWeighted *fuse_weighted_next;
SyncTemporal *sync_temporal_next;

/* The original has a set of coordinates, and goes down several trees a voxel. */
#define ORIGINALLY 10.0

/* Of about a nanosecond. */
static double steps_of(const Grids &grids)
{
	double voxels = 0.0;

	for (const GridPtr &grid : grids)
		voxels += grid ? static_cast<double>(grid->tree().leafCount()) * LEAF_VOXELS : 0.0;
	return 5.0 * voxels;
}

template <typename Take> static void for_sources(const Grids &grids, const Leaf &leaf, Take take)
{
	for (size_t n = 0; n < grids.size(); n++) {
		const Leaf *source = grids[n]->tree().probeConstLeaf(leaf.origin());

		if (source && !source->isEmpty())
			take(n, *source);
	}
}

/* sum(w v) / sum(w) over the grids that are active in a voxel. */
static GridPtr weighted_mean(const Grids &grids, const std::vector<float> &weights)
{
	GridPtr result = grid_like(*grids.front());

	for_leaves(join(grids, result->tree()), steps_of(grids), [&](Leaf &leaf) {
		struct leaf_sums sums = {};

		for_sources(grids, leaf, [&](size_t n, const Leaf &source) {
			settings.kernels->leaf_add(&sums, source.buffer().data(), mask_of(source),
						   weights[n]);
		});
		settings.kernels->leaf_divide(&sums, leaf.buffer().data(), mask_of(leaf));
	});
	return result;
}

using Step = void(float *values, const float *others, const uint64_t *mask);

static GridPtr extreme(const Grids &grids, Step *step, float first)
{
	GridPtr result = grid_like(*grids.front());

	for_leaves(join(grids, result->tree()), steps_of(grids), [&](Leaf &leaf) {
		for (auto at = leaf.beginValueOn(); at; ++at)
			at.setValue(first);
		for_sources(grids, leaf, [&](size_t, const Leaf &source) {
			step(leaf.buffer().data(), source.buffer().data(), mask_of(source));
		});
	});
	return result;
}

static GridPtr medians(const Grids &grids)
{
	GridPtr result = grid_like(*grids.front());

	for_leaves(join(grids, result->tree()), 5.0 * steps_of(grids), [&](Leaf &leaf) {
		std::vector<const Leaf *> sources;
		std::vector<float> values;

		for_sources(grids, leaf,
			    [&](size_t, const Leaf &source) { sources.push_back(&source); });
		for (auto at = leaf.beginValueOn(); at; ++at) {
			values.clear();
			for (const Leaf *source : sources)
				if (source->isValueOn(at.pos()))
					values.push_back(source->getValue(at.pos()));
			at.setValue(median_of(values));
		}
	});
	return result;
}

static GridPtr fuse_by(const Grids &grids, const std::string &strategy)
{
	const float most = std::numeric_limits<float>::max();

	if (strategy == "weighted_average")
		return weighted_mean(grids, std::vector<float>(grids.size(), 1.0f));
	if (strategy == "max")
		return extreme(grids, settings.kernels->leaf_raise, -most);
	if (strategy == "min")
		return extreme(grids, settings.kernels->leaf_lower, most);
	return strategy == "median" ? medians(grids) : nullptr;
}

GridPtr fuse(void *fusion, const Grids &grids, const std::string &strategy)
{
	GridPtr result;

	served(ORIGINALLY * steps_of(grids), [&] {
		if (!grids.empty() && leaves_only(grids))
			result = fuse_by(grids, strategy);
		return result != nullptr;
	});
	return result ? result : fuse_next(fusion, grids, strategy);
}

/* Weights in units of their sum. False where one or the sum is not above 0, or not finite. */
static bool normalise(std::vector<float> &weights)
{
	float sum = 0.0f;

	for (float weight : weights)
		sum += weight;
	for (float &weight : weights) {
		weight /= sum;
		if (!(weight > 0.0f && weight <= 1.0f))
			return false;
	}
	return sum > 0.0f && std::isfinite(sum);
}

GridPtr fuse_weighted(void *fusion, const Grids &grids, const std::vector<float> &weights)
{
	GridPtr result;

	served(ORIGINALLY * steps_of(grids), [&] {
		std::vector<float> shares = weights;

		if (grids.size() == weights.size() && normalise(shares) && leaves_only(grids))
			result = weighted_mean(grids, shares);
		return result != nullptr;
	});
	return result ? result : fuse_weighted_next(fusion, grids, weights);
}

#define BINS_MOST 1e6

/* The first and last stamp; false where they are not to be had or bins would not end. */
static bool times(const std::vector<StampedGrid> &grids, float window, float &first, float &last)
{
	first = std::numeric_limits<float>::infinity();
	last = -first;
	for (const StampedGrid &grid : grids)
		for (float stamp : grid.stamps) {
			if (!std::isfinite(stamp))
				return false;
			first = std::min(first, stamp);
			last = std::max(last, stamp);
		}
	return first <= last && window > 0.0f && last - first <= BINS_MOST * window &&
	       first + window > first && last + window > last;
}

static bool in_bin(const StampedGrid &grid, float start, float end)
{
	return std::any_of(grid.stamps.begin(), grid.stamps.end(),
			   [=](float stamp) { return stamp >= start && stamp < end; });
}

/* By how near its nearest stamp is to the bin's centre. */
static float weight_of(const StampedGrid &grid, float start, float end)
{
	const float centre = (start + end) / 2.0f;
	float nearest = std::numeric_limits<float>::max();

	for (float stamp : grid.stamps)
		nearest = std::min(nearest, std::abs(stamp - centre));
	return std::exp(-nearest);
}

/* The mean of the grids with a stamp in the bin; false if a weight is 0. */
static bool sync_bin(const std::vector<StampedGrid> &grids, float start, float end, Grids &results)
{
	std::vector<float> weights;
	Grids in;

	for (const StampedGrid &grid : grids) {
		if (!in_bin(grid, start, end))
			continue;
		in.push_back(grid.grid);
		weights.push_back(weight_of(grid, start, end));
		if (!(weights.back() > 0.0f))
			return false;
	}
	if (!in.empty())
		results.push_back(weighted_mean(in, weights));
	return true;
}

static bool sync(const std::vector<StampedGrid> &grids, float window, Grids &results)
{
	float first, last;

	if (!times(grids, window, first, last))
		return false;
	for (const StampedGrid &grid : grids)
		if (!leaves_only({grid.grid}))
			return false;
	for (float start = first; start <= last; start += window)
		if (!sync_bin(grids, start, start + window, results))
			return false;
	return true;
}

Grids sync_temporal(void *alignment, const std::vector<StampedGrid> &grids, float window,
		    int layer_tolerance)
{
	Grids results, all;

	for (const StampedGrid &grid : grids)
		all.push_back(grid.grid);
	if (served(ORIGINALLY * steps_of(all), [&] { return sync(grids, window, results); }))
		return results;
	return sync_temporal_next(alignment, grids, window, layer_tolerance);
}
