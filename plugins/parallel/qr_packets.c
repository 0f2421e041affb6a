/* SPDX-License-Identifier: Apache-2.0 */
/* Householder QR with column pivoting, rounding for rounding that of Eigen 3.4 in vectors. */
#include "plugins/parallel/qr_packets.h"
#include "plugins/parallel/pool.h"
#include "plugins/parallel/simd.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LANES SIMD_FLOATS
#define GROUP 8 /* Columns that are worked on together, so that their sums overlap. */

struct solving {
	struct qr *qr;
	struct pool_barrier ready, done;
	float tau;
	float least2; /* A squared norm below this times the rows that are left ends the rank. */
	uint64_t rank;
};

bool LEVEL(qr_init)(struct qr *qr, uint64_t n)
{
	uint64_t stride = (n + 15) / 16 * 16, words = (n + 7) * stride;

	if (n > UINT32_MAX / sizeof(float))
		return false;
	*qr = (struct qr){.n = n, .stride = stride};
	qr->a = aligned_alloc(64, words * sizeof(float));
	if (!qr->a)
		return false;
	qr->norms = qr->a + n * stride;
	qr->measured = qr->norms + stride;
	qr->mirror = qr->measured + stride;
	qr->scaled = qr->mirror + stride;
	qr->right = qr->scaled + stride;
	qr->x = qr->right + stride;
	qr->order = (uint32_t *)(qr->x + stride);
	return true;
}

void LEVEL(qr_fini)(struct qr *qr)
{
	free(qr->a);
}

/* ---- Sums. ---- */

static inline simd_float load(const float *from)
{
	return *(const simd_float *)from;
}

static inline simd_float fused(simd_float a, simd_float b, simd_float c)
{
	return SIMD_NAME(fmadd_ps)(a, b, c);
}

static inline float sum_of_4(__m128 a)
{
	__m128 two = _mm_add_ps(a, _mm_movehl_ps(a, a));

	return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

static inline float sum_of_8(__m256 a)
{
	return sum_of_4(_mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1)));
}

#if LANES == 16
static inline float sum_of(simd_float a)
{
	return sum_of_8(_mm256_add_ps(_mm512_extractf32x8_ps(a, 0), _mm512_extractf32x8_ps(a, 1)));
}
#else
static inline float sum_of(simd_float a)
{
	return sum_of_8(a);
}
#endif

static inline float add_rest(float sum, const float *a, const float *b, uint64_t from, uint64_t to)
{
	for (uint64_t n = from; n < to; n++)
		sum = __builtin_fmaf(a[n], b[n], sum);
	return sum;
}

/*
 * Loops of Eigen's over what fills no vector GCC turns into shorter vectors, whose products it
 * adds one after the other. What does not fill those, either, is fused with its sum.
 */
static inline float add_rest_by(uint64_t together, float sum, const float *a, const float *b,
				uint64_t from, uint64_t to)
{
	uint64_t whole = from + (to - from) / together * together;

	for (uint64_t n = from; n < whole; n++)
		sum += a[n] * b[n];
	return add_rest(sum, a, b, whole, to);
}

/* A vector's product with another: two vectors of sums, which start with products. */
static float inner(const float *a, const float *b, uint64_t count)
{
	uint64_t whole = count / LANES * LANES, pairs = count / (2 * LANES) * (2 * LANES);
	simd_float even, odd;

	if (count == 0)
		return 0.0f;
	if (whole == 0)
		return add_rest_by(4, a[0] * b[0], a, b, 1, count);
	even = load(a) * load(b);
	if (whole > LANES) {
		odd = load(a + LANES) * load(b + LANES);
		for (uint64_t n = 2 * LANES; n < pairs; n += 2 * LANES) {
			even = fused(load(a + n), load(b + n), even);
			odd = fused(load(a + n + LANES), load(b + n + LANES), odd);
		}
		even += odd;
		if (whole > pairs)
			even = fused(load(a + pairs), load(b + pairs), even);
	}
	return add_rest_by(LANES / 2, sum_of(even), a, b, whole, count);
}

static float norm(const float *a, uint64_t count)
{
	return sqrtf(inner(a, a, count));
}

/* Products of columns with `mirror`; `columns` is a constant where it is called. */
static inline void multiply(const struct qr *qr, const float *first, uint64_t from, int columns,
			    float *products)
{
	const float *mirror = qr->mirror;
	simd_float sums[GROUP] = {{0}};
	uint64_t row = from;

	for (; row + LANES <= qr->n; row += LANES)
#pragma GCC unroll 8
		for (int c = 0; c < columns; c++)
			sums[c] = fused(load(first + (uint64_t)c * qr->stride + row),
					load(mirror + row), sums[c]);
	for (int c = 0; c < columns; c++)
		products[c] = add_rest_by(LANES / 2, sum_of(sums[c]), first + (uint64_t)c * qr->stride,
					  mirror, row, qr->n);
}

