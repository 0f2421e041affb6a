/* SPDX-License-Identifier: Apache-2.0 */
/* Median filter: a window of ranks, one bit each, that slides along the rows. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/level.h"
#include "plugins/parallel/median3.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/radix.h"

#include <stdlib.h>

#define SIZE_MAX_MEDIAN 129
#define INACTIVE UINT32_MAX

/*
 * All active voxels are sorted once; a voxel's rank is its place then, so no two are equal, and
 * equal values are in the grid's order, as in the reference's stable sort of a cube. The bits of
 * the ranks in the cube around a voxel make its window.
 */
struct job {
	const struct amqadf_grid *in;
	struct amqadf_grid *out;
	uint64_t radius, active;
	uint32_t *rank; /* Of every voxel. */
	float *sorted;  /* The value of every rank. */
	struct pool_share share;
	_Atomic bool failed;
};

struct window {
	uint64_t *words;
	uint64_t *filled; /* A bit for every word that is not 0. */
	uint64_t cursor;  /* A word, */
	uint64_t below;   /* and how many bits are set in those before it. */
	uint64_t count;   /* Bits in all. */
};

static inline void window_add(struct window *window, uint32_t rank)
{
	uint64_t word = rank / 64;

	if (rank == INACTIVE)
		return;
	window->words[word] |= UINT64_C(1) << rank % 64;
	window->filled[word / 64] |= UINT64_C(1) << word % 64;
	window->below += word < window->cursor;
	window->count++;
}

static inline void window_remove(struct window *window, uint32_t rank)
{
	uint64_t word = rank / 64;

	if (rank == INACTIVE)
		return;
	window->words[word] &= ~(UINT64_C(1) << rank % 64);
	window->filled[word / 64] &= ~((uint64_t)(window->words[word] == 0) << word % 64);
	window->below -= word < window->cursor;
	window->count--;
}

/* The nearest word that is not 0, above or below; there is one. */
static uint64_t next_filled(const struct window *window, uint64_t word)
{
	uint64_t group = ++word / 64, bits = window->filled[group] >> word % 64 << word % 64;

	while (!bits)
		bits = window->filled[++group];
	return 64 * group + (uint64_t)__builtin_ctzll(bits);
}

static uint64_t last_filled(const struct window *window, uint64_t word)
{
	uint64_t group = word / 64, mask = (UINT64_C(1) << word % 64) - 1;
	uint64_t bits = window->filled[group] & mask;

	while (!bits)
		bits = window->filled[--group];
	return 64 * group + 63 - (uint64_t)__builtin_clzll(bits);
}

static inline uint64_t bits_in(const struct window *window, uint64_t word)
{
	return (uint64_t)__builtin_popcountll(window->words[word]);
}

/* The rank of which `index` others are below. Leaves the cursor at its word. */
static uint64_t window_find(struct window *window, uint64_t index)
{
	uint64_t bits;

	while (window->below > index) {
		window->cursor = last_filled(window, window->cursor);
		window->below -= bits_in(window, window->cursor);
	}
	while (window->below + bits_in(window, window->cursor) <= index) {
		window->below += bits_in(window, window->cursor);
		window->cursor = next_filled(window, window->cursor);
	}
	bits = window->words[window->cursor];
	for (uint64_t n = window->below; n < index; n++)
		bits &= bits - 1;
	return 64 * window->cursor + (uint64_t)__builtin_ctzll(bits);
}

static float window_median(const struct job *job, struct window *window)
{
	uint64_t middle = window->count / 2;
	float above = job->sorted[window_find(window, middle)];

	if (window->count % 2)
		return above;
	return 0.5f * (job->sorted[window_find(window, middle - 1)] + above);
}

/* The rows around row (i, j), cut at the border. */
struct rows {
	uint64_t low_i, high_i, low_j, high_j;
};

static inline __attribute__((always_inline)) void change_plane(
	const struct job *job, const struct rows *rows, uint64_t k, struct window *window,
	void (*change)(struct window *window, uint32_t rank))
{
	for (uint64_t i = rows->low_i; i <= rows->high_i; i++)
		for (uint64_t j = rows->low_j; j <= rows->high_j; j++)
			change(window, job->rank[(i * job->in->ny + j) * job->in->nz + k]);
}

