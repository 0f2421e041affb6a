/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing what a kernel gave with what it should have given. */
#ifndef VERIFY_COMPARE_H
#define VERIFY_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value is within tolerance if abs(found - expected) <= absolute + relative abs(expected). */
struct tolerance {
	double absolute, relative;
};

/* What was seen so far; start with all zero. */
struct difference {
	uint64_t values, differing;
	double max_absolute; /* Infinite where only one of the two is a number. */
	double max_relative; /* Infinite where something other than 0 was found for 0. */
	char first[96];      /* The first that differs, in words. */
};

/* Compare one value. True if it is the first to differ: then the caller is to put it into words. */
bool compare_value(struct difference *to, double found, double expected,
		   const struct tolerance *within);

/*
 * Compare `count` values called `what`. Equal infinities are equal, so are two NaNs, whatever
 * their bits; 0 and -0 are equal.
 */
void compare_floats(struct difference *to, const char *what, const float *found,
		    const float *expected, uint64_t count, const struct tolerance *within);
void compare_doubles(struct difference *to, const char *what, const double *found,
		     const double *expected, uint64_t count, const struct tolerance *within);

/* Values that have no tolerance: counts, result codes. */
void compare_integers(struct difference *to, const char *what, int64_t found, int64_t expected);

#endif
