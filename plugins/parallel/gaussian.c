/* SPDX-License-Identifier: Apache-2.0 */
/* Gaussian filter: axis after axis, and the reference's way where the rounding is open. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/smoothing.h"

#include <stdlib.h>

#define SCRATCH_MAX (UINT64_C(256) << 20) /* Bytes, unless a voxel's cube takes more. */

/*
 * Numerator and denominator are smoothed along k and j plane by plane, then along i. The
 * numerator is also wanted with all values positive: that bounds the rounding errors. Where
 * no value is negative it is the numerator itself, and where all voxels are active the
 * denominator is a product of one sum an axis.
 */
enum { VALUES, SIZES, MASK, CHANNELS };

struct job {
	struct smoothing smoothing;
	struct amqadf_grid *out;
	double *along;           /* Weights of 0 to radius steps along an axis. */
	double *sums[3];         /* Of the weights in the grid, a position along each axis. */
	double *plane[CHANNELS]; /* Smoothed planes of the slab; NULL: not wanted. */
	double *scratch;         /* A plane and a padded row, or three rows, a member. */
	uint64_t member;         /* Its length. */
	uint64_t first, planes;  /* What `plane` holds. */
	uint64_t from, to;       /* Planes to be written. */
	double error;
	struct pool_share share;
	void *memory;
};

static uint64_t plane_voxels(const struct job *job)
{
	return job->out->ny * job->out->nz;
}

static double channel_value(int channel, float value)
{
	if (isnan(value))
		return 0.0;
	if (channel == MASK)
		return 1.0;
	return channel == SIZES ? fabs((double)value) : (double)value;
}

static void load_row(const float *row, uint64_t count, int channel, double *restrict to)
{
	for (uint64_t k = 0; k < count; k++)
		to[k] = channel_value(channel, row[k]);
}

/* `padded` has radius zeros before and behind the row. */
static void smooth_row(const struct job *job, const double *restrict padded, double *restrict to)
{
	uint64_t radius = job->smoothing.radius, count = job->out->nz;
	const double *row = padded + radius;

	for (uint64_t k = 0; k < count; k++)
		to[k] = job->along[0] * row[k];
	for (uint64_t d = 1; d <= radius; d++) {
		double weight = job->along[d];

		for (uint64_t k = 0; k < count; k++)
			to[k] = FMA(weight, row[k - d] + row[k + d], to[k]);
	}
}

static inline void add_rows(const double *restrict one, double weight, uint64_t count,
			    double *restrict to)
{
	for (uint64_t k = 0; k < count; k++)
		to[k] = FMA(weight, one[k], to[k]);
}

/* Row `at` of `count` rows `stride` apart, smoothed across them. */
static void smooth_across(const struct job *job, const double *rows, uint64_t stride, uint64_t at,
			  uint64_t count, double *to)
{
	uint64_t radius = job->smoothing.radius, length = job->out->nz;
	uint64_t low = at > radius ? at - radius : 0;
	uint64_t high = count - 1 - at < radius ? count - 1 : at + radius;

	memset(to, 0, length * sizeof(*to));
	for (uint64_t row = low; row <= high; row++)
		add_rows(rows + row * stride, job->along[row > at ? row - at : at - row], length,
			 to);
}

static void smooth_plane(const struct job *job, uint64_t i, unsigned member, int channel)
{
	const struct amqadf_grid *in = job->smoothing.in;
	uint64_t ny = in->ny, nz = in->nz, radius = job->smoothing.radius;
	double *rows = job->scratch + member * job->member;
	double *padded = rows + plane_voxels(job);
	double *to = job->plane[channel] + (i - job->first) * plane_voxels(job);

	memset(padded, 0, (nz + 2 * radius) * sizeof(*padded));
	for (uint64_t j = 0; j < ny; j++) {
		load_row(in->values + (i * ny + j) * nz, nz, channel, padded + radius);
		smooth_row(job, padded, rows + j * nz);
	}
	for (uint64_t j = 0; j < ny; j++)
		smooth_across(job, rows, nz, j, ny, to + j * nz);
}

static void planes_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)members;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t plane = from; plane < to; plane++)
			for (int channel = 0; channel < CHANNELS; channel++)
				if (job->plane[channel])
					smooth_plane(job, job->first + plane, member, channel);
}

/* Write a row; values, sizes and weights are smoothed along all axes. */
static void write_row(const struct job *job, uint64_t i, uint64_t j, const double *values,
		      const double *sizes, const double *weights)
{
	uint64_t row = (i * job->out->ny + j) * job->out->nz;
	const float *in = job->smoothing.in->values + row;
	float *out = job->out->values + row;
	uint32_t all = 1;

	for (uint64_t k = 0; k < job->out->nz; k++) {
		double mean = values[k] / weights[k];
		uint32_t certain = settled(mean, job->error * (sizes[k] / weights[k]));
		bool active = in[k] == in[k];

		out[k] = active ? (float)mean : NAN;
		all &= certain | !active;
	}
	for (uint64_t k = 0; !all && k < job->out->nz; k++)
		if (!isnan(in[k]) &&
		    !settled(values[k] / weights[k], job->error * (sizes[k] / weights[k])))
			out[k] = smoothing_voxel(&job->smoothing, i, j, k);
}

