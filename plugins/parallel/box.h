/* SPDX-License-Identifier: Apache-2.0 */
/* The bounding box of a grid's active voxels. */
#ifndef PARALLEL_BOX_H
#define PARALLEL_BOX_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include "amqadf/kernels.h"

/* Inclusive bounds of voxel indices. */
struct box {
	uint64_t low[3], high[3];
};

static inline void box_include(struct box *box, uint64_t i, uint64_t j, uint64_t k)
{
	const uint64_t at[3] = {i, j, k};

	for (int axis = 0; axis < 3; axis++) {
		box->low[axis] = at[axis] < box->low[axis] ? at[axis] : box->low[axis];
		box->high[axis] = at[axis] > box->high[axis] ? at[axis] : box->high[axis];
	}
}

/* False if there are no active voxels. Looks at the ends of rows only. */
static inline bool box_of_active(const struct amqadf_grid *grid, struct box *box)
{
	const float *row = grid->values;

	*box = (struct box){.low = {UINT64_MAX, UINT64_MAX, UINT64_MAX}};
	for (uint64_t i = 0; i < grid->nx; i++)
		for (uint64_t j = 0; j < grid->ny; j++, row += grid->nz) {
			uint64_t first = 0, last = grid->nz;

			while (first < grid->nz && isnan(row[first]))
				first++;
			if (first == grid->nz)
				continue;
			while (isnan(row[last - 1]))
				last--;
			box_include(box, i, j, first);
			box_include(box, i, j, last - 1);
		}
	return box->low[0] <= box->high[0];
}

#endif
