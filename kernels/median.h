/* SPDX-License-Identifier: Apache-2.0 */
/* Order statistics of small arrays. */
#ifndef AMQADF_MEDIAN_H
#define AMQADF_MEDIAN_H

#include <stddef.h>

/* Sort numbers (none of them NaN) in ascending order. */
void float_sort(float *values, size_t count);

/* The median of at least one number, for an even count the mean of the middle two. Sorts. */
float float_median(float *values, size_t count);

#endif
