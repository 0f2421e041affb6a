/* SPDX-License-Identifier: Apache-2.0 */
/* The surroundings of a leaf, dense. */
#ifndef OPENVDB10_HALO_H
#define OPENVDB10_HALO_H

#include <vector>
#include "plugins/parallel/openvdb10/leaves.h"

/* Its (8 + 2 radius)^3 voxels, of any number of leaves one after another. */
class Halo
{
      public:
	/* Allocates. */
	explicit Halo(int radius);

	/* Take what is active around a leaf of the tree, which has no active tiles. */
	void take(const Tree &tree, const openvdb::Coord &leaf);

	/* The voxels, valid until the next are taken. */
	struct leaf_halo halo() const;

	/* The same in ranks; equal values are in the voxels' order, x slowest. Allocates. */
	struct leaf_ranks ranks();

      private:
	void take_leaf(const Leaf &leaf, const openvdb::CoordBBox &part);

	int radius_, edge_;
	openvdb::Coord low_;
	std::vector<float> values_, on_, sorted_;
	std::vector<int32_t> ranks_;
};

#endif
