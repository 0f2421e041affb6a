/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of repeated measurements; statistics.h names the sources. */
#include "analyzer/statistics.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

#define SEED 0x7265636F61740001ull

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* A sorted copy, for the caller to free. */
static double *sorted(const double *value, size_t count)
{
	double *copy = recoat_calloc(count, sizeof(*copy));

	memcpy(copy, value, count * sizeof(*copy));
	qsort(copy, count, sizeof(*copy), by_value);
	return copy;
}

static double middle(const double *ordered, size_t count)
{
	return (ordered[(count - 1) / 2] + ordered[count / 2]) / 2;
}

double recoat_median(const double *value, size_t count)
{
	double *ordered, median;

	if (!count)
		return 0;
	ordered = sorted(value, count);
	median = middle(ordered, count);
	free(ordered);
	return median;
}

struct recoat_summary recoat_summarise(const double *value, size_t count)
{
	struct recoat_summary summary = {.count = count};
	double squares = 0;

	if (!count)
		return summary;
	summary.min = summary.max = value[0];
	for (size_t i = 0; i < count; i++) {
		summary.mean += value[i] / (double)count;
		summary.min = fmin(summary.min, value[i]);
		summary.max = fmax(summary.max, value[i]);
	}
	for (size_t i = 0; i < count; i++)
		squares += (value[i] - summary.mean) * (value[i] - summary.mean);
	summary.deviation = count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
	summary.median = recoat_median(value, count);
	return summary;
}

size_t recoat_random_below(struct recoat_random *random, size_t bound)
{
	unsigned long long z = random->state += 0x9E3779B97F4A7C15ull;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
	return (size_t)((z ^ (z >> 31)) % bound);
}

/* ---- The rank sum test. ---- */

struct ranked {
	double value;
	size_t rank; /* Twice the mid-rank, a whole number. */
	int first;   /* Of side a. */
};

static int by_ranked(const void *left, const void *right)
{
	return by_value(&((const struct ranked *)left)->value,
			&((const struct ranked *)right)->value);
}

/* All values in order with their ranks, for the caller to free; *ties is sum(t^3 - t). */
static struct ranked *rank(const double *a, size_t n, const double *b, size_t m, double *ties)
{
	struct ranked *all = recoat_calloc(n + m, sizeof(*all));

	for (size_t i = 0; i < n + m; i++)
		all[i] = (struct ranked){.value = i < n ? a[i] : b[i - n], .first = i < n};
	qsort(all, n + m, sizeof(*all), by_ranked);
	*ties = 0;
	for (size_t from = 0, to; from < n + m; from = to) {
		double t;

		for (to = from; to < n + m && all[to].value == all[from].value; to++)
			;
		for (size_t i = from; i < to; i++)
			all[i].rank = from + 1 + to;
		t = (double)(to - from);
		*ties += t * t * t - t;
	}
	return all;
}

/* Of all choices of n out of the ranks, the share whose sum is `distance` or more off the mean. */
static double exact_p(const struct ranked *all, size_t n, size_t count, double mean,
		      double distance)
{
	size_t sums = count * (count + 1) + 1;
	double *ways = recoat_calloc((n + 1) * sums, sizeof(*ways));
	double far = 0, whole = 0;

	ways[0] = 1;
	for (size_t i = 0; i < count; i++)
		for (size_t k = n; k-- > 0;)
			for (size_t sum = sums - all[i].rank; sum-- > 0;)
				ways[(k + 1) * sums + sum + all[i].rank] += ways[k * sums + sum];
	for (size_t sum = 0; sum < sums; sum++) {
		whole += ways[n * sums + sum];
		if (fabs((double)sum - mean) >= distance)
			far += ways[n * sums + sum];
	}
	free(ways);
	return far / whole;
}

static double normal_p(size_t n, size_t m, double ties, double distance)
{
	double all = (double)(n + m);
	double variance = (double)n * (double)m / 12 * (all + 1 - ties / (all * (all - 1)));

	if (variance <= 0)
		return 1;
	return erfc(fmax(distance - 0.5, 0) / sqrt(2 * variance));
}

double recoat_mann_whitney(const double *a, size_t n, const double *b, size_t m)
{
	double ties, p, mean, distance;
	struct ranked *all;
	size_t sum = 0;

	if (!n || !m)
		return 1;
	all = rank(a, n, b, m, &ties);
	for (size_t i = 0; i < n + m; i++)
		sum += all[i].first ? all[i].rank : 0;
	mean = (double)n * (double)(n + m + 1); /* Of twice the rank sum. */
	distance = fabs((double)sum - mean);
	p = n + m <= RECOAT_EXACT_MOST ? exact_p(all, n, n + m, mean, distance)
				       : normal_p(n, m, ties, distance / 2);
	free(all);
	return p;
}

