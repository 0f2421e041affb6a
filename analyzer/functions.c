/* SPDX-License-Identifier: Apache-2.0 */
/* Functions by CPU samples. */
#include "analyzer/functions.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/map.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/sites.h"
#include "analyzer/symbols.h"

const char *const recoat_function_order_names[RECOAT_FUNCTION_ORDERS] = {"self", "total"};

/* The functions at a frame, innermost first, as `count` numbers from `first` in a list. */
struct range {
	uint32_t first, count;
	bool known;
};

struct search {
	struct recoat_functions *functions;
	struct recoat_model *model;
	struct recoat_symbols *symbols;
	struct recoat_map index; /* (name, module) to a function. */
	struct range *of_frame;
	uint32_t *list;
	size_t listed, list_room;
	/* By function: the call path, plus 1, in whose total it was counted last. */
	uint32_t *counted;
	size_t counted_room;
};

/* Functions of a file that have no names are one, `[file]`. */
static const char *name_of(struct search *search, const struct recoat_call *call,
			   const char *module)
{
	const char *name;
	char *text;

	if (call->known || !*module)
		return call->function;
	text = recoat_asprintf("[%s]", recoat_module_name(module));
	name = recoat_strings_intern(&search->model->strings, text);
	free(text);
	return name;
}

static uint32_t find_function(struct search *search, const struct recoat_call *call,
			      const char *module)
{
	struct recoat_functions *functions = search->functions;
	const char *name = name_of(search, call, module);
	uint32_t found = recoat_map_get(&search->index, (uintptr_t)name, (uintptr_t)module);

	if (found != RECOAT_NONE)
		return found;
	functions->at = recoat_grow(functions->at, functions->count, &functions->room,
				    sizeof(*functions->at));
	search->counted = recoat_grow(search->counted, functions->count, &search->counted_room,
				      sizeof(*search->counted));
	search->counted[functions->count] = 0;
	functions->at[functions->count] =
		(struct recoat_function){.name = name, .module = module, .known = call->known};
	recoat_map_put(&search->index, (uintptr_t)name, (uintptr_t)module,
		       (uint32_t)functions->count);
	return (uint32_t)functions->count++;
}

static struct range functions_at(struct search *search, uint32_t frame)
{
	const struct recoat_cct *cct = &search->model->cct;
	const char *module = cct->module[cct->frame[frame].module].path;
	struct range *range = &search->of_frame[frame];
	struct recoat_calls calls;

	if (range->known)
		return *range;
	calls = recoat_frame_calls(search->model, search->symbols, frame);
	*range = (struct range){.first = (uint32_t)search->listed, .known = true};
	for (; range->count < calls.count; range->count++) {
		search->list = recoat_grow(search->list, search->listed, &search->list_room,
					   sizeof(*search->list));
		search->list[search->listed++] =
			find_function(search, &calls.at[range->count], module);
	}
	return *range;
}

/* The samples of one call path, `node`, to all functions on it. */
static void add_path(struct search *search, uint32_t node)
{
	const struct recoat_node *nodes = search->model->cct.node;
	const struct recoat_cpu_counts *cpu = &nodes[node].cpu;

	for (uint32_t at = node; at != RECOAT_ROOT; at = nodes[at].parent) {
		struct range range = functions_at(search, nodes[at].frame);

		for (uint32_t i = 0; i < range.count; i++) {
			uint32_t number = search->list[range.first + i];
			struct recoat_function *function = &search->functions->at[number];

			if (at == node && !i)
				recoat_cpu_counts_add(&function->self, cpu);
			if (search->counted[number] == node + 1)
				continue;
			search->counted[number] = node + 1;
			recoat_cpu_counts_add(&function->total, cpu);
		}
	}
}

static int by_order(const void *left, const void *right, void *order)
{
	const struct recoat_function *a = left, *b = right;
	bool by_total = *(enum recoat_function_order *)order == RECOAT_BY_TOTAL;
	uint64_t x = by_total ? a->total.time : a->self.time;
	uint64_t y = by_total ? b->total.time : b->self.time;

	if (x != y)
		return x > y ? -1 : 1;
	if (a->total.time != b->total.time)
		return a->total.time > b->total.time ? -1 : 1;
	return strcmp(a->name, b->name);
}

void recoat_functions_create(struct recoat_functions *functions, struct recoat_model *model,
			     struct recoat_symbols *symbols, enum recoat_function_order order)
{
	struct search search = {.functions = functions, .model = model, .symbols = symbols};

	*functions = (struct recoat_functions){0};
	search.of_frame = recoat_calloc(model->cct.frames + 1, sizeof(*search.of_frame));
	for (uint32_t i = 1; i < model->cct.nodes; i++)
		if (model->cct.node[i].cpu.samples)
			add_path(&search, i);
	if (functions->count)
		qsort_r(functions->at, functions->count, sizeof(*functions->at), by_order, &order);
	free(search.of_frame);
	free(search.list);
	free(search.counted);
	recoat_map_fini(&search.index);
}

void recoat_functions_destroy(struct recoat_functions *functions)
{
	free(functions->at);
}
