/* SPDX-License-Identifier: Apache-2.0 */
/* A map from the numbers of one process to numbers of the model. */
#ifndef RECOAT_NUMBERS_H
#define RECOAT_NUMBERS_H

/*
 * Processes number what they record from 0 on, so an array serves. A number that is far above
 * those known so far, which only damage brings, goes into a hash instead: memory is bounded by
 * how many numbers there are, not by how large.
 */

#include <stddef.h>
#include <stdint.h>

#include "analyzer/map.h"

/* Start with all zero. */
struct recoat_numbers {
	uint32_t *at; /* RECOAT_NONE where there is none, */
	size_t room;  /* of the numbers below this. */
	size_t count; /* Puts so far. */
	struct recoat_map others;
};

void recoat_numbers_fini(struct recoat_numbers *numbers);

/* Add a number, or replace its value, which is not RECOAT_NONE. */
void recoat_numbers_put(struct recoat_numbers *numbers, uint32_t number, uint32_t value);

/* The value of a number, RECOAT_NONE if there is none. */
static inline uint32_t recoat_numbers_get(const struct recoat_numbers *numbers, uint32_t number)
{
	uint32_t value = number < numbers->room ? numbers->at[number] : RECOAT_NONE;

	if (__builtin_expect(value == RECOAT_NONE, 0))
		return recoat_map_get(&numbers->others, number, 0);
	return value;
}

#endif