/* The last of an odd number of columns: what fills no vector may fill a half or quarter. */
static float multiply_last(const struct qr *qr, const float *column, uint64_t from)
{
	const float *mirror = qr->mirror;
	simd_float sums = {0};
	uint64_t row = from;
	float sum;

	for (; row + LANES <= qr->n; row += LANES)
		sums = fused(load(column + row), load(mirror + row), sums);
	sum = sum_of(sums);
	if (LANES == 16 && row + 8 <= qr->n) {
		sum += sum_of_8(_mm256_loadu_ps(column + row) * _mm256_loadu_ps(mirror + row));
		row += 8;
	}
	if (row + 4 <= qr->n) {
		sum += sum_of_4(_mm_loadu_ps(column + row) * _mm_loadu_ps(mirror + row));
		row += 4;
	}
	return add_rest(sum, column, mirror, row, qr->n);
}

/* ---- Steps. ---- */

static inline void subtract(const struct qr *qr, float *column, uint64_t from, float times)
{
	uint64_t row = from;

	for (; row + LANES <= qr->n; row += LANES)
		*(simd_float *)(column + row) = fused(load(qr->scaled + row),
						      -times - (simd_float){0}, load(column + row));
	for (; row < qr->n; row++)
		column[row] = __builtin_fmaf(qr->scaled[row], -times, column[row]);
}

/* Lucas and Kahan's downdate, as in LAPACK: the norm without row `step`. */
static void shorten(struct qr *qr, uint64_t column, uint64_t step)
{
	const float *a = qr_line(qr, column);
	float *now = &qr->norms[column], *measured = &qr->measured[column], part, share;

	if (*now == 0.0f)
		return;
	part = fabsf(a[step]) / *now;
	part = (1.0f + part) * (1.0f - part);
	part = part < 0.0f ? 0.0f : part;
	share = *now / *measured;
	if (part * (share * share) <= sqrtf(FLT_EPSILON))
		*now = *measured = norm(a + step + 1, qr->n - step - 1);
	else
		*now *= sqrtf(part);
}

static void reflect(const struct solving *solving, uint64_t column, uint64_t step, float product)
{
	float *a = qr_line(solving->qr, column), times = product + a[step];

	a[step] = __builtin_fmaf(-solving->tau, times, a[step]);
	subtract(solving->qr, a, step + 1, times);
}

/* The columns of a group that come after `step`. */
static void reflect_group(const struct solving *solving, uint64_t group, uint64_t step)
{
	struct qr *qr = solving->qr;
	uint64_t from = group * GROUP, to = from + GROUP < qr->n ? from + GROUP : qr->n;
	float products[GROUP];

	if (from <= step)
		from = step + 1;
	if (solving->tau != 0.0f) {
		if (to - from == GROUP)
			multiply(qr, qr_line(qr, from), step + 1, GROUP, products);
		else
			for (uint64_t column = from; column < to; column++)
				multiply(qr, qr_line(qr, column), step + 1, 1,
					 &products[column - from]);
		if (to == qr->n && (qr->n - step - 1) % 2)
			products[to - 1 - from] = multiply_last(qr, qr_line(qr, to - 1), step + 1);
		for (uint64_t column = from; column < to; column++)
			reflect(solving, column, step, products[column - from]);
	}
	for (uint64_t column = from; column < to; column++)
		shorten(qr, column, step);
}

static void measure_group(struct qr *qr, uint64_t group)
{
	uint64_t from = group * GROUP, to = from + GROUP < qr->n ? from + GROUP : qr->n;

	for (uint64_t column = from; column < to; column++)
		qr->norms[column] = qr->measured[column] = norm(qr_line(qr, column), qr->n);
}

/* The column, from `step` on, with the largest rest; the first of equals. */
static uint64_t find_pivot(const struct qr *qr, uint64_t step)
{
	uint64_t best = step;

	for (uint64_t column = step + 1; column < qr->n; column++)
		if (qr->norms[column] > qr->norms[best])
			best = column;
	return best;
}

static void swap_floats(float *one, float *other)
{
	float moved = *one;

	*one = *other;
	*other = moved;
}

static void swap_columns(struct qr *qr, uint64_t one, uint64_t other)
{
	float *a = qr_line(qr, one), *b = qr_line(qr, other);
	uint32_t moved = qr->order[one];

	if (one == other)
		return;
	qr->order[one] = qr->order[other];
	qr->order[other] = moved;
	swap_floats(&qr->norms[one], &qr->norms[other]);
	swap_floats(&qr->measured[one], &qr->measured[other]);
	for (uint64_t row = 0; row < qr->n; row++)
		swap_floats(&a[row], &b[row]);
}

