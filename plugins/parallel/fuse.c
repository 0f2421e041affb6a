/* SPDX-License-Identifier: Apache-2.0 */
/* Voxel fusion: runs of voxels, grid after grid. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"

#include <stdlib.h>

#define RUN 256 /* Voxels. */
#define RUN_OF_MEDIANS 64
#define GRIDS_MAX 64 /* For medians, which are sorted by insertion. */

struct job {
	const struct amqadf_grid *const *grids;
	uint64_t count;
	enum amqadf_fusion strategy;
	const float *weights; /* Divided by their sum; NULL for amqadf_fuse(). */
	struct amqadf_grid *result;
	struct pool_share share;
};

static void average(const struct job *job, uint64_t from, uint64_t count)
{
	float sum[RUN] = {0}, active[RUN] = {0}, *result = job->result->values + from;

	for (uint64_t g = 0; g < job->count; g++) {
		const float *values = job->grids[g]->values + from;

		/* Two loops: of one the compiler makes branches. */
		for (uint64_t v = 0; v < count; v++)
			sum[v] += values[v] == values[v] ? values[v] : 0.0f;
		for (uint64_t v = 0; v < count; v++)
			active[v] += values[v] == values[v] ? 1.0f : 0.0f;
	}
	for (uint64_t v = 0; v < count; v++)
		result[v] = active[v] > 0.0f ? sum[v] / active[v] : NAN;
}

static void average_weighted(const struct job *job, uint64_t from, uint64_t count)
{
	float sum[RUN] = {0}, active[RUN] = {0}, *result = job->result->values + from;

	for (uint64_t g = 0; g < job->count; g++) {
		const float *values = job->grids[g]->values + from;
		float weight = job->weights[g];

		for (uint64_t v = 0; v < count; v++) {
			float product = weight * values[v];

			sum[v] += values[v] == values[v] ? product : 0.0f;
		}
		for (uint64_t v = 0; v < count; v++)
			active[v] += values[v] == values[v] ? weight : 0.0f;
	}
	for (uint64_t v = 0; v < count; v++)
		result[v] = active[v] > 0.0f ? sum[v] / active[v] : NAN;
}

/* The extreme so far stays NaN until a grid is active. */
static void maximum(const struct job *job, uint64_t from, uint64_t count)
{
	float most[RUN];

	memcpy(most, job->grids[0]->values + from, count * sizeof(*most));
	for (uint64_t g = 1; g < job->count; g++) {
		const float *values = job->grids[g]->values + from;

		for (uint64_t v = 0; v < count; v++)
			most[v] =
				(values[v] > most[v]) | (most[v] != most[v]) ? values[v] : most[v];
	}
	memcpy(job->result->values + from, most, count * sizeof(*most));
}

static void minimum(const struct job *job, uint64_t from, uint64_t count)
{
	float least[RUN];

	memcpy(least, job->grids[0]->values + from, count * sizeof(*least));
	for (uint64_t g = 1; g < job->count; g++) {
		const float *values = job->grids[g]->values + from;

		for (uint64_t v = 0; v < count; v++)
			least[v] = (values[v] < least[v]) | (least[v] != least[v]) ? values[v]
										   : least[v];
	}
	memcpy(job->result->values + from, least, count * sizeof(*least));
}

struct sorted {
	float value[GRIDS_MAX + 1][RUN_OF_MEDIANS];
	int32_t active[RUN_OF_MEDIANS];
};

/*
 * Put one more value into `sorted`, which has `have`: behind those that are equal to it, which
 * tells -0 from 0. Inactive ones go to the end as infinities.
 */
static void insert(struct sorted *sorted, uint64_t have, const float *values, uint64_t count)
{
	float new[RUN_OF_MEDIANS];

	for (uint64_t v = 0; v < count; v++) {
		bool in = values[v] == values[v];

		new[v] = in ? values[v] : INFINITY;
		sorted->active[v] += in;
		sorted->value[have][v] = INFINITY;
	}
	for (uint64_t s = have; s > 0; s--)
		for (uint64_t v = 0; v < count; v++) {
			float here = sorted->value[s][v], below = sorted->value[s - 1][v];
			float placed = s == have || new[v] < here ? new[v] : here;

			sorted->value[s][v] = new[v] < below ? below : placed;
		}
	for (uint64_t v = 0; v < count; v++) {
		float first = sorted->value[0][v];

		sorted->value[0][v] = have == 0 || new[v] < first ? new[v] : first;
	}
}

