/* SPDX-License-Identifier: Apache-2.0 */
/* Grids and points: life, and checks before a kernel relies on them. */
#include "kernels/grid.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Observers read sizes at these places, and arrays of grids cross the library's border. */
static_assert(offsetof(struct amqadf_points, count) == 0, "the count comes first");
static_assert(offsetof(struct amqadf_grid, nz) == 16, "the dimensions come first");
static_assert(sizeof(struct amqadf_grid) == 64, "struct amqadf_grid is part of the ABI");

/* The bytes of a grid are at most PTRDIFF_MAX, so that index arithmetic cannot overflow. */
static bool dimensions_valid(uint64_t nx, uint64_t ny, uint64_t nz)
{
	uint64_t most = PTRDIFF_MAX / sizeof(float);

	return nx && ny && nz && nx <= most && ny <= most / nx && nz <= most / nx / ny;
}

static bool transform_valid(const double origin[3], double voxel_size)
{
	return isfinite(origin[0]) && isfinite(origin[1]) && isfinite(origin[2]) &&
	       isfinite(voxel_size) && voxel_size > 0.0;
}

bool grid_valid(const struct amqadf_grid *grid)
{
	return grid && grid->values && dimensions_valid(grid->nx, grid->ny, grid->nz) &&
	       transform_valid(grid->origin, grid->voxel_size);
}

bool points_valid(const struct amqadf_points *points)
{
	return points && points->count <= PTRDIFF_MAX / (3 * sizeof(float)) &&
	       (points->count == 0 || (points->xyz && points->values));
}

bool grid_same_shape(const struct amqadf_grid *one, const struct amqadf_grid *other)
{
	return one->nx == other->nx && one->ny == other->ny && one->nz == other->nz;
}

bool grids_valid(const struct amqadf_grid *const *grids, uint64_t count,
		 const struct amqadf_grid *like)
{
	if (count && !grids)
		return false;
	for (uint64_t g = 0; g < count; g++)
		if (!grid_valid(grids[g]) || !grid_same_shape(grids[g], like))
			return false;
	return true;
}

static void box_include(struct grid_box *box, const uint64_t at[3])
{
	for (int axis = 0; axis < 3; axis++) {
		if (at[axis] < box->low[axis])
			box->low[axis] = at[axis];
		if (at[axis] > box->high[axis])
			box->high[axis] = at[axis];
	}
}

bool grid_active_box(const struct amqadf_grid *grid, struct grid_box *box)
{
	bool any = false;
	const float *value = grid->values;

	*box = (struct grid_box){.low = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	for (uint64_t i = 0; i < grid->nx; i++)
		for (uint64_t j = 0; j < grid->ny; j++)
			for (uint64_t k = 0; k < grid->nz; k++)
				if (!isnan(*value++)) {
					box_include(box, (const uint64_t[3]){i, j, k});
					any = true;
				}
	return any;
}

void grid_clear(struct amqadf_grid *grid)
{
	uint64_t voxels = grid_voxels(grid);

	for (uint64_t v = 0; v < voxels; v++)
		grid->values[v] = NAN;
}

void grid_take_transform(struct amqadf_grid *grid, const struct amqadf_grid *like)
{
	memmove(grid->origin, like->origin, sizeof(grid->origin));
	grid->voxel_size = like->voxel_size;
}

int amqadf_grid_init(struct amqadf_grid *grid, const uint64_t dimensions[3], const double origin[3],
		     double voxel_size)
{
	struct amqadf_grid made;

	if (!grid || !dimensions || !origin || !transform_valid(origin, voxel_size) ||
	    !dimensions_valid(dimensions[0], dimensions[1], dimensions[2]))
		return -EINVAL;
	made = (struct amqadf_grid){.nx = dimensions[0],
				    .ny = dimensions[1],
				    .nz = dimensions[2],
				    .voxel_size = voxel_size};
	memcpy(made.origin, origin, sizeof(made.origin));
	made.values = malloc(grid_voxels(&made) * sizeof(float));
	if (!made.values)
		return -ENOMEM;
	grid_clear(&made);
	*grid = made;
	return 0;
}

void amqadf_grid_free(struct amqadf_grid *grid)
{
	if (!grid)
		return;
	free(grid->values);
	*grid = (struct amqadf_grid){0};
}

void amqadf_points_free(struct amqadf_points *points)
{
	if (!points)
		return;
	/* Readers see const; whoever frees owns what amqadf_read_points() allocated. */
	free((void *)points->xyz);
	free((void *)points->values);
	*points = (struct amqadf_points){0};
}
