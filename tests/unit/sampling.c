/* SPDX-License-Identifier: Apache-2.0 */
/* Poisson sampling: which allocations are taken, and that their weights make up for the rest. */
#include "tests/unit/cmocka_all.h"

#include <math.h>
#include <stdlib.h>

#include "preload/sampling.h"

#define PERIOD 4096
#define SEEDS 400

/* A mean and its standard error, one value at a time. */
struct statistics {
	double count, sum, squares;
};

static void add(struct statistics *of, double value)
{
	of->count++;
	of->sum += value;
	of->squares += value * value;
}

/* Within 4 standard errors: wrong once in 16,000 such checks, and the seeds are fixed. */
static void assert_mean(const struct statistics *of, double expected)
{
	double mean = of->sum / of->count;
	double variance = (of->squares - of->sum * mean) / (of->count - 1);
	double error = sqrt(variance / of->count);

	if (!(fabs(mean - expected) <= 4 * error + 1e-9 * expected))
		fail_msg("mean %.6g, expected %.6g, standard error %.3g", mean, expected, error);
}

static void blocks_are_taken_with_the_probability_of_their_size(void **state)
{
	static const uint64_t sizes[] = {1, 16, 100, 4096, 10000};

	(void)state;
	recoat_sampling_init(PERIOD, 1);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct recoat_sampler sampler = {0};
		struct statistics taken = {0};

		for (int n = 0; n < 1000000; n++)
			add(&taken, recoat_sampling_takes(&sampler, sizes[i]));
		assert_mean(&taken, -expm1(-(double)sizes[i] / PERIOD));
	}
}

static void the_first_block_of_a_thread_is_as_likely_as_any(void **state)
{
	struct statistics taken = {0};

	(void)state;
	recoat_sampling_init(PERIOD, 2);
	for (int n = 0; n < 100000; n++) {
		struct recoat_sampler sampler = {0};

		add(&taken, recoat_sampling_takes(&sampler, 1000));
	}
	assert_mean(&taken, -expm1(-1000.0 / PERIOD));
}

/* The rounding is random by address: its mean over so many is good to 0.05. */
static void assert_weight(uint64_t period, uint64_t size)
{
	enum { ADDRESSES = 2000 };
	double weight = -1 / expm1(-(double)size / (double)period);
	double count = 0, bytes = 0;

	for (uint64_t n = 0; n < ADDRESSES; n++) {
		struct recoat_weight found = recoat_sampling_weight((void *)(n * 16), size);

		assert_true(fabs((double)found.count - weight) <= 1 + 1e-12 * weight);
		count += (double)found.count - weight;
		bytes += (double)found.bytes - weight * (double)size;
	}
	assert_true(fabs(count / ADDRESSES) < 0.05);
	assert_true(fabs(bytes / ADDRESSES) < 0.05 + 1e-12 * weight * (double)size);
}

static void weights_are_one_by_the_probability(void **state)
{
	(void)state;
	for (uint64_t period = 1; period <= 1ull << 40; period *= 32) {
		recoat_sampling_init(period, 3);
		for (uint64_t size = 1; size <= 1ull << 36; size = size * 7 + 3)
			assert_weight(period, size);
	}
}

static void a_weight_is_found_again_at_the_free(void **state)
{
	(void)state;
	recoat_sampling_init(PERIOD, 4);
	for (uint64_t n = 0; n < 1000; n++) {
		struct recoat_weight once = recoat_sampling_weight((void *)(n * 16), n);
		struct recoat_weight again = recoat_sampling_weight((void *)(n * 16), n);

		assert_int_equal(once.count, again.count);
		assert_int_equal(once.bytes, again.bytes);
	}
}

/* Sizes as programs have them: many small ones, some of none, a few far above the period. */
static uint64_t size_of(int number)
{
	unsigned x = (unsigned)number * 2654435761u >> 8;

	return number % 100 == 7 ? 0 : number % 1000 == 0 ? 100000 : 1 + x % (x % 5 ? 64 : 2000);
}

static void sums_are_unbiased(void **state)
{
	struct statistics count = {0}, bytes = {0};
	uint64_t all_bytes = 0;

	(void)state;
	for (int n = 0; n < 20000; n++)
		all_bytes += size_of(n);
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		struct recoat_sampler sampler = {0};
		struct recoat_weight sum = {0};

		recoat_sampling_init(PERIOD, seed);
		for (int n = 0; n < 20000; n++) {
			const void *address = (void *)(uint64_t)(0x10000 + n % 300 * 16);
			struct recoat_weight weight;

			if (!recoat_sampling_takes(&sampler, size_of(n)))
				continue;
			weight = recoat_sampling_weight(address, size_of(n));
			sum.count += weight.count;
			sum.bytes += weight.bytes;
		}
		add(&count, (double)sum.count);
		add(&bytes, (double)sum.bytes);
	}
	assert_mean(&count, 20000);
	assert_mean(&bytes, (double)all_bytes);
}

static void no_sampled_block_is_missed_by_the_filter(void **state)
{
	size_t left = 0;

	(void)state;
	recoat_sampling_init(PERIOD, 5);
	for (uint64_t n = 0; n < 100000; n++)
		recoat_sampled_add((void *)(n * 48));
	for (uint64_t n = 0; n < 100000; n++) {
		assert_true(recoat_sampled_may_be((void *)(n * 48)));
		recoat_sampled_remove((void *)(n * 48));
	}
	for (size_t i = 0; i < 1u << RECOAT_SAMPLED_BITS; i++)
		left += recoat_sampled[i];
	assert_int_equal(left, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_are_taken_with_the_probability_of_their_size),
		cmocka_unit_test(the_first_block_of_a_thread_is_as_likely_as_any),
		cmocka_unit_test(weights_are_one_by_the_probability),
		cmocka_unit_test(a_weight_is_found_again_at_the_free),
		cmocka_unit_test(sums_are_unbiased),
		cmocka_unit_test(no_sampled_block_is_missed_by_the_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
