/* SPDX-License-Identifier: Apache-2.0 */
/* Interning of call paths: an open-addressed hash that readers use without a lock. */
#include "preload/tree.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "preload/clock.h"
#include "preload/memory.h"
#include "preload/modules.h"
#include "preload/recording.h"

#define FIRST_SLOTS (1u << 12)
#define GONE (1ull << 63) /* Set in the ip of a node whose module was unloaded. */

struct node {
	_Atomic uint64_t ip;
	uint32_t parent;
	uint32_t unused;
};

/* Grown by replacement: a reader may still use an old table, so none is ever unmapped.
 * All old ones together are smaller than the newest. */
struct table {
	uint32_t mask;
	_Atomic uint32_t slot[]; /* Node numbers; 0 is free. */
};

static struct node *nodes;
static uint32_t count;
static struct table *_Atomic table;

static uint32_t hash(uint32_t parent, uint64_t ip)
{
	uint64_t mixed = (ip + parent) * 0x9E3779B97F4A7C15ull ^ (uint64_t)parent << 32;

	mixed ^= mixed >> 29;
	mixed *= 0xBF58476D1CE4E5B9ull;
	return (uint32_t)(mixed >> 32);
}

static struct table *new_table(uint32_t slots)
{
	struct table *made = recoat_map(sizeof *made + slots * sizeof made->slot[0]);

	if (made)
		made->mask = slots - 1;
	return made;
}

int recoat_tree_init(void)
{
	struct table *fresh = new_table(FIRST_SLOTS);

	if (nodes)
		recoat_unmap(nodes, RECOAT_PATHS_MAX * sizeof *nodes);
	nodes = recoat_map(RECOAT_PATHS_MAX * sizeof *nodes);
	if (!nodes || !fresh)
		return -1;
	count = RECOAT_PATH_UNKNOWN + 1;
	atomic_store_explicit(&table, fresh, memory_order_release);
	return 0;
}

/*
 * Where (parent, ip) stands or belongs. Acquire pairs with the release in add_node(): the
 * node behind a slot's number is complete.
 */
static uint32_t find(struct table *in, uint32_t parent, uint64_t ip, uint32_t *node)
{
	for (uint32_t at = hash(parent, ip) & in->mask;; at = (at + 1) & in->mask) {
		*node = atomic_load_explicit(&in->slot[at], memory_order_acquire);
		if (!*node || (nodes[*node].parent == parent &&
			       atomic_load_explicit(&nodes[*node].ip, memory_order_relaxed) == ip))
			return at;
	}
}

static void put_event(uint32_t node, uint32_t parent, uint64_t ip)
{
	struct recoat_call_path event = {.node = node, .parent = parent, .ip = ip};

	recoat_put_call_path(&recoat_process_stream, recoat_clock_coarse(), &event);
}

/* Twice the slots, once half of them are taken. False: no memory, and no room to go on. */
static bool make_room(void)
{
	struct table *old = atomic_load_explicit(&table, memory_order_relaxed);
	struct table *grown;

	if (count < old->mask / 2)
		return true;
	grown = new_table((old->mask + 1) * 2);
	if (!grown)
		return count < old->mask - old->mask / 8;
	for (uint32_t node = RECOAT_PATH_UNKNOWN + 1; node < count; node++) {
		uint32_t at = hash(nodes[node].parent, nodes[node].ip) & grown->mask;

		while (grown->slot[at])
			at = (at + 1) & grown->mask;
		grown->slot[at] = node;
	}
	/* Release pairs with the acquire in recoat_tree_intern(). */
	atomic_store_explicit(&table, grown, memory_order_release);
	return true;
}

static uint32_t add_node(uint32_t parent, uint64_t ip)
{
	struct table *in;
	uint32_t node;
	uint32_t at;

	if (count == RECOAT_PATHS_MAX || !make_room())
		return UINT32_MAX;
	in = atomic_load_explicit(&table, memory_order_relaxed);
	at = find(in, parent, ip, &node);
	if (node)
		return node; /* Another thread was faster. */
	node = count++;
	nodes[node].parent = parent;
	atomic_store_explicit(&nodes[node].ip, ip, memory_order_relaxed);
	put_event(node, parent, ip);
	atomic_store_explicit(&in->slot[at], node, memory_order_release);
	return node;
}

uint32_t recoat_tree_intern(uint32_t parent, uint64_t ip)
{
	uint32_t node;

	find(atomic_load_explicit(&table, memory_order_acquire), parent, ip, &node);
	if (__builtin_expect(node != 0, 1))
		return node;
	recoat_modules_cover(ip);
	recoat_lock_take(&recoat_process_lock);
	node = add_node(parent, ip);
	recoat_lock_drop(&recoat_process_lock);
	return node;
}

uint32_t recoat_tree_try_intern(uint32_t parent, uint64_t ip, bool locked)
{
	uint32_t node;

	find(atomic_load_explicit(&table, memory_order_acquire), parent, ip, &node);
	if (node)
		return node;
	if (!locked && !recoat_lock_try(&recoat_process_lock))
		return UINT32_MAX;
	node = recoat_modules_settled(ip) ? add_node(parent, ip) : UINT32_MAX;
	if (!locked)
		recoat_lock_drop(&recoat_process_lock);
	return node;
}

void recoat_tree_forget(uint64_t start, uint64_t end)
{
	for (uint32_t node = RECOAT_PATH_UNKNOWN + 1; node < count; node++) {
		uint64_t ip = atomic_load_explicit(&nodes[node].ip, memory_order_relaxed);

		/* Its slot stays taken by a node that nothing matches any more. */
		if (ip >= start && ip < end)
			atomic_store_explicit(&nodes[node].ip, ip | GONE, memory_order_relaxed);
	}
}
