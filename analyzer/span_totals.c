/* SPDX-License-Identifier: Apache-2.0 */
/* Finding where sums of spans belong. */
#include "analyzer/span_totals.h"

#include <stdlib.h>

#include "analyzer/memory.h"

void recoat_span_totals_add(struct recoat_span_totals *totals,
			    const struct recoat_span_total_in *total)
{
	totals->total = recoat_grow(totals->total, totals->count, &totals->room,
				    sizeof(*totals->total));
	totals->total[totals->count++] = *total;
}

static int by_depth(const void *left, const void *right)
{
	const struct recoat_span_total_in *a = left, *b = right;

	return (a->depth > b->depth) - (a->depth < b->depth);
}

/* The first node of each kernel and call path; the path tells nearly always all that is around. */
static void note(struct recoat_map *nodes, const struct recoat_spans *spans, uint32_t number)
{
	const struct recoat_span_node *node = &spans->node[number];

	if (recoat_map_get(nodes, node->kernel, node->path) == RECOAT_NONE)
		recoat_map_put(nodes, node->kernel, node->path, number);
}

static void settle(struct recoat_span_totals *totals, struct recoat_spans *spans,
		   struct recoat_map *nodes)
{
	for (size_t i = 0; i < totals->count; i++) {
		const struct recoat_span_total_in *total = &totals->total[i];
		uint32_t outer = RECOAT_NONE;

		if (total->outer != RECOAT_NONE) {
			outer = recoat_map_get(nodes, total->outer, total->outer_path);
			if (outer == RECOAT_NONE)
				spans->orphans += total->sums.calls;
		}
		note(nodes, spans,
		     recoat_spans_add_sums(spans, outer, total->kernel, total->path, &total->sums));
	}
}

void recoat_span_totals_settle(struct recoat_span_totals *totals, struct recoat_spans *spans)
{
	struct recoat_map nodes = {0};

	if (!totals->count)
		return;
	for (size_t i = 0; i < spans->count; i++)
		note(&nodes, spans, (uint32_t)i);
	/* Outer ones first, so that they are there. */
	qsort(totals->total, totals->count, sizeof(*totals->total), by_depth);
	settle(totals, spans, &nodes);
	totals->count = 0;
	recoat_map_fini(&nodes);
}

void recoat_span_totals_fini(struct recoat_span_totals *totals)
{
	free(totals->total);
	*totals = (struct recoat_span_totals){0};
}
