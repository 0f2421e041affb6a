/* SPDX-License-Identifier: Apache-2.0 */
/* A made-up laser powder-bed build: where the laser goes, and what a sensor sees. */
#include "kernels/build.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define HATCH 0.1
#define STRIPE 5.0
#define TURN 67.0
#define PI 3.14159265358979323846

#define HEAT_AT_TURN 0.15 /* Signal added where a line begins, */
#define HEAT_DECAY 0.5    /* falling by e within these millimetres. */
#define LAYER_DRIFT 0.10  /* Signal lost from the first layer to the last. */
#define NOISE_MEMORY 0.9  /* Correlation of one sample's noise with the next. */
#define NOISE_STEP 0.01
#define SPATTER_RATE 0.001
#define SPATTER_SIGNAL 0.8

/* One hatch line, in the layer's turned frame: at height v, from u_begin to u_end. */
struct line {
	double u_begin, u_end, v;
};

struct path {
	struct line *lines;
	uint64_t count, room;
	double length;
	double cosine, sine; /* Of the layer's turn. */
};

/* SplitMix64 (Steele, Lea & Flood 2014): small, and the same everywhere. */
static uint64_t random_word(uint64_t *state)
{
	uint64_t word = *state += UINT64_C(0x9e3779b97f4a7c15);

	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

static double random_unit(uint64_t *state)
{
	return (double)(random_word(state) >> 11) * 0x1p-53;
}

/* Nearly normal, of variance 1: a sum of twelve needs no libm and so is exact everywhere. */
static double random_normal(uint64_t *state)
{
	double sum = -6.0;

	for (int n = 0; n < 12; n++)
		sum += random_unit(state);
	return sum;
}

/* Narrow [*from, *to] to where |start + slope * u| is inside of the part. */
static void clip(double start, double slope, double *from, double *to)
{
	double half = 0.5 * BUILD_WIDTH, one, other;

	if (fabs(slope) < 1e-12) {
		if (fabs(start) > half)
			*to = *from;
		return;
	}
	one = (-half - start) / slope;
	other = (half - start) / slope;
	*from = fmax(*from, fmin(one, other));
	*to = fmin(*to, fmax(one, other));
}

static int path_add(struct path *path, struct line line)
{
	if (path->count == path->room) {
		uint64_t room = path->room ? 2 * path->room : 512;
		struct line *lines = reallocarray(path->lines, room, sizeof(*lines));

		if (!lines)
			return -ENOMEM;
		path->lines = lines;
		path->room = room;
	}
	path->lines[path->count++] = line;
	path->length += fabs(line.u_end - line.u_begin);
	return 0;
}

/* The lines of one stripe, each in the direction opposite to the one before. */
static int path_add_stripe(struct path *path, double u_low, double reach)
{
	bool forth = true;

	for (double v = -reach + 0.5 * HATCH; v < reach; v += HATCH) {
		double from = u_low, to = u_low + STRIPE;
		int status;

		clip(-v * path->sine, path->cosine, &from, &to);
		clip(v * path->cosine, path->sine, &from, &to);
		if (to <= from)
			continue;
		status = path_add(path,
				  forth ? (struct line){from, to, v} : (struct line){to, from, v});
		if (status)
			return status;
		forth = !forth;
	}
	return 0;
}

/* The laser's way over one layer. */
static int path_plan(struct path *path, uint64_t layer)
{
	double angle = fmod(TURN * (double)layer, 360.0) * PI / 180.0;
	double reach = BUILD_WIDTH * 0.75; /* More than half of the diagonal. */
	int status = 0;

	path->count = 0;
	path->length = 0.0;
	path->cosine = cos(angle);
	path->sine = sin(angle);
	for (double u = -reach; u < reach && !status; u += STRIPE)
		status = path_add_stripe(path, u, reach);
	return status;
}

struct sensor {
	uint64_t random;
	double noise;
};

static double sense(struct sensor *sensor, double from_turn, double progress)
{
	double signal = 1.0 + HEAT_AT_TURN * exp(-from_turn / HEAT_DECAY) - LAYER_DRIFT * progress;

	sensor->noise = NOISE_MEMORY * sensor->noise + NOISE_STEP * random_normal(&sensor->random);
	signal += sensor->noise;
	if (random_unit(&sensor->random) < SPATTER_RATE)
		signal += SPATTER_SIGNAL;
	return signal;
}

static uint64_t layer_begin(const struct build *build, uint64_t layer)
{
	uint64_t share = build->points / build->layers, rest = build->points % build->layers;

	return share * layer + (layer < rest ? layer : rest);
}

/* Samples of one layer, evenly spaced along its path. */
static void sample_layer(const struct build *build, uint64_t layer, const struct path *path,
			 struct sensor *sensor, float *xyz, float *values)
{
	uint64_t begin = layer_begin(build, layer), end = layer_begin(build, layer + 1);
	double progress = (double)layer / (double)build->layers;
	double passed = 0.0; /* Length of the lines before the current one. */
	uint64_t n = 0;

	for (uint64_t p = begin; p < end; p++) {
		double at = path->length * ((double)(p - begin) + 0.5) / (double)(end - begin);
		const struct line *line = &path->lines[n];
		double u;

		while (n + 1 < path->count && at > passed + fabs(line->u_end - line->u_begin)) {
			passed += fabs(line->u_end - line->u_begin);
			line = &path->lines[++n];
		}
		u = line->u_begin + copysign(at - passed, line->u_end - line->u_begin);
		xyz[3 * p] = (float)(0.5 * BUILD_WIDTH + u * path->cosine - line->v * path->sine);
		xyz[3 * p + 1] =
			(float)(0.5 * BUILD_WIDTH + u * path->sine + line->v * path->cosine);
		xyz[3 * p + 2] = (float)(BUILD_HEIGHT * progress);
		values[p] = (float)sense(sensor, at - passed, progress);
	}
}

static int generate(const struct build *build, float *xyz, float *values)
{
	struct sensor sensor = {.random = build->seed};
	struct path path = {0};
	int status = 0;

	for (uint64_t layer = 0; layer < build->layers && !status; layer++) {
		status = path_plan(&path, layer);
		if (!status)
			sample_layer(build, layer, &path, &sensor, xyz, values);
	}
	free(path.lines);
	return status;
}

int build_generate(const struct build *build, struct amqadf_points *points)
{
	float *xyz, *values;
	int status = -ENOMEM;

	if (build->points == 0 || build->layers == 0 || build->layers > build->points)
		return -EINVAL;
	xyz = calloc(build->points, 3 * sizeof(float));
	values = calloc(build->points, sizeof(float));
	if (xyz && values)
		status = generate(build, xyz, values);
	if (status) {
		free(xyz);
		free(values);
		return status;
	}
	*points = (struct amqadf_points){.count = build->points, .xyz = xyz, .values = values};
	return 0;
}
