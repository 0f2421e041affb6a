/* SPDX-License-Identifier: Apache-2.0 */
/* Which SIMD levels this CPU has. */
#include "plugins/parallel/level.h"

#include <stddef.h>

/* The system must save the registers, too: the compiler's builtins look at both. */
static int has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static int has_avx512(void)
{
	return has_avx2() && __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
	       __builtin_cpu_supports("avx512vl");
}

static const struct parallel_kernels *best(void)
{
	if (has_avx512())
		return &parallel_avx512;
	return has_avx2() ? &parallel_avx2 : &parallel_sse2;
}

const struct parallel_kernels *parallel_level(enum parallel_simd simd)
{
	switch (simd) {
	case PARALLEL_AUTO:
		return best();
	case PARALLEL_SSE2:
		return &parallel_sse2;
	case PARALLEL_AVX2:
		return has_avx2() ? &parallel_avx2 : NULL;
	case PARALLEL_AVX512:
		return has_avx512() ? &parallel_avx512 : NULL;
	}
	return NULL;
}
