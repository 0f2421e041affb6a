/* SPDX-License-Identifier: Apache-2.0 */
/* Householder QR with column pivoting. */
#include "kernels/qr.h"

#include <float.h>
#include <math.h>

static float dot(const float *one, const float *other, uint64_t from, uint64_t n)
{
	float sum = 0.0f;

	for (uint64_t i = from; i < n; i++)
		sum += one[i] * other[i];
	return sum;
}

/* The column, from `step` on, with the largest rest; the first of equals. */
static uint64_t find_pivot(const float *a, uint64_t n, uint64_t step)
{
	uint64_t best = step;
	float largest = -1.0f;

	for (uint64_t column = step; column < n; column++) {
		float norm = dot(a + column * n, a + column * n, step, n);

		if (norm > largest) {
			largest = norm;
			best = column;
		}
	}
	return best;
}

static void swap_columns(float *a, uint64_t *order, uint64_t n, uint64_t one, uint64_t other)
{
	uint64_t moved = order[one];

	order[one] = order[other];
	order[other] = moved;
	for (uint64_t i = 0; i < n; i++) {
		float value = a[one * n + i];

		a[one * n + i] = a[other * n + i];
		a[other * n + i] = value;
	}
}

/* Subtract 2 v (v . column) / (v . v), where v is `mirror` from row `step` on. */
static void reflect(const float *mirror, float length2, float *column, uint64_t step, uint64_t n)
{
	float scale = 2.0f * dot(mirror, column, step, n) / length2;

	for (uint64_t i = step; i < n; i++)
		column[i] -= scale * mirror[i];
}

/* Clear column `step` below the diagonal, carrying the later columns and b along. */
static void eliminate(float *a, float *b, uint64_t n, uint64_t step, float norm)
{
	float *column = a + step * n;
	/* The sign that avoids cancellation. */
	float diagonal = column[step] > 0.0f ? -norm : norm;
	float length2;

	column[step] -= diagonal;
	length2 = dot(column, column, step, n);
	for (uint64_t later = step + 1; later < n; later++)
		reflect(column, length2, a + later * n, step, n);
	reflect(column, length2, b, step, n);
	column[step] = diagonal;
}

/* Bring A to the triangle R and b to Q'b, as far as the numerical rank, which is returned. */
static uint64_t factor(uint64_t n, float *a, float *b, uint64_t *order)
{
	float smallest = 0.0f;

	for (uint64_t step = 0; step < n; step++) {
		float norm;

		swap_columns(a, order, n, step, find_pivot(a, n, step));
		norm = sqrtf(dot(a + step * n, a + step * n, step, n));
		if (step == 0)
			smallest = FLT_EPSILON * (float)n * norm;
		if (!(norm > smallest))
			return step;
		eliminate(a, b, n, step, norm);
	}
	return n;
}

void qr_solve(uint64_t n, float *a, float *b, uint64_t *order, float *x)
{
	uint64_t rank;

	for (uint64_t i = 0; i < n; i++) {
		order[i] = i;
		x[i] = 0.0f;
	}
	rank = factor(n, a, b, order);
	for (uint64_t row = rank; row-- > 0;) {
		float rest = b[row];

		for (uint64_t column = row + 1; column < rank; column++)
			rest -= a[column * n + row] * x[order[column]];
		x[order[row]] = rest / a[row * n + row];
	}
}
