/* SPDX-License-Identifier: Apache-2.0 */
/* The nearest of a few references to each of many places. */
#ifndef PARALLEL_PLACES_H
#define PARALLEL_PLACES_H

#include <stdint.h>
#include "plugins/parallel/level.h"

/* Places in the world, a row an axis. */
struct places {
	const float *at[3];
	uint32_t count;
};

/* Rows of places that are searched for have room for a multiple of so many. */
#define PLACES_STEP 32

#ifdef PARALLEL_LEVEL
/*
 * The number of the reference that is nearest to each place, of several the first. Squared
 * distances are compared, in float. Rows are read, and `nearest` is written, up to the next
 * multiple of PLACES_STEP.
 */
void LEVEL(places_nearest)(const struct places *places, const struct places *references,
			   uint32_t *nearest);
#endif

#endif