static void median(const struct job *job, uint64_t from, uint64_t count)
{
	float low[RUN_OF_MEDIANS] = {0}, high[RUN_OF_MEDIANS] = {0};
	float *result = job->result->values + from;
	struct sorted sorted;

	memset(sorted.active, 0, sizeof(sorted.active));
	for (uint64_t g = 0; g < job->count; g++)
		insert(&sorted, g, job->grids[g]->values + from, count);
	for (int32_t s = 0; s < (int32_t)job->count; s++)
		for (uint64_t v = 0; v < count; v++) {
			int32_t active = sorted.active[v];

			low[v] = 2 * s == active - 1 || 2 * s == active - 2 ? sorted.value[s][v]
									    : low[v];
			high[v] = 2 * s == active - 1 || 2 * s == active ? sorted.value[s][v]
									 : high[v];
		}
	for (uint64_t v = 0; v < count; v++) {
		float middle = sorted.active[v] % 2 ? low[v] : 0.5f * (low[v] + high[v]);

		result[v] = sorted.active[v] ? middle : NAN;
	}
}

static void fuse_run(const struct job *job, uint64_t from, uint64_t count)
{
	if (job->weights) {
		average_weighted(job, from, count);
		return;
	}
	switch (job->strategy) {
	case AMQADF_FUSE_WEIGHTED_AVERAGE:
		average(job, from, count);
		break;
	case AMQADF_FUSE_MAX:
		maximum(job, from, count);
		break;
	case AMQADF_FUSE_MIN:
		minimum(job, from, count);
		break;
	case AMQADF_FUSE_MEDIAN:
		for (uint64_t at = 0; at < count; at += RUN_OF_MEDIANS)
			median(job, from + at,
			       count - at < RUN_OF_MEDIANS ? count - at : RUN_OF_MEDIANS);
		break;
	}
}

static void fuse_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (; from < to; from += RUN)
			fuse_run(job, from, to - from < RUN ? to - from : RUN);
}

static int run(struct job *job)
{
	uint64_t voxels = voxels_of(job->result);

	job->share = (struct pool_share){.end = voxels, .chunk = 64 * RUN};
	pool_run(fuse_share, job, pool_wanted(0.3 * (double)voxels * (double)job->count));
	take_transform(job->result, job->grids[0]);
	return 0;
}

int LEVEL(fuse)(const struct amqadf_grid *const *grids, uint64_t count, enum amqadf_fusion strategy,
		struct amqadf_grid *result)
{
	struct job job = {.grids = grids, .count = count, .strategy = strategy, .result = result};

	if (!grid_served(result) || count == 0 || !grids_served(grids, count, result) ||
	    (unsigned)strategy > AMQADF_FUSE_MEDIAN || count >= 1 << 24 ||
	    (strategy == AMQADF_FUSE_MEDIAN && count > GRIDS_MAX))
		return PARALLEL_DECLINED;
	return run(&job);
}

int LEVEL(fuse_weighted)(const struct amqadf_grid *const *grids, uint64_t count,
			 const float *weights, uint64_t weight_count, struct amqadf_grid *result)
{
	struct job job = {.grids = grids, .count = count, .result = result};
	float total = 0.0f, *shares;

	if (!grid_served(result) || count == 0 || !grids_served(grids, count, result) ||
	    weight_count != count || !weights)
		return PARALLEL_DECLINED;
	for (uint64_t g = 0; g < count; g++)
		total += weights[g];
	if (!(total > 0.0f) || !(shares = malloc(count * sizeof(*shares))))
		return PARALLEL_DECLINED;
	for (uint64_t g = 0; g < count; g++)
		shares[g] = weights[g] / total;
	job.weights = shares;
	run(&job);
	free(shares);
	return 0;
}
