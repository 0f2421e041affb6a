/* SPDX-License-Identifier: Apache-2.0 */
/* Synchronisation in time: the latest bin first, and only bins that can still be seen. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"

#include <stdlib.h>

#define BINS_MAX (UINT64_C(1) << 24)
#define RUN 256 /* Voxels. */

/*
 * A voxel shows the last bin in which a grid that is active there takes part. Going back in
 * time, a bin is seen only where no grid of a later bin is active; so it matters only if it
 * brings a grid that took part in none of them. There are at most as many such bins as grids.
 */
struct job {
	const struct amqadf_grid *const *grids;
	uint64_t count;
	struct amqadf_grid *result;
	double *weights; /* Of the grids in the present bin; 0: takes no part. */
	bool *seen;      /* Grids that took part in a later bin. */
	struct pool_share share;
};

struct stamps {
	double *seconds; /* Sorted. */
	uint64_t count;
};

static int ascending(const void *one, const void *other)
{
	double a = *(const double *)one, b = *(const double *)other;

	return (a > b) - (a < b);
}

/* Index of the first stamp that is not before `time`. */
static uint64_t lower_bound(const struct stamps *stamps, double time)
{
	uint64_t low = 0, high = stamps->count;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if (stamps->seconds[middle] < time)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The grid's weight in a bin, 0 if it has no stamp in it. */
static double weight_in_bin(const struct stamps *stamps, double begin, double end)
{
	double centre = 0.5 * begin + 0.5 * end, distance = INFINITY;
	uint64_t first = lower_bound(stamps, begin), near = lower_bound(stamps, centre);

	if (first == stamps->count || !(stamps->seconds[first] < end))
		return 0.0;
	if (near < stamps->count)
		distance = fabs(stamps->seconds[near] - centre);
	if (near > 0)
		distance = fmin(distance, fabs(stamps->seconds[near - 1] - centre));
	return exp(-distance);
}

static void join(const struct job *job, uint64_t from, uint64_t count)
{
	double sum[RUN] = {0}, total[RUN] = {0};
	float *result = job->result->values + from;
	int32_t covered[RUN] = {0};

	for (uint64_t g = 0; g < job->count; g++) {
		const float *values = job->grids[g]->values + from;
		double weight = job->weights[g];

		if (job->seen[g])
			for (uint64_t v = 0; v < count; v++)
				covered[v] |= values[v] == values[v];
		if (weight == 0.0)
			continue;
		/* Two loops: of one the compiler makes branches. */
		for (uint64_t v = 0; v < count; v++) {
			double product = weight * (double)values[v];

			sum[v] += values[v] == values[v] ? product : 0.0;
		}
		for (uint64_t v = 0; v < count; v++)
			total[v] += values[v] == values[v] ? weight : 0.0;
	}
	for (uint64_t v = 0; v < count; v++)
		result[v] = (total[v] > 0.0) & !covered[v] ? (float)(sum[v] / total[v]) : result[v];
}

static void join_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (; from < to; from += RUN)
			join(job, from, to - from < RUN ? to - from : RUN);
}

static void join_bin(struct job *job)
{
	uint64_t voxels = voxels_of(job->result);

	job->share = (struct pool_share){.end = voxels, .chunk = 64 * RUN};
	pool_run(join_share, job, pool_wanted((double)voxels * (double)job->count));
	for (uint64_t g = 0; g < job->count; g++)
		job->seen[g] |= job->weights[g] > 0.0;
}

static void join_bins(struct job *job, const struct stamps *stamps, double first, double last,
		      double window)
{
	uint64_t bins = (uint64_t)(floor((last - first) / window) + 1.0), left = job->count;

	for (uint64_t bin = bins; bin-- > 0 && left;) {
		double begin = first + (double)bin * window;
		double end = first + (double)(bin + 1) * window;
		uint64_t new = 0;

		for (uint64_t g = 0; g < job->count; g++) {
			job->weights[g] = weight_in_bin(&stamps[g], begin, end);
			new += job->weights[g] > 0.0 && !job->seen[g];
		}
		if (new)
			join_bin(job);
		left -= new;
	}
}

/* Sort copies of all stamps; false if there is no memory or a stamp is not finite. */
static bool sort_stamps(const struct amqadf_stamps *stamps, uint64_t count, struct stamps *sorted,
			double *all)
{
	for (uint64_t g = 0; g < count; g++, all += stamps[g - 1].count) {
		sorted[g] = (struct stamps){.seconds = all, .count = stamps[g].count};
		for (uint64_t s = 0; s < stamps[g].count; s++) {
			all[s] = stamps[g].seconds[s];
			if (!isfinite(all[s]))
				return false;
		}
		qsort(all, stamps[g].count, sizeof(*all), ascending);
	}
	return true;
}

/* Nothing but what the reference does, for stamps that it accepts. */
static bool synchronise(struct job *job, const struct stamps *stamps, double window)
{
	double first = INFINITY, last = -INFINITY;
	uint64_t voxels = voxels_of(job->result);

	for (uint64_t g = 0; g < job->count; g++)
		if (stamps[g].count) {
			first = fmin(first, stamps[g].seconds[0]);
			last = fmax(last, stamps[g].seconds[stamps[g].count - 1]);
		}
	if (!(first <= last && (last - first) / window < (double)BINS_MAX &&
	      first + window > first && last + window > last))
		return false;
	for (uint64_t v = 0; v < voxels; v++)
		job->result->values[v] = NAN;
	join_bins(job, stamps, first, last, window);
	take_transform(job->result, job->grids[0]);
	return true;
}

static bool served(const struct amqadf_grid *const *grids, const struct amqadf_stamps *stamps,
		   uint64_t count, double window, const struct amqadf_grid *result)
{
	if (!grid_served(result) || count == 0 || count > UINT32_MAX ||
	    !grids_served(grids, count, result) || !stamps || !(window > 0.0) || !isfinite(window))
		return false;
	for (uint64_t g = 0; g < count; g++)
		if (grids[g]->values == result->values || stamps[g].count > UINT32_MAX ||
		    (stamps[g].count && !stamps[g].seconds))
			return false;
	return true;
}

int LEVEL(sync_temporal)(const struct amqadf_grid *const *grids, const struct amqadf_stamps *stamps,
			 uint64_t count, double window, struct amqadf_grid *result)
{
	struct job job = {.grids = grids, .count = count, .result = result};
	struct stamps *sorted;
	uint64_t all = 0;
	bool done = false;
	double *seconds;

	if (!served(grids, stamps, count, window, result))
		return PARALLEL_DECLINED;
	for (uint64_t g = 0; g < count; g++)
		all += stamps[g].count;
	seconds = malloc((all + count) * sizeof(*seconds));
	sorted = malloc(count * sizeof(*sorted));
	job.seen = calloc(count, sizeof(*job.seen));
	if (seconds && sorted && job.seen && sort_stamps(stamps, count, sorted, seconds)) {
		job.weights = seconds + all;
		done = synchronise(&job, sorted, window);
	}
	free(seconds);
	free(sorted);
	free(job.seen);
	return done ? 0 : PARALLEL_DECLINED;
}
