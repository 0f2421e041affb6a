/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes of voxels: where they lie in the world, and how dense values get into a grid. */
#ifndef OPENVDB10_BOX_H
#define OPENVDB10_BOX_H

#include <cstdint>
#include <memory>
#include <vector>
#include "plugins/parallel/openvdb10/kernels.h"
#include "plugins/parallel/openvdb10/layouts.h"

/* Whether world coordinates along an axis depend on the index along that axis alone. */
bool aligned(const Grid &grid);

/*
 * The box that holds all points and two voxels more on each side, its bounds rounded outwards.
 * False where they are not to be had: NaN, or far away.
 */
bool box_of_points(const Grid &grid, const std::vector<Point> &points, openvdb::CoordBBox &box);

/* Values of a box in C order, and its coordinates. */
class Dense
{
      public:
	/* Allocates; every value is `value`. */
	Dense(const Grid &grid, const openvdb::CoordBBox &box, float value);

	struct placed_grid *placed()
	{
		return &placed_;
	}

	/*
	 * Make the voxels active with these values, except those that have the bits of
	 * `except`, of which nothing becomes of any.
	 */
	void write(Grid &grid, const float *except) const;

      private:
	void write_leaf(Grid::TreeType &tree, const openvdb::Coord &leaf,
			const float *except) const;
	void write_voxels(Grid::TreeType &tree, const float *except) const;
	const float *row(int x, int y) const;

	openvdb::CoordBBox box_;
	std::vector<double> at_[3];
	std::vector<float> values_;
	struct placed_grid placed_;
};

#endif
