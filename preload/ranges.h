/* SPDX-License-Identifier: Apache-2.0 */
/* Disjoint ranges of addresses, each with an owner. */
#ifndef RECOAT_RANGES_H
#define RECOAT_RANGES_H

/*
 * A sorted array in pages of the runtime's own. The kernel allows a process 65,530 mappings,
 * so moving the tail of the array costs less than the system call that made it necessary.
 * Not thread safe: the caller has a lock.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recoat_range {
	uint64_t start;
	uint64_t end; /* Above `start`. */
	void *owner;
};

struct recoat_ranges {
	struct recoat_range *at; /* In order of their addresses. */
	size_t count;
	size_t room;
};

/* What a range lost: `owner` had `bytes` of what was removed. */
typedef void recoat_range_lost(void *owner, uint64_t bytes);

/*
 * Take [start, end) out of whatever ranges cover it, which may leave their ends behind. False
 * if there is no memory for such an end; nothing has changed then.
 */
bool recoat_ranges_remove(struct recoat_ranges *ranges, uint64_t start, uint64_t end,
			  recoat_range_lost *lost);

/* Put in [start, end), after removing it. False if there is no memory: nothing has changed. */
bool recoat_ranges_add(struct recoat_ranges *ranges, const struct recoat_range *range,
		       recoat_range_lost *lost);

/* The owner of this address, NULL if it has none. */
void *recoat_ranges_owner(const struct recoat_ranges *ranges, uint64_t address);

/* Give the memory back and be empty. */
void recoat_ranges_reset(struct recoat_ranges *ranges);

#endif
