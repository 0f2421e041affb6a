/* SPDX-License-Identifier: Apache-2.0 */
/* Moving averages: neighbouring windows are lanes, each summed in its order. */
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/simd.h"

#define SUMS 8 /* As many as hide the latency of an addition. */
#define RUN (SUMS * SIMD_FLOATS)

struct job {
	const float *values;
	float *means;
	uint64_t count, half;
	struct pool_share share;
};

/* Of a window that the ends cut off, too. */
static float mean_at(const struct job *job, uint64_t at)
{
	uint64_t from = at > job->half ? at - job->half : 0;
	uint64_t to = job->count - at > job->half ? at + job->half + 1 : job->count;
	float sum = 0.0f;

	for (uint64_t n = from; n < to; n++)
		sum += job->values[n];
	return sum / (float)(to - from);
}

/* RUN whole windows. */
static void means_from(const struct job *job, uint64_t at)
{
	const float *first = job->values + at - job->half;
	simd_float sums[SUMS] = {{0}};

	for (uint64_t n = 0; n <= 2 * job->half; n++)
#pragma GCC unroll 8
		for (int s = 0; s < SUMS; s++)
			sums[s] += *(const simd_float *)(first + n + s * SIMD_FLOATS);
	for (int s = 0; s < SUMS; s++)
		*(simd_float *)(job->means + at + s * SIMD_FLOATS) =
			sums[s] / (float)(2 * job->half + 1);
}

static void work(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t at, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &at, &to))
		while (at < to)
			if (at >= job->half && to - at >= RUN &&
			    job->count - at >= RUN + job->half) {
				means_from(job, at);
				at += RUN;
			} else {
				job->means[at] = mean_at(job, at);
				at++;
			}
}

void LEVEL(moving_average)(const float *values, uint64_t count, uint64_t half, float *means)
{
	struct job job = {.values = values,
			  .means = means,
			  .count = count,
			  .half = half,
			  .share = {.end = count, .chunk = 16 * RUN}};

	pool_run(work, &job, pool_wanted((double)count * (double)(2 * half + 1) / 10.0));
}
