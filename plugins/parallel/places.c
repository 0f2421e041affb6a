/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of a few references to each of many places. */
#include "plugins/parallel/common.h"
#include "plugins/parallel/places.h"

struct nearest {
	float squared[PLACES_STEP];
	uint32_t number[PLACES_STEP];
} __attribute__((aligned(64)));

static void search(const float *restrict x, const float *restrict y, const float *restrict z,
		   const struct places *references, struct nearest *restrict nearest)
{
	for (uint32_t n = 0; n < references->count; n++) {
		float at_x = references->at[0][n], at_y = references->at[1][n];
		float at_z = references->at[2][n];

		for (int lane = 0; lane < PLACES_STEP; lane++) {
			float dx = x[lane] - at_x, dy = y[lane] - at_y, dz = z[lane] - at_z;
			float squared = SQUARES_FLOAT(dx, dy, dz);
			bool nearer = squared < nearest->squared[lane];

			nearest->squared[lane] = nearer ? squared : nearest->squared[lane];
			nearest->number[lane] = nearer ? n : nearest->number[lane];
		}
	}
}

void LEVEL(places_nearest)(const struct places *places, const struct places *references,
			   uint32_t *nearest)
{
	for (uint32_t n = 0; n < places->count; n += PLACES_STEP) {
		struct nearest found = {{0}, {0}};

		for (int lane = 0; lane < PLACES_STEP; lane++)
			found.squared[lane] = INFINITY;
		search(places->at[0] + n, places->at[1] + n, places->at[2] + n, references, &found);
		memcpy(nearest + n, found.number, sizeof(found.number));
	}
}