/* The mirror that clears a column below the diagonal, which gets the column's norm. */
static void make_mirror(struct solving *solving, uint64_t step)
{
	struct qr *qr = solving->qr;
	float *a = qr_line(qr, step), first = a[step], beta;
	float rest2 = inner(a + step + 1, a + step + 1, qr->n - step - 1);

	solving->tau = 0.0f;
	if (rest2 <= FLT_MIN)
		return;
	beta = sqrtf(__builtin_fmaf(first, first, rest2));
	beta = first >= 0.0f ? -beta : beta;
	solving->tau = (beta - first) / beta;
	a[step] = beta;
	for (uint64_t row = step + 1; row < qr->n; row++) {
		qr->mirror[row] = a[row] / (first - beta);
		qr->scaled[row] = solving->tau * qr->mirror[row];
	}
}

/* The right-hand side is a vector by itself, whose product Eigen takes as of two vectors. */
static void reflect_right(const struct solving *solving, uint64_t step)
{
	struct qr *qr = solving->qr;
	uint64_t after = step + 1;
	float times;

	if (solving->tau == 0.0f)
		return;
	times = inner(qr->mirror + after, qr->right + after, qr->n - after) + qr->right[step];
	qr->right[step] = __builtin_fmaf(-solving->tau, times, qr->right[step]);
	subtract(qr, qr->right, after, times);
}

/* What one member does alone before each step: the pivot and its mirror. */
static void prepare(struct solving *solving, uint64_t step)
{
	struct qr *qr = solving->qr;
	uint64_t pivot = find_pivot(qr, step);
	float largest = qr->norms[pivot];

	if (step == 0)
		solving->least2 = largest * FLT_EPSILON * (largest * FLT_EPSILON) / (float)qr->n;
	if (largest * largest < solving->least2 * (float)(qr->n - step)) {
		solving->rank = step;
		return;
	}
	swap_columns(qr, step, pivot);
	make_mirror(solving, step);
	reflect_right(solving, step);
}

/* Every member keeps to its own groups, so that they stay in its caches. */
static void factor(void *context, unsigned member, unsigned members)
{
	struct solving *solving = context;
	struct qr *qr = solving->qr;
	uint64_t groups = (qr->n + GROUP - 1) / GROUP;

	for (uint64_t group = member; group < groups; group += members)
		measure_group(qr, group);
	pool_meet(&solving->done, members);
	for (uint64_t step = 0; step < qr->n; step++) {
		if (member == 0)
			prepare(solving, step);
		pool_meet(&solving->ready, members);
		if (step == solving->rank)
			return;
		for (uint64_t group = (step + 1) / GROUP; group < groups; group++)
			if (group % members == member)
				reflect_group(solving, group, step);
		pool_meet(&solving->done, members);
	}
}

/*
 * The part of 8 columns in the rows above their block: a sum of its own, then subtracted. Of rows
 * that fill no quarter of a vector GCC adds eight products one after the other.
 */
static void take_away(const struct qr *qr, uint64_t rows, uint64_t from, uint64_t to)
{
	float *restrict sums = qr->scaled, *restrict right = qr->right;
	uint64_t whole = rows / 4 * 4;

	memset(sums, 0, rows * sizeof(*sums));
	for (uint64_t column = from; column < to; column++) {
		const float *restrict a = qr_line(qr, column);
		float factor = right[column];

		for (uint64_t row = 0; row < whole; row++)
			sums[row] = __builtin_fmaf(a[row], factor, sums[row]);
		for (uint64_t row = whole; row < rows; row++)
			sums[row] += a[row] * factor;
	}
	for (uint64_t row = 0; row < rows; row++)
		right[row] -= sums[row];
}

/* Eigen goes back by blocks of 8 columns: within one by columns, above it by rows. */
static void substitute(struct qr *qr, uint64_t rank)
{
	float *c = qr->right;

	for (uint64_t to = rank, from; to > 0; to = from) {
		from = to > GROUP ? to - GROUP : 0;
		for (uint64_t column = to; column-- > from;) {
			if (c[column] == 0.0f)
				continue;
			c[column] /= qr_line(qr, column)[column];
			for (uint64_t row = from; row < column; row++)
				c[row] = __builtin_fmaf(-c[column], qr_line(qr, column)[row], c[row]);
		}
		take_away(qr, from, from, to);
	}
	for (uint64_t column = 0; column < qr->n; column++)
		qr->x[qr->order[column]] = column < rank ? c[column] : 0.0f;
}

void LEVEL(qr_solve)(struct qr *qr)
{
	struct solving solving = {.qr = qr, .rank = qr->n};
	double n = (double)qr->n;

	for (uint64_t column = 0; column < qr->n; column++)
		qr->order[column] = (uint32_t)column;
	/* The members meet twice a step, so each step must be long enough to be shared. */
	pool_run(factor, &solving, pool_wanted(n * n / 20.0));
	substitute(qr, solving.rank);
}
