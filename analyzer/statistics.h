/* SPDX-License-Identifier: Apache-2.0 */
/* Statistics of repeated measurements. */
#ifndef RECOAT_STATISTICS_H
#define RECOAT_STATISTICS_H

/*
 * Pure functions over arrays of finite numbers, which they leave as they are. What uses random
 * numbers starts from a fixed seed: equal input gives equal output.
 */

#include <stddef.h>

struct recoat_summary {
	size_t count;
	double mean, median, min, max;
	double deviation; /* Of a sample, by count - 1; 0 for fewer than two. */
};

/* All 0 if there are no values. */
struct recoat_summary recoat_summarise(const double *value, size_t count);

/* The middle one, or the mean of the two in the middle; 0 of none. */
double recoat_median(const double *value, size_t count);

/* Samples a side from which two sides are judged; with 3 and 3 no p is below 0.1. */
#define RECOAT_SAMPLES_LEAST 4

/*
 * Two-sided p of the rank sum test: that the ranks of `a` among all lie as far from their mean
 * as they do, if a and b come from one distribution. Up to RECOAT_EXACT_MOST values in all it is
 * exact, ties included: all ways to deal out the mid-ranks are counted. Above, the normal
 * approximation with correction for continuity and ties. H. B. Mann, D. R. Whitney, Annals of
 * Mathematical Statistics 18 (1947) 50-60; mid-ranks, and variance nm/12 (N + 1 - sum(t^3 - t) /
 * (N (N - 1))): E. L. Lehmann, Nonparametrics (1975), sections 1.3 and 1.4. 1 if a side is empty.
 */
#define RECOAT_EXACT_MOST 40
double recoat_mann_whitney(const double *a, size_t n, const double *b, size_t m);

struct recoat_interval {
	double low, high;
};

/*
 * 95% interval of median(b) / median(a): the 2.5th and 97.5th percentile of
 * RECOAT_BOOTSTRAP_RESAMPLES ratios, each of one resample with replacement a side. B. Efron,
 * R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. With few values it
 * is too narrow. Not a number if a side is empty or the median of a resample of `a` is 0.
 */
#define RECOAT_BOOTSTRAP_RESAMPLES 2000
struct recoat_interval recoat_bootstrap_ratio(const double *a, size_t n, const double *b, size_t m);

/*
 * The x for which Student's t of `freedom` >= 1 degrees lies in [-x, x] with `probability` < 1.
 * M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
 */
double recoat_student(double probability, unsigned freedom);

/* y = intercept + slope * x by least squares. */
struct recoat_line {
	size_t count;
	double slope, intercept;
	double low, high; /* 95% of the slope; infinite with 2 points. */
};

/*
 * The line through points of at least two different x; `count` is 0 without those. Its slope's
 * interval is slope +- t(count - 2) sqrt(residuals^2 / (count - 2) / sum (x - mean x)^2):
 * N. R. Draper, H. Smith, Applied Regression Analysis (1998), section 1.4.
 */
struct recoat_line recoat_fit_line(const double *x, const double *y, size_t count);

/* A generator of uniform numbers (SplitMix64: Steele, Lea, Flood, OOPSLA 2014). */
struct recoat_random {
	unsigned long long state;
};
/* A whole number below `bound`, which is not 0 and far below 2^64. */
size_t recoat_random_below(struct recoat_random *random, size_t bound);

#endif
