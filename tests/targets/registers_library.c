/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of registers.c. */
#include "registers.h"

#include <stdarg.h>

AVX __m256d registers_256(__m256d a, __m256d b, __m256d c, __m256d d, __m256d e, __m256d f,
			  __m256d g, __m256d h, __m256d i)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}

AVX512 __m512d registers_512(__m512d a, __m512d b, __m512d c, __m512d d, __m512d e, __m512d f,
			     __m512d g, __m512d h, __m512d i)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i;
}

long double _Complex registers_complex(long double a, long double b)
{
	return a * b + (a - b) * I;
}

struct registers_large registers_large(struct registers_large large, long factor)
{
	for (int i = 0; i < 40; i++)
		large.word[i] *= factor;
	return large;
}

long registers_many(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j,
		    long k, long l, long m, long n, long o, long p, long q, long r, long s)
{
	return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k +
	       12 * l + 13 * m + 14 * n + 15 * o + 16 * p + 17 * q + 18 * r + 19 * s;
}

double registers_variadic(int count, ...)
{
	double sum = 0;
	va_list list;

	va_start(list, count);
	for (int i = 0; i < count; i++)
		sum += (i + 1) * (i % 2 ? va_arg(list, double) : (double)va_arg(list, int));
	va_end(list);
	return sum;
}

void registers_nothing(void)
{
}
