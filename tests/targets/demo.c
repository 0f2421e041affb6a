/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of demo.h. */
#include "demo.h"

#include <stdlib.h>

double demo_sum(const struct demo_vector *v)
{
	double sum = 0;

	for (uint64_t i = 0; i < v->count; i++)
		sum += v->values[i];
	return sum;
}

double demo_repeat(const struct demo_vector *v, uint64_t times)
{
	double sum = 0;

	while (times--)
		sum += demo_sum(v);
	return sum;
}

void demo_call(void (*callback)(void *), void *data)
{
	callback(data);
	__asm__ volatile(""); /* Not a tail call: the frame must stand while it runs. */
}

double demo_arguments(int a, double b, int c, double d, int e, int f, int g, int h, long i, long j,
		      double k, float l)
{
	return a + b * 2 + c * 3 + d * 4 + e * 5 + f * 6 + g * 7 + h * 8 + (double)i * 9 +
	       (double)j * 10 + k * 11 + (double)l * 12;
}

struct demo_pair demo_pair(long first, double second)
{
	return (struct demo_pair){first, second};
}

void demo_allocate(uint64_t count, uint64_t bytes)
{
	void **blocks = malloc(count * sizeof *blocks);

	for (uint64_t i = 0; i < count; i++)
		blocks[i] = malloc(bytes);
	for (uint64_t i = 0; i < count; i++)
		free(blocks[i]);
	free(blocks);
	*(void *volatile *)&blocks = malloc(bytes);
}
