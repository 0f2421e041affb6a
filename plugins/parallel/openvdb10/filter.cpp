/* SPDX-License-Identifier: Apache-2.0 */
/* Filters over the active neighbours of every active voxel. */
#include "plugins/parallel/openvdb10/filter.h"
#include "plugins/parallel/openvdb10/leaves.h"
#include "plugins/parallel/openvdb10/settings.h"

#include <algorithm>
#include <cmath>

using openvdb::Coord;
using openvdb::CoordBBox;

FilterGaussian *filter_gaussian_next;

#define RADIUS_MOST 24
/* Products of less with a weight may be subnormal, and the sign of a zero sum be lost. */
#define SMALL 1e-30f

/* The surroundings of a leaf, dense. */
class Halo
{
      public:
	explicit Halo(int radius)
	    : radius_(radius), edge_(LEAF_EDGE + 2 * radius), values_(edge_ * edge_ * edge_),
	      on_(values_.size())
	{
	}

	void take(const Tree &tree, const Coord &leaf)
	{
		const CoordBBox box = CoordBBox::createCube(leaf.offsetBy(-radius_), edge_);
		const Coord low = box.min() & ~(LEAF_EDGE - 1);

		std::fill(values_.begin(), values_.end(), 0.0f);
		std::fill(on_.begin(), on_.end(), 0.0f);
		for (int x = low.x(); x <= box.max().x(); x += LEAF_EDGE)
			for (int y = low.y(); y <= box.max().y(); y += LEAF_EDGE)
				for (int z = low.z(); z <= box.max().z(); z += LEAF_EDGE)
					if (auto *near = tree.probeConstLeaf(Coord(x, y, z)))
						take_leaf(*near, box);
	}

	struct leaf_halo halo() const
	{
		return {values_.data(), on_.data(), radius_};
	}

      private:
	void take_leaf(const Leaf &leaf, const CoordBBox &box)
	{
		const float *values = leaf.buffer().data();

		for (auto at = leaf.getValueMask().beginOn(); at; ++at) {
			const Coord voxel = leaf.offsetToGlobalCoord(at.pos());

			if (!box.isInside(voxel))
				continue;
			const Coord from = voxel - box.min();
			const size_t place = (from.x() * edge_ + from.y()) * edge_ + from.z();

			values_[place] = values[at.pos()];
			on_[place] = 1.0f;
		}
	}

	int radius_, edge_;
	std::vector<float> values_, on_;
};

static std::vector<float> gaussian(int radius, float sigma)
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

static bool has_small(const Tree &tree)
{
	for (auto leaf = tree.cbeginLeaf(); leaf; ++leaf)
		for (auto value = leaf->cbeginValueOn(); value; ++value)
			if (*value != 0.0f && std::fabs(*value) < SMALL)
				return true;
	return false;
}

static GridPtr smooth(const GridPtr &grid, int radius, float sigma, double steps)
{
	const std::vector<float> weights = gaussian(radius, sigma);
	GridPtr result = grid_like(*grid);

	for_leaves(join({grid}, result->tree()), steps, [&](Leaf &leaf) {
		Halo around(radius);
		struct leaf_sums sums;

		around.take(grid->tree(), leaf.origin());
		const struct leaf_halo halo = around.halo();
		settings.kernels->leaf_smooth(&halo, weights.data(), &sums);
		settings.kernels->leaf_divide(&sums, leaf.buffer().data(), mask_of(leaf));
	});
	return result;
}

GridPtr filter_gaussian(void *filter, const GridPtr &grid, float sigma)
{
	const int radius = sigma > 0.0f && sigma < 1e3f ? static_cast<int>(3.0f * sigma) : 0;
	const double taps = std::pow(2.0 * radius + 1.0, 3.0);
	const double steps = grid ? taps * LEAF_VOXELS * grid->tree().leafCount() : 0.0;
	GridPtr result;

	served(steps, [&] {
		if (radius > 0 && radius <= RADIUS_MOST && leaves_only({grid}) &&
		    !has_small(grid->tree()))
			result = smooth(grid, radius, sigma, steps / 8.0);
		return result != nullptr;
	});
	return result ? result : filter_gaussian_next(filter, grid, sigma);
}
