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

		to[n] = SQUARES(dx, dy, dz);
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

/*
 * The k nearest, in any order; of those as far as the k-th, the ones with the lowest indices.
 * Returns how many would have had to be taken to have all of those.
 */
static uint32_t choose(const struct idw_list *list, const double *d2, double farthest, uint32_t k,
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
	return equal;
}

/* The reference's way: by ascending distance, with pow(). */
static float as_reference(const struct idw_weighing *weighing, const struct idw_neighbour *chosen)
{
	double sum = 0.0, weights = 0.0;

	if (chosen[0].d2 < DBL_EPSILON)
		return weighing->values[chosen[0].point];
	for (uint32_t n = 0; n < weighing->k; n++) {
		double weight = 1.0 / pow(sqrt(chosen[n].d2), weighing->power);

		sum += weight * (double)weighing->values[chosen[n].point];
		weights += weight;
	}
	return (float)(sum / weights);
}

#ifdef PARALLEL_FUSED
/* Whether two of the sorted are equally far, which the original orders in its own way. */
static bool any_tie(const struct idw_neighbour *chosen, uint32_t count)
{
	for (uint32_t n = 1; n < count; n++)
		if (chosen[n - 1].d2 == chosen[n].d2)
			return true;
	return false;
}

/* All points, in their order, through the original's own selection. */
static float all_points(const struct idw_weighing *weighing, const double at[3],
			const struct idw_scratch *scratch)
{
	const struct amqadf_points *points = weighing->points;

	for (uint64_t p = 0; p < points->count; p++) {
		double dx = (double)points->xyz[3 * p] - at[0];
		double dy = (double)points->xyz[3 * p + 1] - at[1];
		double dz = (double)points->xyz[3 * p + 2] - at[2];

		scratch->all[p] = (struct idw_neighbour){SQUARES(dx, dy, dz), (uint32_t)p};
	}
	weighing->select(scratch->all, weighing->k, (uint32_t)points->count);
	return as_reference(weighing, scratch->all);
}
#endif

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
	struct idw_neighbour *chosen = scratch->chosen;
	uint32_t k = weighing->k, tied;
	double farthest;
	float mean;

	LEVEL(idw_measure)(list, at, scratch->d2);
	memcpy(scratch->order, scratch->d2, list->count * sizeof(double));
	farthest = kth(scratch->order, list->count, k);
	tied = choose(list, scratch->d2, farthest, k, chosen) > k;
	if (!(FUSED && tied) && by_products(weighing, chosen, &mean))
		return mean;
	qsort(chosen, k, sizeof(*chosen), by_distance);
#ifdef PARALLEL_FUSED
	if (tied || any_tie(chosen, k))
		return all_points(weighing, at, scratch);
#endif
	return as_reference(weighing, chosen);
}
