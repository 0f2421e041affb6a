/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics: sums in the reference's order, while another thread sorts by digits. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/radix.h"

#include <stdlib.h>

static const double ranks[5] = {0.05, 0.25, 0.50, 0.75, 0.95};

struct job {
	const float *values; /* Active ones in the grid's order, */
	float *sorted;       /* and to be sorted. */
	float *other;
	uint64_t count;
	struct amqadf_statistics_report *report;
	struct pool_share share;
};

static void sum(const struct job *job)
{
	double count = (double)job->count, all = 0.0, squares = 0.0, mean;

	for (uint64_t n = 0; n < job->count; n++)
		all += (double)job->values[n];
	mean = all / count;
	for (uint64_t n = 0; n < job->count; n++)
		squares += ((double)job->values[n] - mean) * ((double)job->values[n] - mean);
	job->report->mean = mean;
	job->report->std = sqrt(squares / count);
}

static double percentile(const float *sorted, uint64_t count, double rank)
{
	double place = rank * (double)(count - 1);
	uint64_t below = (uint64_t)place;
	uint64_t above = below + 1 < count ? below + 1 : below;
	double fraction = place - (double)below;

	return (1.0 - fraction) * (double)sorted[below] + fraction * (double)sorted[above];
}

static void sort(const struct job *job)
{
	struct amqadf_statistics_report *report = job->report;

	radix_sort(job->sorted, job->other, job->count);
	report->minimum = (double)job->sorted[0];
	report->maximum = (double)job->sorted[job->count - 1];
	for (int n = 0; n < 5; n++)
		report->percentile[n] = percentile(job->sorted, job->count, ranks[n]);
}

static void describe_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to)) {
		if (from == 0)
			sort(job);
		else
			sum(job);
	}
}

static uint64_t copy_active(const struct amqadf_grid *grid, float *one, float *other)
{
	uint64_t active = 0, voxels = voxels_of(grid);

	for (uint64_t v = 0; v < voxels; v++) {
		float value = grid->values[v];

		one[active] = value;
		other[active] = value;
		active += value == value;
	}
	return active;
}

int LEVEL(statistics)(const struct amqadf_grid *grid, struct amqadf_statistics_report *report)
{
	struct job job = {.report = report, .share = {.end = 2, .chunk = 1}};
	uint64_t voxels;
	float *values;

	if (!grid_served(grid) || !report)
		return PARALLEL_DECLINED;
	voxels = voxels_of(grid);
	values = malloc(3 * voxels * sizeof(*values));
	if (!values)
		return PARALLEL_DECLINED;
	job.values = values;
	job.sorted = values + voxels;
	job.other = job.sorted + voxels;
	job.count = copy_active(grid, values, job.sorted);
	*report = (struct amqadf_statistics_report){
		.voxels = voxels,
		.active = job.count,
		.minimum = NAN,
		.maximum = NAN,
		.mean = NAN,
		.std = NAN,
		.percentile = {NAN, NAN, NAN, NAN, NAN},
	};
	if (job.count)
		pool_run(describe_share, &job, pool_wanted(6.0 * (double)job.count));
	free(values);
	return 0;
}
