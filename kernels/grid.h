/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels share: checks of their arguments, and where a voxel is. */
#ifndef AMQADF_GRID_H
#define AMQADF_GRID_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "amqadf/kernels.h"

/* Inclusive bounds of voxel indices. */
struct grid_box {
	uint64_t low[3], high[3];
};

/* Whether an argument keeps the contract of amqadf/kernels.h. */
bool grid_valid(const struct amqadf_grid *grid);
bool points_valid(const struct amqadf_points *points);
bool grid_same_shape(const struct amqadf_grid *one, const struct amqadf_grid *other);

/* Whether all of `count` grids are valid and have the shape of `like`. */
bool grids_valid(const struct amqadf_grid *const *grids, uint64_t count,
		 const struct amqadf_grid *like);

/* The bounding box of the active voxels; false if there are none. */
bool grid_active_box(const struct amqadf_grid *grid, struct grid_box *box);

/* Make every voxel inactive. */
void grid_clear(struct amqadf_grid *grid);

/* Give `grid` the origin and voxel size of `like`. */
void grid_take_transform(struct amqadf_grid *grid, const struct amqadf_grid *like);

/*
 * The voxel in which the index-space coordinate x falls along an axis of `size` voxels;
 * false if that is outside or x is not a number.
 */
static inline bool grid_floor(double x, uint64_t size, uint64_t *index)
{
	double below = floor(x);

	if (!(below >= 0.0 && below < (double)size))
		return false;
	*index = (uint64_t)below;
	return true;
}

static inline uint64_t grid_voxels(const struct amqadf_grid *grid)
{
	return grid->nx * grid->ny * grid->nz;
}

static inline uint64_t grid_offset(const struct amqadf_grid *grid, uint64_t i, uint64_t j,
				   uint64_t k)
{
	return (i * grid->ny + j) * grid->nz + k;
}

static inline double grid_world(const struct amqadf_grid *grid, int axis, uint64_t index)
{
	return grid->origin[axis] + grid->voxel_size * (double)index;
}

static inline double grid_index_space(const struct amqadf_grid *grid, int axis, float coordinate)
{
	return ((double)coordinate - grid->origin[axis]) / grid->voxel_size;
}

#endif
