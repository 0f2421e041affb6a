/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a level, where loops over arrays would not stay in them. */
#ifndef PARALLEL_SIMD_H
#define PARALLEL_SIMD_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__AVX512F__)
#define SIMD_BYTES 64
#define SIMD_NAME(name) _mm512_##name
#elif defined(__AVX2__)
#define SIMD_BYTES 32
#define SIMD_NAME(name) _mm256_##name
#else
#define SIMD_BYTES 16
#define SIMD_NAME(name) _mm_##name
#endif

#define SIMD_FLOATS (SIMD_BYTES / 4)
#define SIMD_DOUBLES (SIMD_BYTES / 8)

typedef float simd_float __attribute__((vector_size(SIMD_BYTES), aligned(4), may_alias));
typedef double simd_double __attribute__((vector_size(SIMD_BYTES), aligned(8), may_alias));
typedef int64_t simd_long __attribute__((vector_size(SIMD_BYTES), aligned(8), may_alias));

/* Of numbers, of which none is NaN. */
static inline simd_double simd_min(simd_double one, simd_double other)
{
	return SIMD_NAME(min_pd)(one, other);
}

static inline simd_double simd_max(simd_double one, simd_double other)
{
	return SIMD_NAME(max_pd)(one, other);
}

/* x x + y y + z z, rounded as SQUARES of common.h is. */
static inline simd_double simd_squares(simd_double x, simd_double y, simd_double z)
{
#ifdef PARALLEL_FUSED
	return SIMD_NAME(fmadd_pd)(z, z, SIMD_NAME(fmadd_pd)(x, x, y * y));
#else
	return x * x + y * y + z * z;
#endif
}

/* The number where the comparison holds, else 0. */
static inline simd_double simd_where(simd_long holds, simd_double number)
{
	return (simd_double)((simd_long)number & holds);
}

/* Whether one is at most other in any lane. */
static inline bool simd_any_at_most(simd_double one, simd_double other)
{
#if defined(__AVX512F__)
	return _mm512_cmp_pd_mask(one, other, _CMP_LE_OQ) != 0;
#elif defined(__AVX2__)
	return _mm256_movemask_pd(_mm256_cmp_pd(one, other, _CMP_LE_OQ)) != 0;
#else
	return _mm_movemask_pd(_mm_cmple_pd(one, other)) != 0;
#endif
}

#endif
