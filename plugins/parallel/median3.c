/* SPDX-License-Identifier: Apache-2.0 */
/* Median filter of 3^3: a sorting network on many voxels at once. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/median3.h"

#define CUBE 27
#define LANES 16
#define COMPARATORS 156

/* Batcher's odd-even merge sort (1968) of 27 numbers. */
struct network {
	uint8_t low[COMPARATORS], high[COMPARATORS];
};

static struct network make_network(void)
{
	struct network network = {0};
	int count = 0;

	for (int p = 1; p < CUBE; p *= 2)
		for (int k = p; k >= 1; k /= 2)
			for (int j = k % p; j < CUBE - k; j += 2 * k)
				for (int i = j; i < j + k && i < CUBE - k; i++)
					if (i / (2 * p) == (i + k) / (2 * p)) {
						network.low[count] = (uint8_t)i;
						network.high[count++] = (uint8_t)(i + k);
					}
	return network;
}

struct lanes {
	float value[CUBE][LANES];
	int32_t active[LANES];
} __attribute__((aligned(64)));

/* One of the 27 rows of neighbours; what is inactive or outside becomes infinite. */
static void load(const struct amqadf_grid *in, const float *row, uint64_t k, int number,
		 struct lanes *lanes)
{
	for (uint64_t lane = 0; lane < LANES; lane++) {
		/* Wraps to a large number below 0. */
		float value = row && k + lane < in->nz ? row[k + lane] : NAN;
		bool there = value == value;

		lanes->value[number][lane] = there ? value : INFINITY;
		lanes->active[lane] += there;
	}
}

/* The same where the whole run is in the grid: no branch a lane. */
static void load_inside(const float *restrict row, int number, struct lanes *restrict lanes)
{
	for (int lane = 0; lane < LANES; lane++) {
		bool there = row[lane] == row[lane];

		lanes->value[number][lane] = there ? row[lane] : INFINITY;
		lanes->active[lane] += there;
	}
}

static void load_cube(const struct amqadf_grid *in, uint64_t i, uint64_t j, uint64_t k,
		      struct lanes *lanes)
{
	int number = 0;

	memset(lanes->active, 0, sizeof(lanes->active));
	for (uint64_t a = i - 1; a != i + 2; a++)
		for (uint64_t b = j - 1; b != j + 2; b++) {
			bool there = a < in->nx && b < in->ny;
			const float *row = in->values + (a * in->ny + b) * in->nz;

			for (uint64_t c = k - 1; c != k + 2; c++, number++)
				if (there && c < in->nz && in->nz - c >= LANES)
					load_inside(row + c, number, lanes);
				else
					load(in, there ? row : NULL, c, number, lanes);
		}
}

static void sort_lanes(const struct network *network, struct lanes *lanes)
{
	for (int n = 0; n < COMPARATORS; n++) {
		float *restrict one = lanes->value[network->low[n]];
		float *restrict other = lanes->value[network->high[n]];

		for (int lane = 0; lane < LANES; lane++) {
			float a = one[lane], b = other[lane];

			one[lane] = a < b ? a : b;
			other[lane] = a < b ? b : a;
		}
	}
}

static float middle_of(const struct lanes *lanes, uint64_t lane)
{
	int middle = lanes->active[lane] / 2;
	float high = lanes->value[middle][lane];

	return lanes->active[lane] % 2 ? high : 0.5f * (lanes->value[middle - 1][lane] + high);
}

void LEVEL(median3_row)(const struct amqadf_grid *in, struct amqadf_grid *out, uint64_t row)
{
	const struct network network = make_network();
	struct lanes lanes;

	for (uint64_t k = 0; k < in->nz; k += LANES) {
		uint64_t count = in->nz - k < LANES ? in->nz - k : LANES;
		const float *centre = in->values + row * in->nz + k;

		load_cube(in, row / in->ny, row % in->ny, k, &lanes);
		sort_lanes(&network, &lanes);
		for (uint64_t lane = 0; lane < count; lane++) {
			float *to = &out->values[row * in->nz + k + lane];

			*to = isnan(centre[lane]) ? NAN : middle_of(&lanes, lane);
		}
	}
}
