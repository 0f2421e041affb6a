/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential functions: their table, and whether libm has the same. */
#include "plugins/parallel/exp.h"

#include <math.h>

const uint64_t parallel_exp_table[32] = {
	0x3ff0000000000000, 0x3fefd9b0d3158574, 0x3fefb5586cf9890f, 0x3fef9301d0125b51,
	0x3fef72b83c7d517b, 0x3fef54873168b9aa, 0x3fef387a6e756238, 0x3fef1e9df51fdee1,
	0x3fef06fe0a31b715, 0x3feef1a7373aa9cb, 0x3feedea64c123422, 0x3feece086061892d,
	0x3feebfdad5362a27, 0x3feeb42b569d4f82, 0x3feeab07dd485429, 0x3feea47eb03a5585,
	0x3feea09e667f3bcd, 0x3fee9f75e8ec5f74, 0x3feea11473eb0187, 0x3feea589994cce13,
	0x3feeace5422aa0db, 0x3feeb737b0cdc5e5, 0x3feec49182a3f090, 0x3feed503b23e255d,
	0x3feee89f995ad3ad, 0x3feeff76f2fb5e47, 0x3fef199bdd85529c, 0x3fef3720dcef9069,
	0x3fef5818dcfba487, 0x3fef7c97337b9b5f, 0x3fefa4afa2a490da, 0x3fefd0765b6e4540,
};

/* Where glibc's result is not the nearest float, so that a better expf() differs. */
static const float hard[] = {
	-0x1.e2671ap-14f, -0x1.593746p-13f, -0x1.c97cc6p-13f, -0x1.df9e0ap-13f,
	-0x1.f3bf3ep-13f, -0x1.061062p-12f, -0x1.10210ap-12f, -0x1.1d71f2p-12f,
	-0x1.4ad55cp-12f, -0x1.d9578ap-9f,  -0x1.6add32p-8f,  -0x1.ccc838p-8f,
	-0x1.4a229p-7f,   -0x1.e20c84p-7f,  -0x1.bab82ep-6f,  -0x1.35ae76p-5f,
};

/* Through a volatile, lest the compiler compute it with an expf() of its own. */
static float libm_exp(float x)
{
	volatile float argument = x;

	return expf(argument);
}

float exp_float_odd(void)
{
	return libm_exp(EXP_FLOAT_ODD);
}

bool exp_float_is_libms(void)
{
	float odd = exp_float_odd();

	for (unsigned n = 0; n < sizeof(hard) / sizeof(hard[0]); n++)
		if (libm_exp(hard[n]) != exp_float(hard[n], odd))
			return false;
	for (float x = 0.0f; x > -105.0f; x -= 0.0517f)
		if (libm_exp(x) != exp_float(x, odd))
			return false;
	return true;
}
