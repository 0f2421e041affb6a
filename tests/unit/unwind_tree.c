/* SPDX-License-Identifier: Apache-2.0 */
/* One lock, one hash table. */
#include "tests/unit/unwind_tree.h"

#include "preload/lock.h"
#include "preload/tree.h"

#define NODES (1u << 21)

static struct {
	uint64_t ip;
	uint32_t parent;
} nodes[NODES];
static uint32_t table[2 * NODES];
static uint32_t count = RECOAT_PATH_UNKNOWN + 1;
static uint32_t limit = NODES;
static struct recoat_lock lock;

static uint32_t find_or_add(uint32_t parent, uint64_t ip)
{
	uint64_t hash = (ip ^ (uint64_t)parent << 40 ^ parent) * 0x9E3779B97F4A7C15ull;
	uint32_t at = (uint32_t)(hash >> 40) % (2 * NODES);

	while (table[at]) {
		if (nodes[table[at]].ip == ip && nodes[table[at]].parent == parent)
			return table[at];
		at = (at + 1) % (2 * NODES);
	}
	if (count >= limit)
		return UINT32_MAX;
	nodes[count].ip = ip;
	nodes[count].parent = parent;
	table[at] = count;
	return count++;
}

uint32_t recoat_tree_intern(uint32_t parent, uint64_t ip)
{
	uint32_t node;

	recoat_lock_take(&lock);
	node = find_or_add(parent, ip);
	recoat_lock_drop(&lock);
	return node;
}

size_t tree_frames(uint32_t path, uint64_t *ips, size_t max, uint32_t *root)
{
	size_t found = 0;

	while (path > RECOAT_PATH_UNKNOWN && found < max) {
		ips[found++] = nodes[path].ip;
		path = nodes[path].parent;
	}
	*root = path;
	return found;
}

void tree_limit(uint32_t wanted)
{
	limit = wanted < NODES ? wanted : NODES;
}