static void filter_row(const struct job *job, uint64_t row, struct window *window)
{
	uint64_t radius = job->radius, nx = job->in->nx, ny = job->in->ny, nz = job->in->nz;
	uint64_t i = row / ny, j = row % ny, added = 0, removed = 0;
	const struct rows rows = {
		.low_i = i > radius ? i - radius : 0,
		.high_i = nx - 1 - i < radius ? nx - 1 : i + radius,
		.low_j = j > radius ? j - radius : 0,
		.high_j = ny - 1 - j < radius ? ny - 1 : j + radius,
	};

	for (uint64_t k = 0; k < nz; k++) {
		for (; added < nz && added <= k + radius; added++)
			change_plane(job, &rows, added, window, window_add);
		for (; removed + radius < k; removed++)
			change_plane(job, &rows, removed, window, window_remove);
		job->out->values[row * nz + k] =
			job->rank[row * nz + k] == INACTIVE ? NAN : window_median(job, window);
	}
	for (; removed < nz; removed++)
		change_plane(job, &rows, removed, window, window_remove);
}

static void filter_share(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t words = job->active / 64 + 1, from, to;
	struct window window = {.words = calloc(words + words / 64 + 1, sizeof(uint64_t))};

	(void)member, (void)members;
	if (!window.words) {
		atomic_store(&job->failed, true);
		return;
	}
	window.filled = window.words + words;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t row = from; row < to; row++)
			filter_row(job, row, &window);
	free(window.words);
}

/* Number all voxels by value. Returns false if there is no memory. */
static bool rank_voxels(struct job *job)
{
	uint64_t voxels = voxels_of(job->in);
	struct radix_item *items = malloc(2 * voxels * sizeof(*items));

	if (!items)
		return false;
	for (uint64_t v = 0; v < voxels; v++) {
		float value = job->in->values[v];

		job->rank[v] = INACTIVE;
		items[job->active] = (struct radix_item){value, (uint32_t)v};
		job->active += value == value;
	}
	radix_sort_items(items, items + voxels, job->active);
	for (uint64_t n = 0; n < job->active; n++) {
		job->rank[items[n].from] = (uint32_t)n;
		job->sorted[n] = items[n].value;
	}
	free(items);
	return true;
}

static void filter_share_by_network(void *context, unsigned member, unsigned members)
{
	struct job *job = context;
	uint64_t from, to;

	(void)member, (void)members;
	while (pool_take(&job->share, &from, &to))
		for (uint64_t row = from; row < to; row++)
			LEVEL(median3_row)(job->in, job->out, row);
}

/* In ranks, which need scratch. Returns false if there is none. */
static bool filter_by_ranks(struct job *job, unsigned threads)
{
	uint64_t voxels = voxels_of(job->in);
	bool done = false;

	job->rank = malloc(2 * voxels * sizeof(*job->rank));
	job->sorted = (float *)(job->rank + voxels);
	if (job->rank && rank_voxels(job)) {
		pool_run(filter_share, job, threads);
		done = !atomic_load(&job->failed);
	}
	free(job->rank);
	return done;
}

static bool has_negative_zero(const struct amqadf_grid *grid)
{
	uint64_t voxels = voxels_of(grid);
	uint32_t any = 0;

	for (uint64_t v = 0; v < voxels; v++) {
		uint32_t bits;

		memcpy(&bits, &grid->values[v], sizeof(bits));
		any |= bits == UINT32_C(1) << 31;
	}
	return any;
}

int LEVEL(filter_median)(const struct amqadf_grid *in, struct amqadf_grid *out, int32_t size)
{
	struct job job = {.in = in, .out = out, .radius = (uint64_t)size / 2};
	double steps = 2.0 * (double)size * (double)size;

	if (!grid_served(in) || !grid_served(out) || !same_shape(in, out) ||
	    in->values == out->values || size < 1 || size > SIZE_MAX_MEDIAN || size % 2 == 0 ||
	    voxels_of(in) >= INACTIVE)
		return PARALLEL_DECLINED;
	steps *= (double)voxels_of(in);
	job.share = (struct pool_share){.end = in->nx * in->ny, .chunk = 4};
	if (size == 3 && !has_negative_zero(in))
		pool_run(filter_share_by_network, &job, pool_wanted(steps));
	else if (!filter_by_ranks(&job, pool_wanted(steps)))
		return PARALLEL_DECLINED;
	take_transform(out, in);
	return 0;
}
