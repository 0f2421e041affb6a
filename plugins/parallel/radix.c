/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting floats by their digits, stably: -0 and 0 are equal and keep their order. */
#include "plugins/parallel/radix.h"

#include <string.h>

#define DIGIT 11
#define DIGITS 3
#define BUCKETS (1 << DIGIT)

/* A number of the same order as the float: negative ones turned around, positive ones above. */
static inline uint32_t key_of(float value)
{
	uint32_t bits;

	value += 0.0f; /* -0 + 0 is 0. */
	memcpy(&bits, &value, sizeof(bits));
	return bits ^ (bits >> 31 ? UINT32_MAX : UINT32_C(1) << 31);
}

static inline uint32_t digit_of(float value, int digit)
{
	return key_of(value) >> (DIGIT * digit) & (BUCKETS - 1);
}

struct counts {
	size_t place[DIGITS][BUCKETS];
};

static inline void count_digits(struct counts *counts, float value)
{
	for (int digit = 0; digit < DIGITS; digit++)
		counts->place[digit][digit_of(value, digit)]++;
}

/* From how many to where the first goes. False if all have the same digit. */
static int sum_up(size_t place[BUCKETS], size_t count)
{
	size_t sum = 0;

	for (int bucket = 0; bucket < BUCKETS; bucket++) {
		size_t here = place[bucket];

		if (here == count)
			return 0;
		place[bucket] = sum;
		sum += here;
	}
	return 1;
}

void radix_sort(float *values, float *other, size_t count)
{
	float *from = values, *to = other, *moved;
	struct counts counts = {0};

	for (size_t n = 0; n < count; n++)
		count_digits(&counts, values[n]);
	for (int digit = 0; digit < DIGITS; digit++) {
		size_t *place = counts.place[digit];

		if (!sum_up(place, count))
			continue;
		for (size_t n = 0; n < count; n++)
			to[place[digit_of(from[n], digit)]++] = from[n];
		moved = from;
		from = to;
		to = moved;
	}
	if (from != values)
		memcpy(values, from, count * sizeof(*values));
}

void radix_sort_items(struct radix_item *items, struct radix_item *other, size_t count)
{
	struct radix_item *from = items, *to = other, *moved;
	struct counts counts = {0};

	for (size_t n = 0; n < count; n++)
		count_digits(&counts, items[n].value);
	for (int digit = 0; digit < DIGITS; digit++) {
		size_t *place = counts.place[digit];

		if (!sum_up(place, count))
			continue;
		for (size_t n = 0; n < count; n++)
			to[place[digit_of(from[n].value, digit)]++] = from[n];
		moved = from;
		from = to;
		to = moved;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
}
