/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms of sizes and lifetimes. */
#include "analyzer/lifetimes.h"

#include <stdlib.h>

#include "analyzer/memory.h"

void recoat_lifetimes_fini(struct recoat_lifetimes_table *table)
{
	free(table->at);
	recoat_map_fini(&table->index);
}

struct recoat_lifetimes *recoat_lifetimes_of(struct recoat_lifetimes_table *table, uint32_t node)
{
	uint32_t found = recoat_map_get(&table->index, node, 0);

	if (found == RECOAT_NONE) {
		table->at = recoat_grow(table->at, table->count, &table->room, sizeof(*table->at));
		found = (uint32_t)table->count++;
		table->at[found] = (struct recoat_lifetimes_row){.node = node};
		recoat_map_put(&table->index, node, 0, found);
	}
	return &table->at[found].lifetimes;
}

const struct recoat_lifetimes *recoat_lifetimes_find(const struct recoat_lifetimes_table *table,
						     uint32_t node)
{
	uint32_t found = recoat_map_get(&table->index, node, 0);

	return found == RECOAT_NONE ? NULL : &table->at[found].lifetimes;
}

void recoat_lifetimes_add(struct recoat_lifetimes *to, const struct recoat_lifetimes *from)
{
	for (unsigned i = 0; i < RECOAT_SIZE_CLASSES; i++)
		to->size[i] += from->size[i];
	for (unsigned i = 0; i < RECOAT_LIFETIME_CLASSES; i++)
		to->lifetime[i] += from->lifetime[i];
	to->freed += from->freed;
}

unsigned recoat_lifetimes_class(uint64_t value, unsigned classes)
{
	unsigned bits = value ? 64 - (unsigned)__builtin_clzll(value) : 0;

	return bits < classes ? bits : classes - 1;
}

unsigned recoat_lifetimes_quantile(const uint64_t *counts, unsigned classes, double share)
{
	uint64_t all = 0, below = 0;
	unsigned at = 0;

	for (unsigned i = 0; i < classes; i++)
		all += counts[i];
	while (at < classes - 1 && (double)(below += counts[at]) < share * (double)all)
		at++;
	return at;
}
