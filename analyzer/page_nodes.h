/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes of a tree stand on a page. */
#ifndef RECOAT_PAGE_NODES_H
#define RECOAT_PAGE_NODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOAT_PAGE_NODES_MAX 7000
#define RECOAT_PAGE_NODES_NAMES 300000 /* Bytes of names that a tree may add. */

/* A tree whose nodes are numbers, the root 0 and callers smaller than callees. */
struct recoat_page_tree {
	const void *tree;
	size_t count;
	uint32_t (*parent)(const void *tree, uint32_t node);
	double (*weight)(const void *tree,
			 uint32_t node);                /* Of a callee never above its caller's. */
	bool (*admit)(const void *tree, uint32_t node); /* Called once for what else is to come. */
};

struct recoat_page_nodes {
	uint32_t *number; /* Of each node on the page, RECOAT_NONE: left out. */
	uint32_t *node;   /* By that number. */
	size_t count;
};

/*
 * Choose the heaviest nodes whose callers are chosen too and that are admitted, and number them in
 * the tree's order. For recoat_page_nodes_fini().
 */
void recoat_page_nodes_choose(struct recoat_page_nodes *nodes, const struct recoat_page_tree *from);
void recoat_page_nodes_fini(struct recoat_page_nodes *nodes);

#endif
