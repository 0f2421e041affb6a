/* SPDX-License-Identifier: Apache-2.0 */
/* Running kernels of the plugin `parallel` beside the reference, at every level. */
#ifndef PARALLEL_TESTING_H
#define PARALLEL_TESTING_H

#include "tests/unit/kernels_testing.h"

#include <stdbool.h>
#include <stdio.h>
#include "plugins/parallel/level.h"
#include "plugins/parallel/pool.h"

/* SplitMix64 (Steele, Lea & Flood 2014), so that a failing case can be had again. */
static uint64_t random_state = 1;

static inline uint64_t random_word(void)
{
	uint64_t word = random_state += UINT64_C(0x9e3779b97f4a7c15);

	word = (word ^ word >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	word = (word ^ word >> 27) * UINT64_C(0x94d049bb133111eb);
	return word ^ word >> 31;
}

static inline float random_between(double low, double high)
{
	return (float)(low + (high - low) * (double)(random_word() >> 11) * 0x1p-53);
}

/* Every level that this CPU has, with one and with several threads, however small the work. */
static const struct {
	enum parallel_simd simd;
	unsigned threads;
} variants[] = {
	{PARALLEL_SSE2, 1},   {PARALLEL_SSE2, 2},   {PARALLEL_AVX2, 1},   {PARALLEL_AVX2, 3},
	{PARALLEL_AVX512, 1}, {PARALLEL_AVX512, 2}, {PARALLEL_AVX512, 5},
};

/* The kernels of variant n, with its threads; NULL if the CPU has them not. */
static inline const struct parallel_kernels *variant_begin(size_t n)
{
	pool_configure(variants[n].threads, 0);
	return parallel_level(variants[n].simd);
}

static inline struct amqadf_grid grid_of(uint64_t nx, uint64_t ny, uint64_t nz)
{
	const uint64_t dimensions[3] = {nx, ny, nz};
	const double origin[3] = {0.0, 0.0, 0.0};
	struct amqadf_grid grid;

	assert_int_equal(amqadf_grid_init(&grid, dimensions, origin, 1.0), 0);
	return grid;
}

static inline size_t grid_count(const struct amqadf_grid *grid)
{
	return (size_t)(grid->nx * grid->ny * grid->nz);
}

static inline struct amqadf_grid grid_copy(const struct amqadf_grid *grid)
{
	struct amqadf_grid copy = *grid;

	copy.values = malloc(grid_count(grid) * sizeof(float));
	assert_non_null(copy.values);
	memcpy(copy.values, grid->values, grid_count(grid) * sizeof(float));
	return copy;
}

/* Random values, of which a share is inactive. */
static inline void grid_fill(struct amqadf_grid *grid, double low, double high, double inactive)
{
	for (size_t n = 0; n < grid_count(grid); n++)
		grid->values[n] = (double)random_between(0.0, 1.0) < inactive
					  ? NAN
					  : random_between(low, high);
}

static inline bool same_bits(float one, float other)
{
	return memcmp(&one, &other, sizeof(one)) == 0 || (isnan(one) && isnan(other));
}

/* Every bit the same, but for NaN, which equals any NaN; transforms too. */
static inline void expect_same(const char *what, size_t variant, const struct amqadf_grid *found,
			       const struct amqadf_grid *expected)
{
	assert_memory_equal(found->origin, expected->origin, sizeof(found->origin));
	assert_true(found->voxel_size == expected->voxel_size);
	for (size_t n = 0; n < grid_count(found); n++)
		if (!same_bits(found->values[n], expected->values[n]))
			fail_msg("%s, level %d, %u threads, voxel %zu: found %a, expected %a", what,
				 (int)variants[variant].simd, variants[variant].threads, n,
				 (double)found->values[n], (double)expected->values[n]);
}

static inline struct amqadf_points points_of(uint64_t count)
{
	float *xyz = calloc(count, 3 * sizeof(float)), *values = calloc(count, sizeof(float));

	assert_true(xyz && values);
	return (struct amqadf_points){.count = count, .xyz = xyz, .values = values};
}

#endif
