/* SPDX-License-Identifier: Apache-2.0 */
/* Order statistics of small arrays. */
#include "kernels/median.h"

#include <stdlib.h>

static int ascending(const void *one, const void *other)
{
	float a = *(const float *)one, b = *(const float *)other;

	return (a > b) - (a < b);
}

void float_sort(float *values, size_t count)
{
	qsort(values, count, sizeof(*values), ascending);
}

float float_median(float *values, size_t count)
{
	size_t middle = count / 2;

	float_sort(values, count);
	return count % 2 ? values[middle] : 0.5f * (values[middle - 1] + values[middle]);
}
