/* SPDX-License-Identifier: Apache-2.0 */
/* Inverse distance weighting of one voxel: for any k, for ties, and for close roundings. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/idw.h"

#include <float.h>
#include <stdlib.h>

void LEVEL(idw_measure)(const struct idw_list *list, const double from[3], double *d2)
{
	const float *restrict x = list->x, *restrict y = list->y, *restrict z = list->z;
	double *restrict to = d2, fx = from[0], fy = from[1], fz = from[2];

	for (uint32_t n = 0; n < list->count; n++) {
		double dx = (double)x[n] - fx, dy = (double)y[n] - fy, dz = (double)z[n] - fz;

		to[n] = dx * dx + dy * dy + dz * dz;
	}
}

/* The k-th smallest (k from 1) of an array, which is reordered. Hoare 1961. */
static double kth(double *values, uint32_t count, uint32_t k)
{
	int64_t low = 0, high = (int64_t)count - 1, wanted = (int64_t)k - 1;

	while (low < high) {
		double pivot = values[low + (high - low) / 2];
		int64_t left = low, right = high;

		while (left <= right) {
			while (values[left] < pivot)
				left++;
			while (values[right] > pivot)
				right--;
			if (left <= right) {
				double moved = values[left];

				values[left++] = values[right];
				values[right--] = moved;
			}
		}
		if (wanted <= right)
			high = right;
		else if (wanted >= left)
			low = left;
		else
			break;
	}
	return values[wanted];
}

static int by_index(const void *one, const void *other)
{
	uint32_t a = ((const struct idw_neighbour *)one)->point;
	uint32_t b = ((const struct idw_neighbour *)other)->point;

	return (a > b) - (a < b);
}

static int by_distance(const void *one, const void *other)
{
	double a = ((const struct idw_neighbour *)one)->d2;
	double b = ((const struct idw_neighbour *)other)->d2;

	return a == b ? by_index(one, other) : (a > b) - (a < b);
}

/* The k nearest, in any order; of those as far as the k-th, the ones with the lowest indices. */
static void choose(const struct idw_list *list, const double *d2, double farthest, uint32_t k,
		   struct idw_neighbour *chosen)
{
	uint32_t nearer = 0, equal;

	for (uint32_t n = 0; n < list->count; n++)
		if (d2[n] < farthest)
			chosen[nearer++] = (struct idw_neighbour){d2[n], list->point[n]};
	equal = nearer;
	for (uint32_t n = 0; n < list->count; n++)
		if (d2[n] == farthest)
			chosen[equal++] = (struct idw_neighbour){d2[n], list->point[n]};
	if (equal > k)
		qsort(chosen + nearer, equal - nearer, sizeof(*chosen), by_index);
}

/* The reference's way: by ascending distance, with pow(). */
static float as_reference(const struct idw_weighing *weighing, struct idw_neighbour *chosen)
{
	double sum = 0.0, weights = 0.0;

	qsort(chosen, weighing->k, sizeof(*chosen), by_distance);
	if (chosen[0].d2 < DBL_EPSILON)
		return weighing->values[chosen[0].point];
	for (uint32_t n = 0; n < weighing->k; n++) {
		double weight = 1.0 / pow(sqrt(chosen[n].d2), weighing->power);

		sum += weight * (double)weighing->values[chosen[n].point];
		weights += weight;
	}
	return (float)(sum / weights);
}

/* By products, in any order. False where the rounding is open, or a point is in the voxel. */
static bool by_products(const struct idw_weighing *weighing, const struct idw_neighbour *chosen,
			float *mean)
{
	double sum = 0.0, absolute = 0.0, weights = 0.0, nearest = INFINITY;

	if (!weighing->whole)
		return false;
	for (uint32_t n = 0; n < weighing->k; n++) {
		double value = (double)weighing->values[chosen[n].point];
		double weight = idw_whole_weight(chosen[n].d2, weighing->whole);

		nearest = fmin(nearest, chosen[n].d2);
		sum += weight * value;
		absolute += weight * fabs(value);
		weights += weight;
	}
	*mean = (float)(sum / weights);
	return nearest >= DBL_EPSILON && weights > 1e-200 &&
	       settled(sum / weights, 2.0 * weighing->error * (absolute / weights));
}

float LEVEL(idw_voxel)(const struct idw_weighing *weighing, const struct idw_list *list,
		       const double at[3], const struct idw_scratch *scratch)
{
	float mean;

	LEVEL(idw_measure)(list, at, scratch->d2);
	memcpy(scratch->order, scratch->d2, list->count * sizeof(double));
	choose(list, scratch->d2, kth(scratch->order, list->count, weighing->k), weighing->k,
	       scratch->chosen);
	if (by_products(weighing, scratch->chosen, &mean))
		return mean;
	return as_reference(weighing, scratch->chosen);
}