/* ---- The bootstrap. ---- */

/* The k-th smallest (from 0); values are moved. C. A. R. Hoare, CACM 4 (1961) 321. */
static double select_kth(double *value, size_t count, size_t k)
{
	size_t low = 0, high = count - 1;

	while (low < high) {
		double pivot = value[low + (high - low) / 2];
		size_t i = low, j = high;

		for (;;) {
			double kept;

			while (value[i] < pivot)
				i++;
			while (value[j] > pivot)
				j--;
			if (i >= j)
				break;
			kept = value[i];
			value[i++] = value[j];
			value[j--] = kept;
		}
		/* [low, i) is not above the pivot, (j, high] not below; i - j is 0 or 1. */
		if (k < i)
			high = i - 1;
		else if (k > j)
			low = j + 1;
		else
			break;
	}
	return value[k];
}

static double resampled_median(const double *value, size_t count, double *room,
			       struct recoat_random *random)
{
	double upper;

	for (size_t i = 0; i < count; i++)
		room[i] = value[recoat_random_below(random, count)];
	upper = select_kth(room, count, count / 2);
	return count % 2 ? upper : (upper + select_kth(room, count, count / 2 - 1)) / 2;
}

/* Between the two neighbours of the place `share` of the way through. */
static double percentile(const double *ordered, size_t count, double share)
{
	double place = share * (double)(count - 1), below = floor(place);
	size_t i = (size_t)below;

	return i + 1 < count ? ordered[i] + (place - below) * (ordered[i + 1] - ordered[i])
			     : ordered[i];
}

struct recoat_interval recoat_bootstrap_ratio(const double *a, size_t n, const double *b, size_t m)
{
	struct recoat_interval interval = {NAN, NAN};
	struct recoat_random random = {SEED};
	double *room = recoat_calloc(n > m ? n : m, sizeof(*room));
	double *ratio = recoat_calloc(RECOAT_BOOTSTRAP_RESAMPLES, sizeof(*ratio));
	size_t count = 0;

	for (; n && m && count < RECOAT_BOOTSTRAP_RESAMPLES; count++) {
		double before = resampled_median(a, n, room, &random);

		if (before == 0)
			break;
		ratio[count] = resampled_median(b, m, room, &random) / before;
	}
	if (count == RECOAT_BOOTSTRAP_RESAMPLES) {
		qsort(ratio, count, sizeof(*ratio), by_value);
		interval.low = percentile(ratio, count, 0.025);
		interval.high = percentile(ratio, count, 0.975);
	}
	free(ratio);
	free(room);
	return interval;
}

/* ---- Regression. ---- */

/* P(-t < T < t), by the finite sums for whole degrees of freedom. */
static double student_within(double t, unsigned freedom)
{
	double angle = atan(t / sqrt(freedom)), cosine = cos(angle), sum = 0;
	double term = freedom % 2 ? cosine : 1;

	for (unsigned i = freedom % 2 ? 2 : 1; i < freedom; i += 2) {
		sum += term;
		term *= cosine * cosine * (double)i / (double)(i + 1);
	}
	return freedom % 2 ? 2 / M_PI * (angle + sin(angle) * sum) : sin(angle) * sum;
}

double recoat_student(double probability, unsigned freedom)
{
	double low = 0, high = 1;

	assert(freedom && probability >= 0 && probability < 1);
	while (student_within(high, freedom) < probability)
		high *= 2;
	for (int i = 0; i < 100; i++) {
		double half = (low + high) / 2;

		if (student_within(half, freedom) < probability)
			low = half;
		else
			high = half;
	}
	return high;
}

struct recoat_line recoat_fit_line(const double *x, const double *y, size_t count)
{
	struct recoat_line line = {.count = count, .low = -INFINITY, .high = INFINITY};
	double mean_x = 0, mean_y = 0, xx = 0, xy = 0, residuals = 0, reach;

	for (size_t i = 0; i < count; i++) {
		mean_x += x[i] / (double)count;
		mean_y += y[i] / (double)count;
	}
	for (size_t i = 0; i < count; i++) {
		xx += (x[i] - mean_x) * (x[i] - mean_x);
		xy += (x[i] - mean_x) * (y[i] - mean_y);
	}
	if (count < 2 || xx <= 0)
		return (struct recoat_line){0};
	line.slope = xy / xx;
	line.intercept = mean_y - line.slope * mean_x;
	if (count == 2)
		return line;
	for (size_t i = 0; i < count; i++) {
		double off = y[i] - line.intercept - line.slope * x[i];

		residuals += off * off;
	}
	reach = recoat_student(0.95, (unsigned)count - 2) *
		sqrt(residuals / (double)(count - 2) / xx);
	line.low = line.slope - reach;
	line.high = line.slope + reach;
	return line;
}
