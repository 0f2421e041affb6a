/* SPDX-License-Identifier: Apache-2.0 */
/* Householder QR with column pivoting, rounding for rounding the reference's. */
#include "plugins/parallel/qr.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/simd.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Columns that are worked on together: as many sums as hide the latency of an addition. */
#define SUMS 8
#define STRIP (SUMS * SIMD_FLOATS)

struct solving {
	struct qr *qr;
	struct pool_barrier ready, done;
	float smallest, length2;
	uint64_t rank;
	bool over;
};

bool LEVEL(qr_init)(struct qr *qr, uint64_t n)
{
	uint64_t stride = (n / STRIP + 1) * STRIP, words = n * stride + stride + 4 * n;

	if (n > UINT32_MAX / sizeof(float))
		return false;
	*qr = (struct qr){.n = n, .stride = stride};
	qr->a = aligned_alloc(64, (words * sizeof(float) + 63) & ~UINT64_C(63));
	if (!qr->a)
		return false;
	qr->norms = qr->a + n * stride;
	qr->mirror = qr->norms + stride;
	qr->diagonal = qr->mirror + n;
	qr->x = qr->diagonal + n;
	qr->order = (uint32_t *)(qr->x + n);
	return true;
}

void LEVEL(qr_fini)(struct qr *qr)
{
	free(qr->a);
}

/* The dot products of a strip's columns, from row `step` on, with `mirror`. */
static inline void dot_strip(const struct qr *qr, const float *strip, uint64_t step,
			     simd_float sums[SUMS])
{
	for (uint64_t row = step; row < qr->n; row++) {
		const simd_float *a = (const simd_float *)(strip + row * qr->stride);
		float factor = qr->mirror[row];

#pragma GCC unroll 8
		for (int s = 0; s < SUMS; s++)
			sums[s] += factor * a[s];
	}
}

/* Subtract scales times `mirror` from row `step` on; sum the squares from the next row on. */
static inline void subtract_strip(const struct qr *qr, float *strip, uint64_t step,
				  const simd_float scales[SUMS], simd_float norms[SUMS])
{
	simd_float *first = (simd_float *)(strip + step * qr->stride);

	for (int s = 0; s < SUMS; s++)
		first[s] -= scales[s] * qr->mirror[step];
	for (uint64_t row = step + 1; row < qr->n; row++) {
		simd_float *a = (simd_float *)(strip + row * qr->stride);
		float factor = qr->mirror[row];

#pragma GCC unroll 8
		for (int s = 0; s < SUMS; s++) {
			simd_float rest = a[s] - scales[s] * factor;

			a[s] = rest;
			norms[s] += rest * rest;
		}
	}
}

/* Columns before `step` are junk below their diagonal and may be changed. */
static void reflect_strip(struct solving *solving, uint64_t column, uint64_t step)
{
	struct qr *qr = solving->qr;
	simd_float sums[SUMS] = {0}, norms[SUMS] = {0};

	dot_strip(qr, qr->a + column, step, sums);
	for (int s = 0; s < SUMS; s++)
		sums[s] = 2.0f * sums[s] / solving->length2;
	subtract_strip(qr, qr->a + column, step, sums, norms);
	for (int s = 0; s < SUMS; s++)
		((simd_float *)(qr->norms + column))[s] = norms[s];
}

static void measure_strip(struct qr *qr, uint64_t column)
{
	simd_float norms[SUMS] = {0};

	for (uint64_t row = 0; row < qr->n; row++) {
		const simd_float *a = (const simd_float *)(qr->a + column + row * qr->stride);

		for (int s = 0; s < SUMS; s++)
			norms[s] += a[s] * a[s];
	}
	for (int s = 0; s < SUMS; s++)
		((simd_float *)(qr->norms + column))[s] = norms[s];
}

/* The column, from `step` on, with the largest rest; the first of equals. */
static uint64_t find_pivot(const struct qr *qr, uint64_t step)
{
	uint64_t best = step;
	float largest = -1.0f;

	for (uint64_t column = step; column < qr->n; column++)
		if (qr->norms[column] > largest) {
			largest = qr->norms[column];
			best = column;
		}
	return best;
}

static void swap_columns(struct qr *qr, uint64_t one, uint64_t other)
{
	uint32_t moved = qr->order[one];

	qr->order[one] = qr->order[other];
	qr->order[other] = moved;
	for (uint64_t row = 0; row < qr->n; row++) {
		float *a = qr->a + row * qr->stride, value = a[one];

		a[one] = a[other];
		a[other] = value;
	}
}

/* What one member does alone before each step: the pivot and its mirror. */
static void prepare(struct solving *solving, uint64_t step)
{
	struct qr *qr = solving->qr;
	uint64_t pivot = find_pivot(qr, step);
	float norm = sqrtf(qr->norms[pivot]), length2 = 0.0f;

	swap_columns(qr, step, pivot);
	if (step == 0)
		solving->smallest = FLT_EPSILON * (float)qr->n * norm;
	if (!(norm > solving->smallest)) {
		solving->over = true;
		return;
	}
	solving->rank = step + 1;
	for (uint64_t row = step; row < qr->n; row++)
		qr->mirror[row] = qr->a[row * qr->stride + step];
	qr->diagonal[step] = qr->mirror[step] > 0.0f ? -norm : norm;
	qr->mirror[step] -= qr->diagonal[step];
	for (uint64_t row = step; row < qr->n; row++)
		length2 += qr->mirror[row] * qr->mirror[row];
	solving->length2 = length2;
}

/* Every member keeps to its own strips, so that they stay in its caches. */
static void factor(void *context, unsigned member, unsigned members)
{
	struct solving *solving = context;
	struct qr *qr = solving->qr;

	for (uint64_t strip = member; strip < qr->stride / STRIP; strip += members)
		measure_strip(qr, strip * STRIP);
	pool_meet(&solving->done, members);
	for (uint64_t step = 0; step < qr->n; step++) {
		if (member == 0)
			prepare(solving, step);
		pool_meet(&solving->ready, members);
		if (solving->over)
			return;
		for (uint64_t strip = member; strip < qr->stride / STRIP; strip += members)
			if ((strip + 1) * STRIP > step + 1)
				reflect_strip(solving, strip * STRIP, step);
		pool_meet(&solving->done, members);
	}
}

static void substitute(struct qr *qr, uint64_t rank)
{
	for (uint64_t row = rank; row-- > 0;) {
		const float *a = qr->a + row * qr->stride;
		float rest = a[qr->n];

		for (uint64_t column = row + 1; column < rank; column++)
			rest -= a[column] * qr->x[qr->order[column]];
		qr->x[qr->order[row]] = rest / qr->diagonal[row];
	}
}

void LEVEL(qr_solve)(struct qr *qr)
{
	struct solving solving = {.qr = qr};
	double n = (double)qr->n;

	for (uint64_t i = 0; i < qr->n; i++) {
		qr->order[i] = (uint32_t)i;
		qr->x[i] = 0.0f;
	}
	/* The members meet twice a step, so each step must be long enough to be shared. */
	pool_run(factor, &solving, pool_wanted(n * n / 20.0));
	substitute(qr, solving.rank);
}
