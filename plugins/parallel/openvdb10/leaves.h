/* SPDX-License-Identifier: Apache-2.0 */
/* Work by leaves: a result's are made first, then filled by all threads. */
#ifndef OPENVDB10_LEAVES_H
#define OPENVDB10_LEAVES_H

#include <functional>
#include <vector>
#include "plugins/parallel/openvdb10/kernels.h"
#include "plugins/parallel/openvdb10/layouts.h"

using Tree = Grid::TreeType;
using Leaf = Tree::LeafNodeType;

static_assert(Leaf::SIZE == LEAF_VOXELS && sizeof(Leaf::NodeMaskType) == LEAF_WORDS * 8);

/* Whether all grids are there, and none has active tiles or values still in a file. */
bool leaves_only(const Grids &grids);

/* Make the union of the grids' active voxels active in an empty tree; returns its leaves. */
std::vector<Leaf *> join(const Grids &grids, Tree &tree);

/* The bits of a leaf's active voxels. */
inline const uint64_t *mask_of(const Leaf &leaf)
{
	return reinterpret_cast<const uint64_t *>(&leaf.getValueMask());
}

/*
 * Call `work` for every number below `count`, from several threads if there are so many steps
 * to do. It may run out of memory, which is thrown when all threads are done.
 */
void for_numbers(size_t count, double steps, const std::function<void(size_t)> &work);

/* The same for every leaf, which `fill` may change. */
void for_leaves(const std::vector<Leaf *> &leaves, double steps,
		const std::function<void(Leaf &)> &fill);

/* A grid with a transform like another's, and nothing in it. */
GridPtr grid_like(const Grid &grid);

#endif
