/* SPDX-License-Identifier: Apache-2.0 */
/* Quality: every sum in the reference's order, several sums at once. */
#include "plugins/parallel/box.h"
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"

#include <stdlib.h>

#define SMALLEST_VALID 1e-10
#define RUN 256 /* Voxels. */

/*
 * What is valid is computed for a run of voxels in vectors, with 0 where it is not: adding that
 * leaves a sum as it is. Then the sums are taken, each in its own chain. Chains of different
 * sources go to different threads; the one of residuals, which joins all sources, is a task.
 */
struct source {
	uint64_t count;
	double x, y, error2, largest;
	double r, consistency;
};

struct job {
	const struct amqadf_grid *fused, *const *grids;
	uint64_t count;
	struct source *sources;
	double residual_sum, residual_largest;
	struct pool_share share; /* Number 0 is the residuals, n source n - 1. */
};

struct run {
	double x[RUN], y[RUN];
	int64_t valid[RUN];
};

static inline bool value_valid(float value)
{
	return (fabsf(value) <= 0x1.fffffep127f) & (fabs((double)value) > SMALLEST_VALID);
}

static uint64_t run_length(const struct job *job, uint64_t from)
{
	uint64_t rest = voxels_of(job->fused) - from;

	return rest < RUN ? rest : RUN;
}

static uint64_t load(const struct job *job, uint64_t source, uint64_t from, struct run *run)
{
	const float *x = job->fused->values + from, *y = job->grids[source]->values + from;
	uint64_t length = run_length(job, from);

	for (uint64_t v = 0; v < length; v++) {
		bool valid = value_valid(x[v]) & value_valid(y[v]);

		run->valid[v] = valid;
		run->x[v] = valid ? (double)x[v] : 0.0;
		run->y[v] = valid ? (double)y[v] : 0.0;
	}
	return length;
}

static double largest_of(const double *values, uint64_t count, double largest)
{
	for (uint64_t v = 0; v < count; v++)
		largest = fabs(values[v]) > largest ? fabs(values[v]) : largest;
	return largest;
}

static void sum_residuals(struct job *job)
{
	uint64_t voxels = voxels_of(job->fused);
	double sum = 0.0, residual[RUN];
	struct run run;

	for (uint64_t s = 0; s < job->count; s++)
		for (uint64_t from = 0; from < voxels; from += RUN) {
			uint64_t length = load(job, s, from, &run);

			for (uint64_t v = 0; v < length; v++)
				residual[v] = fabs(run.x[v] - run.y[v]);
			job->residual_largest = largest_of(residual, length, job->residual_largest);
			for (uint64_t v = 0; v < length; v++)
				sum += residual[v];
		}
	job->residual_sum = sum;
}

static void sum_pairs(const struct job *job, uint64_t number, struct source *source)
{
	double x = 0.0, y = 0.0, error2 = 0.0, square[RUN];
	uint64_t voxels = voxels_of(job->fused);
	struct run run;

	for (uint64_t from = 0; from < voxels; from += RUN) {
		uint64_t length = load(job, number, from, &run);

		for (uint64_t v = 0; v < length; v++) {
			square[v] = (run.x[v] - run.y[v]) * (run.x[v] - run.y[v]);
			source->count += (uint64_t)run.valid[v];
		}
		source->largest = largest_of(run.x, length, source->largest);
		for (uint64_t v = 0; v < length; v++) {
			x += run.x[v];
			y += run.y[v];
			error2 += square[v];
		}
	}
	source->x = x;
	source->y = y;
	source->error2 = error2;
}

/* abs(Pearson's r) */
static double correlation(const struct job *job, uint64_t number, const struct source *source)
{
	double xx = 0.0, yy = 0.0, xy = 0.0, x_mean, y_mean;
	uint64_t voxels = voxels_of(job->fused);
	struct run run;

	if (source->count < 2)
		return 0.0;
	x_mean = source->x / (double)source->count;
	y_mean = source->y / (double)source->count;
	for (uint64_t from = 0; from < voxels; from += RUN) {
		uint64_t length = load(job, number, from, &run);

		for (uint64_t v = 0; v < length; v++) {
			run.x[v] = run.valid[v] ? run.x[v] - x_mean : 0.0;
			run.y[v] = run.valid[v] ? run.y[v] - y_mean : 0.0;
		}
		for (uint64_t v = 0; v < length; v++) {
			xx += run.x[v] * run.x[v];
			yy += run.y[v] * run.y[v];
			xy += run.x[v] * run.y[v];
		}
	}
	return xx > 0.0 && yy > 0.0 ? fmin(1.0, fabs(xy) / sqrt(xx * yy)) : 0.0;
}

static void assess(const struct job *job, uint64_t number)
{
	struct source *source = &job->sources[number];

	sum_pairs(job, number, source);
	source->r = correlation(job, number, source);
	if (source->count)
		source->consistency = fmax(0.0, 1.0 - sqrt(source->error2 / (double)source->count) /
								source->largest);
}

static void assess_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to)) {
		if (from == 0)
			sum_residuals(job);
		else
			assess(job, from - 1);
	}
}

static double coverage(const struct amqadf_grid *grid)
{
	uint64_t voxels = voxels_of(grid), active = 0;
	struct box box;
	double volume = 1.0;

	if (!box_of_active(grid, &box))
		return 0.0;
	for (uint64_t v = 0; v < voxels; v++)
		active += grid->values[v] == grid->values[v];
	for (int axis = 0; axis < 3; axis++)
		volume *= (double)(box.high[axis] - box.low[axis] + 1);
	return (double)active / volume;
}

static void report_residuals(const struct job *job, struct amqadf_quality_report *report)
{
	uint64_t count = 0;
	double squares = 0.0, mean;

	for (uint64_t s = 0; s < job->count; s++) {
		count += job->sources[s].count;
		squares += job->sources[s].error2;
	}
	if (count == 0)
		return;
	mean = job->residual_sum / (double)count;
	report->residual_mean = mean;
	report->residual_max = job->residual_largest;
	report->residual_std = sqrt(fmax(0.0, squares / (double)count - mean * mean));
}

static void report_all(const struct job *job, struct amqadf_quality_report *report,
		       double *correlations)
{
	*report = (struct amqadf_quality_report){.coverage = coverage(job->fused)};
	for (uint64_t s = 0; s < job->count; s++) {
		if (correlations)
			correlations[s] = job->sources[s].r;
		report->accuracy += job->sources[s].r / (double)job->count;
		report->consistency += job->sources[s].consistency / (double)job->count;
	}
	report_residuals(job, report);
	report->quality =
		0.4 * report->accuracy + 0.3 * report->consistency + 0.3 * report->coverage;
}

int LEVEL(quality)(const struct amqadf_grid *fused, const struct amqadf_grid *const *sources,
		   uint64_t count, struct amqadf_quality_report *report, double *correlations)
{
	struct job job = {.fused = fused, .grids = sources, .count = count};

	if (!grid_served(fused) || !report || count == 0 || !grids_served(sources, count, fused))
		return PARALLEL_DECLINED;
	job.sources = calloc(count, sizeof(*job.sources));
	if (!job.sources)
		return PARALLEL_DECLINED;
	job.share = (struct pool_share){.end = count + 1, .chunk = 1};
	pool_run(assess_share, &job, pool_wanted(5.0 * (double)voxels_of(fused) * (double)count));
	report_all(&job, report, correlations);
	free(job.sources);
	return 0;
}
