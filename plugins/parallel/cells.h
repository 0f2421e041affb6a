/* SPDX-License-Identifier: Apache-2.0 */
/* Points sorted into uniform cells, so that those near a place are found without the others. */
#ifndef PARALLEL_CELLS_H
#define PARALLEL_CELLS_H

#include <stdbool.h>
#include <stdint.h>
#include "amqadf/kernels.h"

/*
 * About two points a cell; at most 2 N + 64 cells. Points stand in the order of their cells,
 * within a cell in ascending order of index. 24 N bytes and a little.
 */
struct cells {
	double low[3], scale[3]; /* Cell along an axis: (coordinate - low) * scale. */
	uint32_t size[3];
	uint32_t *start; /* Of every cell in the arrays below, and one more. */
	float *x, *y, *z;
	uint32_t *point;
	uint32_t count;
	double spacing; /* Edge of the cube that a point has on average. */
};

/* All points must be finite, and fewer than 2^32. False if there is no memory. */
bool cells_init(struct cells *cells, const struct amqadf_points *points);
void cells_fini(struct cells *cells);

/* The cell of a coordinate along an axis. Never falls as the coordinate grows. */
static inline uint32_t cell_along(const struct cells *cells, int axis, double coordinate)
{
	double cell = (coordinate - cells->low[axis]) * cells->scale[axis];

	if (!(cell > 0.0))
		return 0;
	return cell < (double)cells->size[axis] ? (uint32_t)cell : cells->size[axis] - 1;
}

#endif
