/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that take and return values in every way that there is. */
#ifndef REGISTERS_H
#define REGISTERS_H

#include <complex.h>
#include <immintrin.h>

#define AVX __attribute__((target("avx")))
#define AVX512 __attribute__((target("avx512f")))

struct registers_large {
	long word[40];
};

AVX __m256d registers_256(__m256d a, __m256d b, __m256d c, __m256d d, __m256d e, __m256d f,
			  __m256d g, __m256d h, __m256d i);
AVX512 __m512d registers_512(__m512d a, __m512d b, __m512d c, __m512d d, __m512d e, __m512d f,
			     __m512d g, __m512d h, __m512d i);
long double _Complex registers_complex(long double a, long double b);
struct registers_large registers_large(struct registers_large large, long factor);
long registers_many(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j,
		    long k, long l, long m, long n, long o, long p, long q, long r, long s);
double registers_variadic(int count, ...);
void registers_nothing(void);

#endif
