/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of a grid's active voxels. */
#include "kernels/grid.h"
#include "kernels/median.h"

#include <errno.h>
#include <stdlib.h>

static const double ranks[5] = {0.05, 0.25, 0.50, 0.75, 0.95};

static uint64_t copy_active(const struct amqadf_grid *grid, float *to)
{
	uint64_t active = 0, voxels = grid_voxels(grid);

	for (uint64_t v = 0; v < voxels; v++)
		if (!isnan(grid->values[v]))
			to[active++] = grid->values[v];
	return active;
}

static double mean_of(const float *values, uint64_t count)
{
	double sum = 0.0;

	for (uint64_t n = 0; n < count; n++)
		sum += (double)values[n];
	return sum / (double)count;
}

static double std_of(const float *values, uint64_t count, double mean)
{
	double sum = 0.0;

	for (uint64_t n = 0; n < count; n++)
		sum += ((double)values[n] - mean) * ((double)values[n] - mean);
	return sqrt(sum / (double)count);
}

static double percentile(const float *sorted, uint64_t count, double rank)
{
	double place = rank * (double)(count - 1);
	uint64_t below = (uint64_t)place;
	uint64_t above = below + 1 < count ? below + 1 : below;
	double fraction = place - (double)below;

	return (1.0 - fraction) * (double)sorted[below] + fraction * (double)sorted[above];
}

/* Sums are taken before sorting, in the grid's order. */
static void describe(struct amqadf_statistics_report *report, float *values)
{
	uint64_t count = report->active;

	report->mean = mean_of(values, count);
	report->std = std_of(values, count, report->mean);
	float_sort(values, count);
	report->minimum = (double)values[0];
	report->maximum = (double)values[count - 1];
	for (int n = 0; n < 5; n++)
		report->percentile[n] = percentile(values, count, ranks[n]);
}

int amqadf_statistics(const struct amqadf_grid *grid, struct amqadf_statistics_report *report)
{
	float *values;

	if (!grid_valid(grid) || !report)
		return -EINVAL;
	values = malloc(grid_voxels(grid) * sizeof(*values));
	if (!values)
		return -ENOMEM;
	*report = (struct amqadf_statistics_report){
		.voxels = grid_voxels(grid),
		.active = copy_active(grid, values),
		.minimum = NAN,
		.maximum = NAN,
		.mean = NAN,
		.std = NAN,
		.percentile = {NAN, NAN, NAN, NAN, NAN},
	};
	if (report->active)
		describe(report, values);
	free(values);
	return 0;
}
