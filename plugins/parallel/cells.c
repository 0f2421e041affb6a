/* SPDX-License-Identifier: Apache-2.0 */
/* Points sorted into uniform cells, so that those near a place are found without the others. */
#include "plugins/parallel/cells.h"

#include <math.h>
#include <stdlib.h>

#define POINTS_A_CELL 2.0
#define CELLS_ALONG 1024 /* At most, along an axis. */

static void measure(const struct amqadf_points *points, double low[3], double extent[3])
{
	for (int axis = 0; axis < 3; axis++) {
		float least = points->xyz[axis], most = least;

		for (uint64_t p = 1; p < points->count; p++) {
			float at = points->xyz[3 * p + axis];

			least = at < least ? at : least;
			most = at > most ? at : most;
		}
		low[axis] = (double)least;
		extent[axis] = (double)most - (double)least;
	}
}

static double cells_of_edge(const double extent[3], double edge)
{
	double cells = 1.0;

	for (int axis = 0; axis < 3; axis++)
		cells *= fmin(floor(extent[axis] / edge) + 1.0, CELLS_ALONG);
	return cells;
}

/* The edge that gives about as many cells as wished for; points may lie in a plane or line. */
static double choose_edge(const double extent[3], double wished)
{
	double edge = fmax(extent[0], fmax(extent[1], extent[2]));

	if (!(edge > 0.0))
		return 1.0;
	while (edge > 1e-30 && cells_of_edge(extent, edge / 1.25) <= wished)
		edge /= 1.25;
	return edge;
}

static void lay_out(struct cells *cells, const struct amqadf_points *points)
{
	double extent[3], edge;

	measure(points, cells->low, extent);
	edge = choose_edge(extent, fmax(1.0, (double)points->count / POINTS_A_CELL));
	for (int axis = 0; axis < 3; axis++) {
		double along = fmin(floor(extent[axis] / edge) + 1.0, CELLS_ALONG);

		cells->size[axis] = (uint32_t)along;
		cells->scale[axis] = along > 1.0 ? along / extent[axis] : 0.0;
	}
	cells->count = (uint32_t)points->count;
	cells->spacing = edge / cbrt(POINTS_A_CELL);
}

static uint64_t cell_of(const struct cells *cells, const float *at)
{
	uint64_t i = cell_along(cells, 0, (double)at[0]);
	uint64_t j = cell_along(cells, 1, (double)at[1]);

	return (i * cells->size[1] + j) * cells->size[2] + cell_along(cells, 2, (double)at[2]);
}

/* Counting sort; `start` is at first one cell ahead, so that it ends up in place. */
static void sort_points(struct cells *cells, const struct amqadf_points *points, uint64_t total)
{
	uint32_t *start = cells->start;

	for (uint64_t p = 0; p < points->count; p++)
		start[cell_of(cells, points->xyz + 3 * p) + 2]++;
	for (uint64_t cell = 2; cell < total + 2; cell++)
		start[cell] += start[cell - 1];
	for (uint64_t p = 0; p < points->count; p++) {
		const float *at = points->xyz + 3 * p;
		uint32_t place = start[cell_of(cells, at) + 1]++;

		cells->x[place] = at[0];
		cells->y[place] = at[1];
		cells->z[place] = at[2];
		cells->point[place] = (uint32_t)p;
	}
}

bool cells_init(struct cells *cells, const struct amqadf_points *points)
{
	uint64_t total;

	lay_out(cells, points);
	total = (uint64_t)cells->size[0] * cells->size[1] * cells->size[2];
	cells->start = calloc(total + 2, sizeof(*cells->start));
	cells->x = malloc(points->count * 4 * sizeof(float));
	if (!cells->start || !cells->x) {
		cells_fini(cells);
		return false;
	}
	cells->y = cells->x + points->count;
	cells->z = cells->y + points->count;
	cells->point = (uint32_t *)(cells->z + points->count);
	sort_points(cells, points, total);
	return true;
}

void cells_fini(struct cells *cells)
{
	free(cells->start);
	free(cells->x);
}
