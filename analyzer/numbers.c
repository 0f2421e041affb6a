/* SPDX-License-Identifier: Apache-2.0 */
/* Small numbers in an array, others in a hash. */
#include "analyzer/numbers.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

#define FIRST_ROOM 64

void recoat_numbers_fini(struct recoat_numbers *numbers)
{
	free(numbers->at);
	recoat_map_fini(&numbers->others);
}

static void widen(struct recoat_numbers *numbers, size_t room)
{
	uint32_t *at = recoat_calloc(room, sizeof(*at));

	memset(at, 0xFF, room * sizeof(*at));
	if (numbers->room)
		memcpy(at, numbers->at, numbers->room * sizeof(*at));
	free(numbers->at);
	numbers->at = at;
	numbers->room = room;
}

void recoat_numbers_put(struct recoat_numbers *numbers, uint32_t number, uint32_t value)
{
	size_t room = FIRST_ROOM;

	numbers->count++;
	while (room < 2 * numbers->count)
		room *= 2;
	if (number >= numbers->room && number < room)
		widen(numbers, room);
	if (number < numbers->room)
		numbers->at[number] = value;
	else
		recoat_map_put(&numbers->others, number, 0, value);
}
