/* SPDX-License-Identifier: Apache-2.0 */
/* Poisson sampling by bytes. libm would be a second library, so two functions are made here. */
#include "preload/sampling.h"

#define LN2 0.693147180559945309417

uint64_t recoat_sampling_period;
_Atomic uint16_t recoat_sampled[1u << RECOAT_SAMPLED_BITS];
static uint64_t seed;
static _Atomic uint64_t seeded; /* Threads so far, each with a seed of its own. */

/* A number that looks random, from one that need not (the finalizer of splitmix64). */
static uint64_t mix(uint64_t x)
{
	x += 0x9E3779B97F4A7C15ull;
	x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9ull;
	x = (x ^ x >> 27) * 0x94D049BB133111EBull;
	return x ^ x >> 31;
}

/* The 53 upper bits as a number in [0, 1). */
static double unit(uint64_t random)
{
	return (double)(random >> 11) * 0x1p-53;
}

/* The natural logarithm of x > 0, to 13 digits: ln m 2^e = e ln 2 + 2 artanh((m-1)/(m+1)). */
static double logarithm(double x)
{
	union {
		double value;
		uint64_t bits;
	} m = {.value = x};
	int exponent = (int)(m.bits >> 52) - 1023;
	double t, square, sum = 0;

	m.bits = (m.bits & ((1ull << 52) - 1)) | 1023ull << 52;
	if (m.value > 1.4142135623730951) {
		m.value /= 2;
		exponent++;
	}
	t = (m.value - 1) / (m.value + 1);
	square = t * t;
	for (int k = 19; k > 0; k -= 2)
		sum = sum * square + 1.0 / k;
	return exponent * LN2 + 2 * t * sum;
}

/*
 * 1 - exp(-x) for x > 0 without the cancellation that small x would bring: the series up to
 * 1/8, and from there 1 - exp(-2y) = q (2 - q) with q = 1 - exp(-y).
 */
static double one_minus_exp(double x)
{
	double term, sum = 0;
	int doublings = 0;

	if (x > 40)
		return 1;
	for (; x > 0.125; x /= 2)
		doublings++;
	term = x;
	for (int k = 2; k < 14; k++) {
		sum += term;
		term *= -x / k;
	}
	while (doublings--)
		sum *= 2 - sum;
	return sum;
}

void recoat_sampling_init(uint64_t period, uint64_t of)
{
	recoat_sampling_period = period;
	seed = mix(of);
	atomic_store_explicit(&seeded, 0, memory_order_relaxed);
	recoat_sampled_reset();
}

/* xorshift64*: period 2^64 - 1, never 0. */
static uint64_t next_random(struct recoat_sampler *sampler)
{
	uint64_t x = sampler->random;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	sampler->random = x;
	return x * 0x2545F4914F6CDD1Dull;
}

/*
 * Bytes up to the next point, rounded down: a size reaches the point exactly if it is above
 * that. The distance has no memory, so a new one begins behind the block that was sampled.
 */
static int64_t draw(struct recoat_sampler *sampler)
{
	double distance = -logarithm(1 - unit(next_random(sampler)));

	return (int64_t)(distance * (double)recoat_sampling_period);
}

bool recoat_sampling_reached(struct recoat_sampler *sampler, int64_t size)
{
	if (!sampler->random) {
		sampler->random =
			mix(seed + atomic_fetch_add_explicit(&seeded, 1, memory_order_relaxed)) | 1;
		sampler->left = draw(sampler) - size;
		if (sampler->left >= 0)
			return false;
	}
	sampler->left = draw(sampler);
	return true;
}

struct recoat_weight recoat_sampling_weight(const void *address, uint64_t size)
{
	double up = unit(mix(seed ^ (uint64_t)address));
	double weight =
		1 / one_minus_exp((double)(size ? size : 1) / (double)recoat_sampling_period);

	return (struct recoat_weight){.count = (uint64_t)(weight + up),
				      .bytes = (uint64_t)(weight * (double)size + up)};
}

void recoat_sampled_reset(void)
{
	for (size_t i = 0; i < 1u << RECOAT_SAMPLED_BITS; i++)
		atomic_store_explicit(&recoat_sampled[i], 0, memory_order_relaxed);
}
