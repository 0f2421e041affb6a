/* SPDX-License-Identifier: Apache-2.0 */
/* Voxels by 4^3, the lanes of sums over points, and the points that matter to them. */
#ifndef PARALLEL_TILE_H
#define PARALLEL_TILE_H

#include "plugins/parallel/box.h"
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"

#define TILE_EDGE 4
#define TILE_LANES 64

/* What a voxel's place is before a point's is subtracted from it. */
#ifdef PARALLEL_FUSED
typedef double tile_real;
#else
typedef float tile_real;
#endif

/* Lanes beyond the box repeat its last voxel along that axis. */
struct tile {
	tile_real x[TILE_LANES], y[TILE_LANES], z[TILE_LANES];
	uint64_t low[3], high[3]; /* Voxels, inclusive. */
	double least[3], most[3]; /* Their coordinates. */
} __attribute__((aligned(64)));

#define TILE_POINTS 128

/* Points of a chunk, in their order. */
struct tile_points {
	float x[TILE_POINTS], y[TILE_POINTS], z[TILE_POINTS], value[TILE_POINTS];
	uint32_t count;
};

static inline uint64_t tiles_along(const struct box *box, int axis)
{
	return (box->high[axis] - box->low[axis]) / TILE_EDGE + 1;
}

static inline uint64_t tiles_in(const struct box *box)
{
	return tiles_along(box, 0) * tiles_along(box, 1) * tiles_along(box, 2);
}

#ifdef PARALLEL_LEVEL
/* Tile `number` of a box, in C order. */
void LEVEL(tile_place)(const struct amqadf_grid *grid, const struct box *box, uint64_t number,
		       struct tile *tile);

/*
 * Of the points from `from` on, at most TILE_POINTS, take those whose squared distance from the
 * tile's nearest voxel is not surely above `reach2`. `values` goes with the points.
 */
void LEVEL(tile_gather)(const struct tile *tile, const struct amqadf_points *points,
			const float *values, uint64_t from, double reach2,
			struct tile_points *near);
#endif

/* The value of a lane's voxel, NULL for a lane that repeats another. */
static inline float *tile_voxel(const struct tile *tile, const struct amqadf_grid *grid, int lane)
{
	uint64_t i = tile->low[0] + (uint64_t)(lane >> 4);
	uint64_t j = tile->low[1] + (uint64_t)(lane >> 2 & 3);
	uint64_t k = tile->low[2] + (uint64_t)(lane & 3);

	if (i > tile->high[0] || j > tile->high[1] || k > tile->high[2])
		return NULL;
	return &grid->values[(i * grid->ny + j) * grid->nz + k];
}

#endif
