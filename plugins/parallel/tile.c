/* SPDX-License-Identifier: Apache-2.0 */
/* Voxels by 4^3, the lanes of sums over points, and the points that matter to them. */
#include "plugins/parallel/tile.h"

/* Float distances of the reference have relative errors of some 1e-7. */
#define SLACK 1.00001

static uint64_t at_most(uint64_t index, uint64_t most)
{
	return index < most ? index : most;
}

void LEVEL(tile_place)(const struct amqadf_grid *grid, const struct box *box, uint64_t number,
		       struct tile *tile)
{
	uint64_t along[3] = {tiles_along(box, 0), tiles_along(box, 1), tiles_along(box, 2)};
	uint64_t place[3] = {number / along[2] / along[1], number / along[2] % along[1],
			     number % along[2]};

	for (int axis = 0; axis < 3; axis++) {
		tile->low[axis] = box->low[axis] + TILE_EDGE * place[axis];
		tile->high[axis] = at_most(tile->low[axis] + TILE_EDGE - 1, box->high[axis]);
		tile->least[axis] = (double)(tile_real)world(grid, axis, tile->low[axis]);
		tile->most[axis] = (double)(tile_real)world(grid, axis, tile->high[axis]);
	}
	for (uint64_t lane = 0; lane < TILE_LANES; lane++) {
		uint64_t i = at_most(tile->low[0] + (lane >> 4), tile->high[0]);
		uint64_t j = at_most(tile->low[1] + (lane >> 2 & 3), tile->high[1]);
		uint64_t k = at_most(tile->low[2] + (lane & 3), tile->high[2]);

		tile->x[lane] = (tile_real)world(grid, 0, i);
		tile->y[lane] = (tile_real)world(grid, 1, j);
		tile->z[lane] = (tile_real)world(grid, 2, k);
	}
}

/* How far x is outside of [least, most]. */
static inline double outside(double x, double least, double most)
{
	double below = least - x, above = x - most;
	double distance = below > above ? below : above;

	return distance > 0.0 ? distance : 0.0;
}

void LEVEL(tile_gather)(const struct tile *tile, const struct amqadf_points *points,
			const float *values, uint64_t from, double reach2, struct tile_points *near)
{
	uint64_t rest = points->count - from;
	uint32_t count = rest < TILE_POINTS ? (uint32_t)rest : TILE_POINTS, kept = 0;
	const float *xyz = points->xyz + 3 * from;

	reach2 *= SLACK;
	for (uint32_t n = 0; n < count; n++) {
		float x = xyz[3 * n], y = xyz[3 * n + 1], z = xyz[3 * n + 2];
		double dx = outside((double)x, tile->least[0], tile->most[0]);
		double dy = outside((double)y, tile->least[1], tile->most[1]);
		double dz = outside((double)z, tile->least[2], tile->most[2]);

		near->x[kept] = x;
		near->y[kept] = y;
		near->z[kept] = z;
		near->value[kept] = values[from + n];
		kept += !(dx * dx + dy * dy + dz * dz > reach2);
	}
	near->count = kept;
}
