/* SPDX-License-Identifier: Apache-2.0 */
/* Bilateral filter: rows of voxels as lanes; the reference's way where the rounding is open. */
#include "plugins/parallel/exp.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/smoothing.h"

#define LANES 32
#define RADIUS_MAX 192 /* Of sigma 64. */
/* More than exp_near() ever takes from a weight by giving 0. */
#define TINY 1e-270

struct job {
	struct smoothing smoothing;
	struct amqadf_grid *out;
	double per_range2, error;
	struct pool_share share; /* Rows. */
};

struct sums {
	double sum[LANES], size[LANES], weights[LANES];
} __attribute__((aligned(64)));

/* A run of voxels along k. */
struct run {
	uint64_t i, j, k, count;
	double centre[LANES];
};

/* One neighbour of every lane: values[lane], NaN where it is inactive or outside. */
static void add(const double *restrict values, const double *restrict centre, double weight,
		double per_range2, struct sums *restrict sums)
{
	for (int lane = 0; lane < LANES; lane++) {
		bool in = values[lane] == values[lane];
		double value = in ? values[lane] : 0.0, away = value - centre[lane];
		double share = weight * exp_near(-(away * away) * per_range2);

		share = in ? share : 0.0;
		sums->sum[lane] += share * value;
		sums->size[lane] += (share + TINY) * fabs(value);
		sums->weights[lane] += share;
	}
}

/* The row's values from radius before the run to radius behind it, NaN outside. */
static void load(const struct job *job, uint64_t i, uint64_t j, const struct run *run,
		 double *values)
{
	const struct amqadf_grid *in = job->smoothing.in;
	const float *row = in->values + (i * in->ny + j) * in->nz;
	uint64_t radius = job->smoothing.radius;

	for (uint64_t n = 0; n < LANES + 2 * radius; n++) {
		uint64_t k = run->k + n - radius; /* Wraps to a large number below 0. */

		values[n] = k < in->nz ? (double)row[k] : (double)NAN;
	}
}

static void add_rows(const struct job *job, const struct run *run, struct sums *sums)
{
	const struct amqadf_grid *in = job->smoothing.in;
	int64_t radius = (int64_t)job->smoothing.radius;
	double values[LANES + 2 * RADIUS_MAX];

	for (int64_t a = -radius; a <= radius; a++)
		for (int64_t b = -radius; b <= radius; b++) {
			uint64_t i = run->i + (uint64_t)a, j = run->j + (uint64_t)b;

			if (i >= in->nx || j >= in->ny)
				continue;
			load(job, i, j, run, values);
			for (int64_t c = -radius; c <= radius; c++)
				add(values + radius + c, run->centre,
				    job->smoothing.weight[a * a + b * b + c * c], job->per_range2,
				    sums);
		}
}

static void filter_run(const struct job *job, struct run *run)
{
	uint64_t at = (run->i * job->out->ny + run->j) * job->out->nz + run->k;
	const float *in = job->smoothing.in->values + at;
	struct sums sums = {0};

	for (uint64_t lane = 0; lane < LANES; lane++)
		run->centre[lane] = lane < run->count && !isnan(in[lane]) ? (double)in[lane] : 0.0;
	add_rows(job, run, &sums);
	for (uint64_t lane = 0; lane < run->count; lane++) {
		double mean = sums.sum[lane] / sums.weights[lane];
		float *out = &job->out->values[at + lane];

		if (isnan(in[lane]))
			*out = NAN;
		else if (settled(mean, job->error * (sums.size[lane] / sums.weights[lane])))
			*out = (float)mean;
		else
			*out = smoothing_voxel(&job->smoothing, run->i, run->j, run->k + lane);
	}
}

static void filter_row(const struct job *job, uint64_t row)
{
	struct run run = {.i = row / job->out->ny, .j = row % job->out->ny};

	for (; run.k < job->out->nz; run.k += LANES) {
		run.count = job->out->nz - run.k < LANES ? job->out->nz - run.k : LANES;
		filter_run(job, &run);
	}
}

static void filter_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t row = from; row < to; row++)
			filter_row(job, row);
}

int LEVEL(filter_bilateral)(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma,
			    float range)
{
	double range2 = 2.0 * (double)range * (double)range, side;
	struct job job = {.out = out, .per_range2 = 1.0 / range2};

	if (!smoothing_pair_served(in, out) || !(range > 0.0f) || !isfinite(range2) ||
	    !smoothing_init(&job.smoothing, in, sigma, range2))
		return PARALLEL_DECLINED;
	side = 2.0 * (double)job.smoothing.radius + 1.0;
	/* An addition a neighbour in both; exp(), and 700 times its argument's error. */
	job.error = 4.0 * (side * side * side * ROUNDING + EXP_ERROR + 4000.0 * ROUNDING);
	job.share = (struct pool_share){.end = in->nx * in->ny, .chunk = 1};
	pool_run(filter_share, &job, pool_wanted((double)voxels_of(in) * side * side * side));
	take_transform(out, in);
	smoothing_fini(&job.smoothing);
	return 0;
}
