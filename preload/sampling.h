/* SPDX-License-Identifier: Apache-2.0 */
/* Which allocations are sampled, and what each of them stands for. */
#ifndef RECOAT_SAMPLING_H
#define RECOAT_SAMPLING_H

/*
 * Points lie on the bytes that are allocated like a Poisson process, one every `period` bytes
 * on average; an allocation is sampled if at least one falls into it: with the probability
 * p = 1 - exp(-size / period). It then stands for 1/p allocations of its size, which makes
 * every sum over samples an unbiased estimate of the sum over all. A block of no bytes is
 * drawn like one of 1 byte, so that it is counted too.
 *
 * Weights are rounded to whole numbers, up or down at random so that the mean stays, by a hash
 * of the block's address and the seed: its free finds the same number without storing it.
 *
 * Nothing here takes a lock or is a system call; all is async-signal-safe.
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The state of one thread; zeroed, it draws its first point at its first allocation. */
struct recoat_sampler {
	int64_t left;    /* Bytes up to the next point. */
	uint64_t random; /* Of its generator; 0: not seeded yet. */
};

/* Bytes between points on average, 0 while everything is recorded. Set before threads. */
extern uint64_t recoat_sampling_period;

/* Sample from now on, with this period; runs with the same seed draw the same. */
void recoat_sampling_init(uint64_t period, uint64_t seed);

/* The point is reached, or none was drawn yet. */
bool recoat_sampling_reached(struct recoat_sampler *sampler, int64_t size);

/* Is this allocation of `size` bytes to be recorded? */
static inline bool recoat_sampling_takes(struct recoat_sampler *sampler, size_t size)
{
	int64_t bytes = size ? (int64_t)size : 1;

	sampler->left -= bytes;
	return __builtin_expect(sampler->left < 0, 0) && recoat_sampling_reached(sampler, bytes);
}

/* What a sampled block of `size` bytes at `address` stands for. */
struct recoat_weight {
	uint64_t count;
	uint64_t bytes;
};
struct recoat_weight recoat_sampling_weight(const void *address, uint64_t size);

/*
 * How many sampled blocks live in each class of addresses, so that nearly all frees of other
 * blocks need not look into the pointer table: a word of a table that stays in the cache.
 */
#define RECOAT_SAMPLED_BITS 15
extern _Atomic uint16_t recoat_sampled[1u << RECOAT_SAMPLED_BITS];

static inline _Atomic uint16_t *recoat_sampled_class(const void *address)
{
	uint64_t hash = ((uint64_t)address >> 4) * 0x9E3779B97F4A7C15ull;

	return &recoat_sampled[hash >> (64 - RECOAT_SAMPLED_BITS)];
}

/* May a block at this address have been sampled? False is certain. */
static inline bool recoat_sampled_may_be(const void *address)
{
	/* Relaxed: who frees a block has got its address from who allocated it. */
	return atomic_load_explicit(recoat_sampled_class(address), memory_order_relaxed);
}

static inline void recoat_sampled_add(const void *address)
{
	atomic_fetch_add_explicit(recoat_sampled_class(address), 1, memory_order_relaxed);
}

static inline void recoat_sampled_remove(const void *address)
{
	atomic_fetch_sub_explicit(recoat_sampled_class(address), 1, memory_order_relaxed);
}

/* Forget all blocks, in a forked child. */
void recoat_sampled_reset(void);

#endif
