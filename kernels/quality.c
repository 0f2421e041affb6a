/* SPDX-License-Identifier: Apache-2.0 */
/* Quality of a fused grid, measured against its sources. */
#include "kernels/grid.h"

#include <errno.h>

#define SMALLEST_VALID 1e-10

struct residuals {
	uint64_t count;
	double sum, sum2, maximum;
};

/* Sums over the voxels where the fused grid (x) and a source (y) are both valid. */
struct sums {
	uint64_t count;
	double x, y, error2;
	double largest; /* Of abs(x). */
};

static bool value_valid(float value)
{
	return isfinite(value) && fabs((double)value) > SMALLEST_VALID;
}

static bool pair_at(const struct amqadf_grid *fused, const struct amqadf_grid *source,
		    uint64_t voxel, double pair[2])
{
	pair[0] = (double)fused->values[voxel];
	pair[1] = (double)source->values[voxel];
	return value_valid(fused->values[voxel]) && value_valid(source->values[voxel]);
}

static struct sums sum_pairs(const struct amqadf_grid *fused, const struct amqadf_grid *source,
			     struct residuals *residuals)
{
	struct sums sums = {0};
	uint64_t voxels = grid_voxels(fused);
	double pair[2];

	for (uint64_t v = 0; v < voxels; v++) {
		double residual;

		if (!pair_at(fused, source, v, pair))
			continue;
		residual = fabs(pair[0] - pair[1]);
		sums.count++;
		sums.x += pair[0];
		sums.y += pair[1];
		sums.error2 += residual * residual;
		sums.largest = fmax(sums.largest, fabs(pair[0]));
		residuals->sum += residual;
		residuals->maximum = fmax(residuals->maximum, residual);
	}
	residuals->count += sums.count;
	residuals->sum2 += sums.error2;
	return sums;
}

/* abs(Pearson's r), from deviations of the means, so that large offsets do not cancel. */
static double correlation(const struct amqadf_grid *fused, const struct amqadf_grid *source,
			  const struct sums *sums)
{
	double xx = 0.0, yy = 0.0, xy = 0.0, pair[2];
	uint64_t voxels = grid_voxels(fused);

	if (sums->count < 2)
		return 0.0;
	for (uint64_t v = 0; v < voxels; v++) {
		double dx, dy;

		if (!pair_at(fused, source, v, pair))
			continue;
		dx = pair[0] - sums->x / (double)sums->count;
		dy = pair[1] - sums->y / (double)sums->count;
		xx += dx * dx;
		yy += dy * dy;
		xy += dx * dy;
	}
	return xx > 0.0 && yy > 0.0 ? fmin(1.0, fabs(xy) / sqrt(xx * yy)) : 0.0;
}

static double consistency(const struct sums *sums)
{
	if (sums->count == 0)
		return 0.0;
	return fmax(0.0, 1.0 - sqrt(sums->error2 / (double)sums->count) / sums->largest);
}

static double coverage(const struct amqadf_grid *grid)
{
	uint64_t active = 0, voxels = grid_voxels(grid);
	struct grid_box box;
	double volume = 1.0;

	if (!grid_active_box(grid, &box))
		return 0.0;
	for (uint64_t v = 0; v < voxels; v++)
		active += !isnan(grid->values[v]);
	for (int axis = 0; axis < 3; axis++)
		volume *= (double)(box.high[axis] - box.low[axis] + 1);
	return (double)active / volume;
}

static void report_residuals(struct amqadf_quality_report *report, const struct residuals *from)
{
	double mean;

	if (from->count == 0)
		return;
	mean = from->sum / (double)from->count;
	report->residual_mean = mean;
	report->residual_max = from->maximum;
	report->residual_std = sqrt(fmax(0.0, from->sum2 / (double)from->count - mean * mean));
}

int amqadf_quality(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		   uint64_t count, struct amqadf_quality_report *report, double *correlations)
{
	struct residuals residuals = {0};

	if (!grid_valid(fused) || !report || !grids_valid(sources, count, fused))
		return -EINVAL;
	*report = (struct amqadf_quality_report){.coverage = coverage(fused)};
	for (uint64_t s = 0; s < count; s++) {
		struct sums sums = sum_pairs(fused, sources[s], &residuals);
		double r = correlation(fused, sources[s], &sums);

		if (correlations)
			correlations[s] = r;
		report->accuracy += r / (double)count;
		report->consistency += consistency(&sums) / (double)count;
	}
	report_residuals(report, &residuals);
	report->quality =
		0.4 * report->accuracy + 0.3 * report->consistency + 0.3 * report->coverage;
	return 0;
}
