/* SPDX-License-Identifier: Apache-2.0 */
/* Filters over the active neighbours of every active voxel. */
#include "plugins/parallel/openvdb10/filter.h"
#include "plugins/parallel/openvdb10/halo.h"
#include "plugins/parallel/openvdb10/median.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <cmath>

using openvdb::Coord;

FilterMedian *filter_median_next;
FilterGaussian *filter_gaussian_next;
FilterBilateral *filter_bilateral_next;

#define RADIUS_MOST 24
/* Products of less with a weight may be subnormal, and the sign of a zero sum be lost. */
#define SMALL 1e-30f

/* Neighbours looked at: about the nanoseconds that they cost here, less than in the original. */
static double steps_of(const GridPtr &grid, int radius)
{
	const double voxels =
		grid ? LEAF_VOXELS * static_cast<double>(grid->tree().leafCount()) : 0;

	return voxels * std::pow(2.0 * radius + 1.0, 3.0);
}

/* Whether the radius is served, the grid too, and `fits` holds for the value of every voxel. */
template <typename Fits> static bool filtered(const GridPtr &grid, int radius, Fits fits)
{
	if (radius < 1 || radius > RADIUS_MOST || !leaves_only({grid}))
		return false;
	for (auto leaf = grid->tree().cbeginLeaf(); leaf; ++leaf)
		for (auto value = leaf->cbeginValueOn(); value; ++value)
			if (!fits(*value))
				return false;
	return true;
}

/* What `fill` makes of the surroundings of every leaf. */
template <typename Fill>
static GridPtr filter(const GridPtr &grid, int radius, double steps, Fill fill)
{
	GridPtr result = grid_like(*grid);

	for_leaves(join({grid}, result->tree()), steps, [&](Leaf &leaf) {
		Halo around(radius);

		around.take(grid->tree(), leaf.origin());
		fill(around, leaf);
	});
	return result;
}

/* NaN has no rank, and which of two zeros with different signs the original takes is open. */
static bool has_rank(float value)
{
	return !std::isnan(value) && !(value == 0.0f && std::signbit(value));
}

/* In a leaf with fewer active voxels than this, one after another is faster. */
#define FEW 128

static void take_neighbours(const struct leaf_halo &halo, const Coord &voxel,
			    std::vector<float> &values)
{
	const int edge = LEAF_EDGE + 2 * halo.radius, taps = 2 * halo.radius + 1;

	values.clear();
	for (int x = voxel.x(); x < voxel.x() + taps; x++)
		for (int y = voxel.y(); y < voxel.y() + taps; y++)
			for (int z = voxel.z(); z < voxel.z() + taps; z++) {
				const int at = (x * edge + y) * edge + z;

				if (halo.on[at] != 0.0f)
					values.push_back(halo.values[at]);
			}
}

static void medians_of_few(const struct leaf_halo &halo, Leaf &leaf)
{
	std::vector<float> values;

	for (auto at = leaf.beginValueOn(); at; ++at) {
		take_neighbours(halo, Leaf::offsetToLocalCoord(at.pos()), values);
		at.setValue(median_of(values));
	}
}

static GridPtr median(const GridPtr &grid, int radius)
{
	return filter(grid, radius, steps_of(grid, radius), [](Halo &around, Leaf &leaf) {
		if (leaf.onVoxelCount() < FEW) {
			medians_of_few(around.halo(), leaf);
			return;
		}
		const struct leaf_ranks ranks = around.ranks();
		settings.kernels->leaf_median(&ranks, leaf.buffer().data(), mask_of(leaf));
	});
}

GridPtr filter_median(void *self, const GridPtr &grid, int size)
{
	const int radius = size / 2;
	GridPtr result;

	served(steps_of(grid, radius), [&] {
		if (filtered(grid, radius, has_rank))
			result = median(grid, radius);
		return result != nullptr;
	});
	return result ? result : filter_median_next(self, grid, size);
}

static int radius_of(float sigma)
{
	return sigma > 0.0f && sigma < 1e3f ? static_cast<int>(3.0f * sigma) : 0;
}

static std::vector<float> weights_of(int radius, float sigma)
{
	std::vector<float> weights;

	for (int x = -radius; x <= radius; x++)
		for (int y = -radius; y <= radius; y++)
			for (int z = -radius; z <= radius; z++) {
				float away = std::sqrt(static_cast<float>(x * x + y * y + z * z));

				weights.push_back(std::exp(-0.5f * away * away / (sigma * sigma)));
			}
	return weights;
}

static bool is_large(float value)
{
	return !(value != 0.0f && std::fabs(value) < SMALL);
}

static GridPtr gaussian(const GridPtr &grid, int radius, float sigma)
{
	const std::vector<float> weights = weights_of(radius, sigma);

	return filter(grid, radius, steps_of(grid, radius) / 8.0, [&](Halo &around, Leaf &leaf) {
		const struct leaf_halo halo = around.halo();
		struct leaf_sums sums;

		settings.kernels->leaf_smooth(&halo, weights.data(), &sums);
		settings.kernels->leaf_divide(&sums, leaf.buffer().data(), mask_of(leaf));
	});
}

GridPtr filter_gaussian(void *self, const GridPtr &grid, float sigma)
{
	const int radius = radius_of(sigma);
	GridPtr result;

	served(steps_of(grid, radius), [&] {
		if (filtered(grid, radius, is_large))
			result = gaussian(grid, radius, sigma);
		return result != nullptr;
	});
	return result ? result : filter_gaussian_next(self, grid, sigma);
}

static bool is_finite(float value)
{
	return std::isfinite(value);
}

static GridPtr bilateral(const GridPtr &grid, int radius, float sigma, float range)
{
	const std::vector<float> weights = weights_of(radius, sigma);
	const float odd = exp_float_odd();

	return filter(grid, radius, 2.0 * steps_of(grid, radius), [&](Halo &around, Leaf &leaf) {
		const struct leaf_halo halo = around.halo();
		struct leaf_sums sums;

		settings.kernels->leaf_bilateral(&halo, weights.data(), range * range, odd,
						 mask_of(leaf), &sums);
		settings.kernels->leaf_divide(&sums, leaf.buffer().data(), mask_of(leaf));
	});
}

GridPtr filter_bilateral(void *self, const GridPtr &grid, float sigma, float range)
{
	const int radius = radius_of(sigma);
	GridPtr result;

	served(steps_of(grid, radius), [&] {
		if (std::isnormal(range * range) && exp_float_is_libms() &&
		    filtered(grid, radius, is_finite))
			result = bilateral(grid, radius, sigma, range);
		return result != nullptr;
	});
	return result ? result : filter_bilateral_next(self, grid, sigma, range);
}
