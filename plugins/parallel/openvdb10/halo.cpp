/* SPDX-License-Identifier: Apache-2.0 */
/* The surroundings of a leaf, dense. */
#include "plugins/parallel/openvdb10/halo.h"

#include <algorithm>

using openvdb::Coord;
using openvdb::CoordBBox;

Halo::Halo(int radius)
    : radius_(radius), edge_(LEAF_EDGE + 2 * radius), values_(edge_ * edge_ * edge_),
      on_(values_.size())
{
}

void Halo::take(const Tree &tree, const Coord &leaf)
{
	const CoordBBox box = CoordBBox::createCube(leaf.offsetBy(-radius_), edge_);
	const Coord low = box.min() & ~(LEAF_EDGE - 1);

	low_ = box.min();
	std::fill(values_.begin(), values_.end(), 0.0f);
	std::fill(on_.begin(), on_.end(), 0.0f);
	for (int x = low.x(); x <= box.max().x(); x += LEAF_EDGE)
		for (int y = low.y(); y <= box.max().y(); y += LEAF_EDGE)
			for (int z = low.z(); z <= box.max().z(); z += LEAF_EDGE)
				if (auto *near = tree.probeConstLeaf(Coord(x, y, z))) {
					CoordBBox part = near->getNodeBoundingBox();

					part.intersect(box);
					take_leaf(*near, part);
				}
}

void Halo::take_leaf(const Leaf &leaf, const CoordBBox &part)
{
	const float *values = leaf.buffer().data();
	const uint64_t *mask = mask_of(leaf);

	for (int x = part.min().x(); x <= part.max().x(); x++)
		for (int y = part.min().y(); y <= part.max().y(); y++) {
			const Coord first(x, y, part.min().z()), to = first - low_;
			const int from = Leaf::coordToOffset(first);
			const int count = part.max().z() - part.min().z() + 1;
			const size_t place = (to.x() * edge_ + to.y()) * edge_ + to.z();

			for (int z = 0; z < count; z++) {
				const bool on = mask[from / 64] >> (from + z) % 64 & 1;

				values_[place + z] = on ? values[from + z] : 0.0f;
				on_[place + z] = on;
			}
		}
}

struct leaf_halo Halo::halo() const
{
	return {values_.data(), on_.data(), radius_};
}

struct leaf_ranks Halo::ranks()
{
	std::vector<struct radix_item> items, other;

	for (size_t n = 0; n < values_.size(); n++)
		if (on_[n] != 0.0f)
			items.push_back({values_[n], static_cast<uint32_t>(n)});
	other.resize(items.size());
	radix_sort_items(items.data(), other.data(), items.size());
	ranks_.assign(values_.size(), LEAF_INACTIVE);
	sorted_.clear();
	for (const struct radix_item &item : items) {
		ranks_[item.from] = static_cast<int32_t>(sorted_.size());
		sorted_.push_back(item.value);
	}
	return {ranks_.data(), sorted_.data(), static_cast<int32_t>(items.size()), radius_};
}
