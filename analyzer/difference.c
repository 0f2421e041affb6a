/* SPDX-License-Identifier: Apache-2.0 */
/* The call trees of two sides as one. */
#include "analyzer/difference.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/view.h"

void recoat_difference_fini(struct recoat_difference *difference)
{
	free(difference->node);
	recoat_map_fini(&difference->index);
	recoat_strings_fini(&difference->strings);
}

static uint32_t add_node(struct recoat_difference *difference, uint32_t parent, const char *label)
{
	difference->node = recoat_grow(difference->node, difference->count, &difference->room,
				       sizeof(*difference->node));
	difference->node[difference->count] =
		(struct recoat_difference_node){.parent = parent, .label = label};
	return (uint32_t)difference->count++;
}

static uint32_t child(struct recoat_difference *difference, uint32_t parent, const char *text)
{
	const char *label = recoat_strings_intern(&difference->strings, text);
	uint32_t found = recoat_map_get(&difference->index, parent, (uintptr_t)label);

	if (found == RECOAT_NONE) {
		found = add_node(difference, parent, label);
		recoat_map_put(&difference->index, parent, (uintptr_t)label, found);
	}
	return found;
}

/* A kernel is the same whoever serves it: "<kernel> by parallel" is "<kernel>". */
static char *name_of(const struct recoat_view_node *node)
{
	const char *end = node->kernel ? strstr(node->label, "> by ") : NULL;

	return end ? recoat_asprintf("%.*s>", (int)(end - node->label), node->label)
		   : recoat_strdup(node->label);
}

void recoat_difference_add(struct recoat_difference *difference, const struct recoat_view *view,
			   unsigned column, unsigned side, double weight)
{
	uint32_t *place = recoat_calloc(view->count, sizeof(*place));

	if (!difference->count)
		add_node(difference, 0, recoat_strings_intern(&difference->strings, ""));
	for (size_t i = 0; i < view->count; i++) {
		const struct recoat_view_node *node = &view->node[i];
		double value = (double)node->value[column] * weight;
		uint32_t above = place[node->parent];
		char *name = name_of(node);

		place[i] = i ? child(difference, above, name) : 0;
		free(name);
		difference->node[place[i]].whole[side] += value;
		difference->node[place[i]].self[side] += value;
		if (i)
			difference->node[above].self[side] -= value;
	}
	free(place);
}