static void rows_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t nz = job->out->nz, ny = job->out->ny, from, to;
	double *row = job->scratch + member * job->member;
	double *smooth[CHANNELS] = {row, row + nz, row + 2 * nz};

	(void)members;
	while (pool_take(&job->share, &from, &to))
		for (; from < to; from++) {
			uint64_t i = job->from + from / ny, j = from % ny;

			for (int channel = 0; channel < CHANNELS; channel++)
				if (job->plane[channel])
					smooth_across(job, job->plane[channel] + j * nz,
						      plane_voxels(job), i - job->first,
						      job->planes, smooth[channel]);
			for (uint64_t k = 0; !job->plane[MASK] && k < nz; k++)
				smooth[MASK][k] =
					job->sums[0][i] * job->sums[1][j] * job->sums[2][k];
			write_row(job, i, j, smooth[VALUES],
				  smooth[job->plane[SIZES] ? SIZES : VALUES], smooth[MASK]);
		}
}

static void smooth_slab(struct job *job, unsigned threads)
{
	job->share = (struct pool_share){.end = job->planes, .chunk = 1};
	pool_run(planes_share, job, threads);
	job->share = (struct pool_share){.end = (job->to - job->from) * job->out->ny, .chunk = 8};
	pool_run(rows_share, job, threads);
}

static void smooth_all(struct job *job, uint64_t room, unsigned threads)
{
	uint64_t nx = job->out->nx, radius = job->smoothing.radius;
	uint64_t step = room >= nx ? nx : room - 2 * radius;

	for (job->from = 0; job->from < nx; job->from = job->to) {
		uint64_t end;

		job->to = nx - job->from < step ? nx : job->from + step;
		end = nx - job->to < radius ? nx : job->to + radius;
		job->first = job->from > radius ? job->from - radius : 0;
		job->planes = end - job->first;
		smooth_slab(job, threads);
	}
}

static void look_at_values(const struct amqadf_grid *in, bool wanted[CHANNELS])
{
	uint64_t voxels = voxels_of(in);
	uint32_t negative = 0, inactive = 0;

	for (uint64_t v = 0; v < voxels; v++) {
		negative |= in->values[v] < 0.0f;
		inactive |= in->values[v] != in->values[v];
	}
	wanted[VALUES] = true;
	wanted[SIZES] = negative;
	wanted[MASK] = inactive;
}

/* The weights that a position sees along an axis. */
static void sum_weights(const struct job *job, uint64_t size, double *sums)
{
	for (uint64_t at = 0; at < size; at++) {
		uint64_t below = at < job->smoothing.radius ? at : job->smoothing.radius;
		uint64_t beyond = size - 1 - at;
		uint64_t above = beyond < job->smoothing.radius ? beyond : job->smoothing.radius;

		sums[at] = job->along[0];
		for (uint64_t d = 1; d <= below || d <= above; d++)
			sums[at] += job->along[d] * (double)((d <= below) + (d <= above));
	}
}

/* One block: weights, sums, planes of each channel, and a member's plane, rows and padding. */
static bool make_room(struct job *job, unsigned threads, uint64_t *room)
{
	const struct amqadf_grid *in = job->smoothing.in;
	uint64_t radius = job->smoothing.radius, plane = plane_voxels(job);
	uint64_t small = radius + 1 + in->nx + in->ny + in->nz;
	bool wanted[CHANNELS];
	unsigned channels;
	double *at;

	job->member = plane + 3 * in->nz + 2 * radius;
	look_at_values(in, wanted);
	channels = 1 + wanted[SIZES] + wanted[MASK];
	*room = SCRATCH_MAX / sizeof(double) / plane / channels;
	*room = *room > 2 * radius + 1 ? *room : 2 * radius + 1;
	*room = *room < in->nx ? *room : in->nx;
	job->memory =
		malloc((small + *room * plane * channels + threads * job->member) * sizeof(double));
	if (!job->memory)
		return false;
	at = job->memory;
	job->along = at;
	job->sums[0] = at + radius + 1;
	job->sums[1] = job->sums[0] + in->nx;
	job->sums[2] = job->sums[1] + in->ny;
	at += small;
	for (int channel = 0; channel < CHANNELS; channel++)
		if (wanted[channel]) {
			job->plane[channel] = at;
			at += *room * plane;
		}
	job->scratch = at;
	return true;
}

/*
 * Both sums of the reference have an addition for each voxel of the cube, ours for each step
 * along the axes; a weight's error is that of exp() and of its argument, three times in ours.
 */
static double error_of(const struct smoothing *smoothing)
{
	double side = 2.0 * (double)smoothing->radius + 1.0;

	return 2.0 * ROUNDING *
	       (side * side * side + 3.0 * side + 8.0 * smoothing_largest_argument(smoothing) +
		64.0);
}

int LEVEL(filter_gaussian)(const struct amqadf_grid *in, struct amqadf_grid *out, float sigma)
{
	struct job job = {.out = out};
	unsigned threads;
	uint64_t room;

	if (!smoothing_pair_served(in, out) || !smoothing_init(&job.smoothing, in, sigma, INFINITY))
		return PARALLEL_DECLINED;
	threads = pool_wanted(3.0 * (double)voxels_of(in) * (double)(job.smoothing.radius + 1));
	if (!make_room(&job, threads, &room)) {
		smoothing_fini(&job.smoothing);
		return PARALLEL_DECLINED;
	}
	for (uint64_t d = 0; d <= job.smoothing.radius; d++)
		job.along[d] = job.smoothing.weight[d * d];
	sum_weights(&job, in->nx, job.sums[0]);
	sum_weights(&job, in->ny, job.sums[1]);
	sum_weights(&job, in->nz, job.sums[2]);
	job.error = error_of(&job.smoothing);
	smooth_all(&job, room, threads);
	take_transform(out, in);
	free(job.memory);
	smoothing_fini(&job.smoothing);
	return 0;
}
