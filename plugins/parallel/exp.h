/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential functions that the compiler can put in vectors. */
#ifndef PARALLEL_EXP_H
#define PARALLEL_EXP_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "plugins/parallel/common.h"

/* Bits of 2^(n / 32), less n / 32 of a step of the exponent. */
extern const uint64_t parallel_exp_table[32];

/*
 * Whether libm's expf() gives what exp_float() gives, at arguments chosen such that any
 * algorithm with another rounding error is found out. That of glibc 2.27 to 2.40 does.
 */
bool exp_float_is_libms(void);

/*
 * The one argument below 0 for which glibc's expf() gives different bits with and without
 * fused multiply-add, and which of them libm gives here.
 */
#define EXP_FLOAT_ODD -0x1.f8cbb2p+5f
float exp_float_odd(void);

static inline uint64_t bits_of(double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return bits;
}

static inline double double_of(uint64_t bits)
{
	double x;

	memcpy(&x, &bits, sizeof(x));
	return x;
}

/*
 * expf(x) of glibc for x <= 0, every bit of it: x / ln 2 to the nearest 32nd, a table for that,
 * a cubic for the rest, all in double. `odd` is exp_float_odd(). Checked for all such floats.
 */
static inline float exp_float(float x, float odd)
{
	const double shift = 0x1.8p+52, per_ln2 = 0x1.71547652b82fep+0 * 32;
	const double c0 = 0x1.c6af84b912394p-5 / 32 / 32 / 32, c1 = 0x1.ebfce50fac4f3p-3 / 32 / 32;
	const double c2 = 0x1.62e42ff0c52d6p-1 / 32;
	double argument = (double)(x > -104.0f ? x : -104.0f); /* exp(-104) is 0 in float. */
	double shifted = FMA(per_ln2, argument, shift);
	double rest = FMA(per_ln2, argument, -(shifted - shift));
	uint64_t steps = bits_of(shifted);
	double scale = double_of(parallel_exp_table[steps % 32] + (steps << 47));
	double y = FMA(FMA(c0, rest, c1), rest * rest, FMA(c2, rest, 1.0));
	float result = (float)(y * scale);

	return x == EXP_FLOAT_ODD ? odd : result;
}

/*
 * exp(x) for x <= 0, not to the last bit: the relative error is below EXP_ERROR where the
 * result is above 1e-300; it is 0 below about that.
 */
#define EXP_ERROR 0x1p-42

static inline double exp_near(double x)
{
	const double shift = 0x1.8p+52, per_ln2 = 0x1.71547652b82fep+0;
	double argument = x > -700.0 ? x : -700.0;
	double shifted = FMA(per_ln2, argument, shift), whole = shifted - shift;
	double r = FMA(whole, -0x1.cf79abc9e3b39p-40, FMA(whole, -0x1.62e42fefa0000p-1, argument));
	double y = 1.0 / 39916800.0; /* Taylor's series; r is at most ln 2 / 2. */

	y = FMA(y, r, 1.0 / 3628800.0);
	y = FMA(y, r, 1.0 / 362880.0);
	y = FMA(y, r, 1.0 / 40320.0);
	y = FMA(y, r, 1.0 / 5040.0);
	y = FMA(y, r, 1.0 / 720.0);
	y = FMA(y, r, 1.0 / 120.0);
	y = FMA(y, r, 1.0 / 24.0);
	y = FMA(y, r, 1.0 / 6.0);
	y = FMA(y, r, 0.5);
	y = FMA(y, r, 1.0);
	y = FMA(y, r, 1.0);
	y *= double_of((bits_of(shifted) << 52) + bits_of(1.0));
	return x > -700.0 ? y : 0.0;
}

#endif
