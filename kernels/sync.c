/* SPDX-License-Identifier: Apache-2.0 */
/* Synchronisation in time: grids are joined bin by bin, the latest bin on top. */
#include "kernels/grid.h"

#include <errno.h>
#include <stdlib.h>

#define BINS_MAX (UINT64_C(1) << 24)

struct span {
	double first, last;
};

static bool stamps_valid(const struct amqadf_stamps *stamps, uint64_t count)
{
	if (count && !stamps)
		return false;
	for (uint64_t g = 0; g < count; g++) {
		if (stamps[g].count && !stamps[g].seconds)
			return false;
		for (uint64_t s = 0; s < stamps[g].count; s++)
			if (!isfinite(stamps[g].seconds[s]))
				return false;
	}
	return true;
}

/* From the earliest stamp of all to the latest; first > last if there is none. */
static struct span span_of(const struct amqadf_stamps *stamps, uint64_t count)
{
	struct span span = {.first = INFINITY, .last = -INFINITY};

	for (uint64_t g = 0; g < count; g++)
		for (uint64_t s = 0; s < stamps[g].count; s++) {
			span.first = fmin(span.first, stamps[g].seconds[s]);
			span.last = fmax(span.last, stamps[g].seconds[s]);
		}
	return span;
}

/* The grid's weight in the bin that begins at `begin`, 0 if it has no stamp in it. */
static double weight_in_bin(const struct amqadf_stamps *stamps, double begin, double end)
{
	double centre = 0.5 * begin + 0.5 * end;
	double distance = INFINITY;
	bool inside = false;

	for (uint64_t s = 0; s < stamps->count; s++) {
		double stamp = stamps->seconds[s];

		inside |= stamp >= begin && stamp < end;
		distance = fmin(distance, fabs(stamp - centre));
	}
	return inside ? exp(-distance) : 0.0;
}

/*
 * A grid whose stamp is so far from the centre that its weight underflows takes no part,
 * which only windows of more than 1400 s can bring about.
 */
static void join(const struct amqadf_grid *const *grids, const double *weights, uint64_t count,
		 struct amqadf_grid *result)
{
	uint64_t voxels = grid_voxels(result);

	for (uint64_t v = 0; v < voxels; v++) {
		double sum = 0.0, total = 0.0;

		for (uint64_t g = 0; g < count; g++) {
			float value = grids[g]->values[v];

			if (weights[g] == 0.0 || isnan(value))
				continue;
			sum += weights[g] * (double)value;
			total += weights[g];
		}
		if (total > 0.0)
			result->values[v] = (float)(sum / total);
	}
}

static void join_bins(const struct amqadf_grid *const *grids, const struct amqadf_stamps *stamps,
		      uint64_t count, struct span span, double window, double *weights,
		      struct amqadf_grid *result)
{
	double bins = floor((span.last - span.first) / window) + 1.0;

	for (uint64_t bin = 0; (double)bin < bins; bin++) {
		double begin = span.first + (double)bin * window;
		double end = span.first + (double)(bin + 1) * window;
		bool any = false;

		for (uint64_t g = 0; g < count; g++) {
			weights[g] = weight_in_bin(&stamps[g], begin, end);
			any |= weights[g] > 0.0;
		}
		if (any)
			join(grids, weights, count, result);
	}
}

/* Whether bins can be told apart in floating point, and are few enough to come to an end. */
static bool bins_countable(struct span span, double window)
{
	if (span.first > span.last)
		return true;
	return (span.last - span.first) / window < (double)BINS_MAX &&
	       span.first + window > span.first && span.last + window > span.last;
}

static bool apart(const struct amqadf_grid *const *grids, uint64_t count,
		  const struct amqadf_grid *result)
{
	for (uint64_t g = 0; g < count; g++)
		if (grids[g]->values == result->values)
			return false;
	return true;
}

int amqadf_sync_temporal(const struct amqadf_grid *const *grids, const struct amqadf_stamps *stamps,
			 uint64_t count, double window, struct amqadf_grid *result)
{
	struct span span;
	double *weights;

	if (!grid_valid(result) || !grids_valid(grids, count, result) ||
	    !apart(grids, count, result) || !stamps_valid(stamps, count) || !(window > 0.0) ||
	    !isfinite(window))
		return -EINVAL;
	span = span_of(stamps, count);
	if (!bins_countable(span, window))
		return -ERANGE;
	weights = calloc(count ? count : 1, sizeof(*weights));
	if (!weights)
		return -ENOMEM;
	grid_clear(result);
	if (span.first <= span.last)
		join_bins(grids, stamps, count, span, window, weights, result);
	if (count)
		grid_take_transform(result, grids[0]);
	free(weights);
	return 0;
}
