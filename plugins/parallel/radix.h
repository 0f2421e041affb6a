/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting floats by their digits, stably: -0 and 0 are equal and keep their order. */
#ifndef PARALLEL_RADIX_H
#define PARALLEL_RADIX_H

#include <stddef.h>
#include <stdint.h>

/* A number and where it came from. */
struct radix_item {
	float value;
	uint32_t from;
};

/* Sort in ascending order; no NaN. `other` is scratch of the same size. The result is in
 * `values`. */
void radix_sort(float *values, float *other, size_t count);
void radix_sort_items(struct radix_item *items, struct radix_item *other, size_t count);

#endif
