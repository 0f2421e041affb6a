/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a level, where loops over arrays would not stay in them. */
#ifndef PARALLEL_SIMD_H
#define PARALLEL_SIMD_H

#if defined(__AVX512F__)
#define SIMD_BYTES 64
#elif defined(__AVX2__)
#define SIMD_BYTES 32
#else
#define SIMD_BYTES 16
#endif

#define SIMD_FLOATS (SIMD_BYTES / 4)
#define SIMD_DOUBLES (SIMD_BYTES / 8)

typedef float simd_float __attribute__((vector_size(SIMD_BYTES), aligned(4), may_alias));
typedef double simd_double __attribute__((vector_size(SIMD_BYTES), aligned(8), may_alias));

#endif
