/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes of a tree stand on a page. */
#include "analyzer/page_nodes.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/map.h"
#include "analyzer/memory.h"

static int by_weight(const void *left, const void *right, void *context)
{
	const double *weight = context;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	if (weight[a] != weight[b])
		return weight[a] > weight[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Mark the chosen ones; those left out stay RECOAT_NONE. */
static void choose(struct recoat_page_nodes *nodes, const struct recoat_page_tree *from)
{
	uint32_t *order = recoat_calloc(from->count, sizeof(*order));
	double *weight = recoat_calloc(from->count, sizeof(*weight));

	for (uint32_t i = 0; i < from->count; i++) {
		order[i] = i;
		weight[i] = i ? from->weight(from->tree, i) : INFINITY;
		nodes->number[i] = RECOAT_NONE;
	}
	qsort_r(order, from->count, sizeof(*order), by_weight, weight);
	for (size_t i = 0; i < from->count && nodes->count < RECOAT_PAGE_NODES_MAX; i++) {
		uint32_t node = order[i];
		bool hangs = node && nodes->number[from->parent(from->tree, node)] == RECOAT_NONE;

		if (hangs || !from->admit(from->tree, node))
			continue;
		nodes->number[node] = 0;
		nodes->count++;
	}
	free(weight);
	free(order);
}

void recoat_page_nodes_choose(struct recoat_page_nodes *nodes, const struct recoat_page_tree *from)
{
	uint32_t next = 0;

	*nodes = (struct recoat_page_nodes){
		.number = recoat_calloc(from->count, sizeof(*nodes->number))};
	choose(nodes, from);
	nodes->node = recoat_calloc(nodes->count, sizeof(*nodes->node));
	for (uint32_t i = 0; i < from->count; i++) {
		if (nodes->number[i] == RECOAT_NONE)
			continue;
		nodes->node[next] = i;
		nodes->number[i] = next++;
	}
}

void recoat_page_nodes_fini(struct recoat_page_nodes *nodes)
{
	free(nodes->number);
	free(nodes->node);
}
