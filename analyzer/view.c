/* SPDX-License-Identifier: Apache-2.0 */
/* Call trees as they are shown. */
#include "analyzer/view.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/model.h"

/* Smaller shares of the whole than one in so many are not looked up. */
#define FINEST 10000

struct build {
	struct recoat_view *view;
	struct recoat_model *model;
	struct recoat_symbols *symbols;
};

static void init(struct recoat_view *view)
{
	*view = (struct recoat_view){0};
	view->node = recoat_grow(NULL, 0, &view->room, sizeof(*view->node));
	view->node[view->count++] = (struct recoat_view_node){
		.first = RECOAT_NONE, .next = RECOAT_NONE, .label = "", .module = ""};
}

void recoat_view_destroy(struct recoat_view *view)
{
	free(view->node);
	free(view->place);
	recoat_map_fini(&view->index);
}

/* The child of `parent` with this label (interned), added if it is new. */
static uint32_t child(struct recoat_view *view, uint32_t parent, const char *label)
{
	uint32_t found = recoat_map_get(&view->index, parent, (uintptr_t)label);

	if (found != RECOAT_NONE)
		return found;
	view->node = recoat_grow(view->node, view->count, &view->room, sizeof(*view->node));
	view->node[view->count] = (struct recoat_view_node){.parent = parent,
							    .first = RECOAT_NONE,
							    .next = view->node[parent].first,
							    .label = label,
							    .module = ""};
	view->node[parent].first = (uint32_t)view->count;
	recoat_map_put(&view->index, parent, (uintptr_t)label, (uint32_t)view->count);
	return (uint32_t)view->count++;
}

/* Go down from `at` through the calls of one frame, outermost first. */
static uint32_t enter_frame(struct build *build, uint32_t at, uint32_t frame)
{
	const struct recoat_cct *cct = &build->model->cct;
	const char *module = cct->module[cct->frame[frame].module].path;
	struct recoat_calls calls = recoat_frame_calls(build->model, build->symbols, frame);

	for (size_t i = calls.count; i-- > 0;) {
		const char *label = recoat_call_label(build->model, &calls.at[i], module);
		struct recoat_view_node *node;

		if (!calls.at[i].known && build->view->node[at].label == label)
			continue;
		/* Every path starts with the same few functions before main(). */
		if (!at && recoat_is_startup(label))
			continue;
		at = child(build->view, at, label);
		node = &build->view->node[at];
		if (!node->call.function) {
			node->call = calls.at[i];
			node->module = module;
		}
	}
	return at;
}

/* Add every node's values to its parent's; parents have smaller numbers. */
static void accumulate(struct recoat_view *view, unsigned values)
{
	for (size_t i = view->count; i-- > 1;) {
		int64_t *above = view->node[view->node[i].parent].value;

		for (unsigned v = 0; v < values; v++)
			above[v] = recoat_add(above[v], view->node[i].value[v]);
	}
}

struct order {
	const struct recoat_view *view;
	unsigned value;
};

static int by_value(const void *left, const void *right, void *context)
{
	const struct order *order = context;
	const struct recoat_view_node *a = &order->view->node[*(const uint32_t *)left];
	const struct recoat_view_node *b = &order->view->node[*(const uint32_t *)right];

	if (a->value[order->value] != b->value[order->value])
		return a->value[order->value] > b->value[order->value] ? -1 : 1;
	return strcmp(a->label, b->label);
}

/* Sort each node's children; `list` has room for all nodes. */
static void sort_children(struct recoat_view *view, uint32_t parent, unsigned value, uint32_t *list)
{
	struct order order = {.view = view, .value = value};
	size_t count = 0;

	for (uint32_t at = view->node[parent].first; at != RECOAT_NONE; at = view->node[at].next)
		list[count++] = at;
	if (count < 2)
		return;
	qsort_r(list, count, sizeof(*list), by_value, &order);
	view->node[parent].first = list[0];
	for (size_t i = 0; i < count; i++)
		view->node[list[i]].next = i + 1 < count ? list[i + 1] : RECOAT_NONE;
}

static void sort(struct recoat_view *view, unsigned value)
{
	uint32_t *list = recoat_calloc(view->count, sizeof(*list));

	for (size_t i = 0; i < view->count; i++)
		sort_children(view, (uint32_t)i, value, list);
	free(list);
}

/* ---- Memory and CPU samples: what the nodes of the tree hold. ---- */

/* What is shown of the tree's nodes. */
struct kind {
	/* By which branches are compared. */
	int64_t (*value)(const struct recoat_node *node, unsigned order);
	void (*add)(struct recoat_view_node *to, const struct recoat_node *node);
	unsigned order, orders; /* The first, and how many: a branch is small if it is by each. */
};

/* Values of each node of the tree with all nodes below it. */
static int64_t *inclusive_values(const struct recoat_cct *cct, const struct kind *kind,
				 unsigned order)
{
	int64_t *value = recoat_calloc(cct->nodes, sizeof(*value));

	for (size_t i = cct->nodes; i-- > 0;) {
		int64_t *above = &value[cct->node[i].parent];

		value[i] = recoat_add(value[i], kind->value(&cct->node[i], order));
		if (i)
			*above = recoat_add(*above, value[i]);
	}
	return value;
}

/* Which nodes of the tree are not looked up. */
static bool *small_branches(const struct recoat_cct *cct, const struct kind *kind)
{
	bool *small = recoat_calloc(cct->nodes, sizeof(*small));

	memset(small, true, cct->nodes * sizeof(*small));
	for (unsigned order = kind->order; order < kind->order + kind->orders; order++) {
		int64_t *inclusive = inclusive_values(cct, kind, order);

		for (size_t i = 0; i < cct->nodes; i++)
			small[i] &= inclusive[i] < inclusive[0] / FINEST || inclusive[i] <= 0;
		free(inclusive);
	}
	small[RECOAT_ROOT] = false;
	for (size_t i = 1; i < cct->nodes; i++)
		small[i] |= small[cct->node[i].parent];
	return small;
}

/* Give every node of the tree its place in the view; what is too small shares its parent's. */
static void place_nodes(struct build *build, const struct kind *kind)
{
	const struct recoat_cct *cct = &build->model->cct;
	uint32_t *place = recoat_calloc(cct->nodes, sizeof(*place));
	bool *small = small_branches(cct, kind);

	build->view->place = place;
	kind->add(&build->view->node[0], &cct->node[RECOAT_ROOT]);
	for (size_t i = 1; i < cct->nodes; i++) {
		place[i] = place[cct->node[i].parent];
		if (!small[i])
			place[i] = enter_frame(build, place[i], cct->node[i].frame);
		kind->add(&build->view->node[place[i]], &cct->node[i]);
	}
	free(small);
}

static int64_t heap_value(const struct recoat_node *node, unsigned order)
{
	return recoat_heap_counts_value(&node->heap, (enum recoat_site_order)order);
}

static void add_heap(struct recoat_view_node *to, const struct recoat_node *node)
{
	for (unsigned order = 0; order < RECOAT_SITE_ORDERS; order++)
		to->value[order] = recoat_add(to->value[order], heap_value(node, order));
}

static void view_memory(struct recoat_view *view, struct recoat_model *model,
			struct recoat_symbols *symbols, const struct kind *kind)
{
	struct build build = {.view = view, .model = model, .symbols = symbols};

	init(view);
	place_nodes(&build, kind);
	accumulate(view, RECOAT_VIEW_VALUES);
	sort(view, kind->order);
}

void recoat_view_memory(struct recoat_view *view, struct recoat_model *model,
			struct recoat_symbols *symbols, enum recoat_site_order order)
{
	const struct kind kind = {
		.value = heap_value, .add = add_heap, .order = order, .orders = 1};

	view_memory(view, model, symbols, &kind);
}

void recoat_view_memory_any(struct recoat_view *view, struct recoat_model *model,
			    struct recoat_symbols *symbols)
{
	const struct kind kind = {
		.value = heap_value, .add = add_heap, .orders = RECOAT_SITE_ORDERS};

	view_memory(view, model, symbols, &kind);
}

static int64_t cpu_value(const struct recoat_node *node, unsigned order)
{
	(void)order;
	return (int64_t)node->cpu.time;
}

static void add_cpu(struct recoat_view_node *to, const struct recoat_node *node)
{
	int64_t time = (int64_t)node->cpu.time;

	to->value[RECOAT_VIEW_CPU] = recoat_add(to->value[RECOAT_VIEW_CPU], time);
	to->value[RECOAT_VIEW_CPU_SELF] = recoat_add(to->value[RECOAT_VIEW_CPU_SELF], time);
	to->value[RECOAT_VIEW_SAMPLES] =
		recoat_add(to->value[RECOAT_VIEW_SAMPLES], (int64_t)node->cpu.samples);
}

void recoat_view_cpu(struct recoat_view *view, struct recoat_model *model,
		     struct recoat_symbols *symbols)
{
	const struct kind kind = {.value = cpu_value, .add = add_cpu, .orders = 1};
	struct build build = {.view = view, .model = model, .symbols = symbols};

	init(view);
	place_nodes(&build, &kind);
	accumulate(view, 1);
	sort(view, RECOAT_VIEW_CPU);
}

/* ---- Time. ---- */

/*
 * Go down from `at` through the frames between the node `from` and the node `to` below it.
 * Paths may be of any length, so there is no recursion here.
 */
static uint32_t enter_path(struct build *build, uint32_t at, uint32_t from, uint32_t to)
{
	const struct recoat_node *nodes = build->model->cct.node;
	uint32_t *frame = NULL;
	size_t count = 0, room = 0;

	for (; to != from && to != RECOAT_ROOT; to = nodes[to].parent) {
		frame = recoat_grow(frame, count, &room, sizeof(*frame));
		frame[count++] = nodes[to].frame;
	}
	while (count)
		at = enter_frame(build, at, frame[--count]);
	free(frame);
	return at;
}

static void add_span(struct recoat_view_node *node, const struct recoat_span_sums *sums)
{
	int64_t self = (int64_t)recoat_span_sums_self(sums);

	node->kernel = true;
	node->value[RECOAT_VIEW_TIME] = recoat_add(node->value[RECOAT_VIEW_TIME], self);
	node->value[RECOAT_VIEW_SELF] = recoat_add(node->value[RECOAT_VIEW_SELF], self);
	node->value[RECOAT_VIEW_CALLS] =
		recoat_add(node->value[RECOAT_VIEW_CALLS], (int64_t)sums->calls);
}

void recoat_view_time(struct recoat_view *view, struct recoat_model *model,
		      struct recoat_symbols *symbols)
{
	struct build build = {.view = view, .model = model, .symbols = symbols};
	uint32_t *place = recoat_calloc(model->spans.count, sizeof(*place));

	init(view);
	for (size_t i = 0; i < model->spans.count; i++) {
		const struct recoat_span_node *span = &model->spans.node[i];
		bool top = span->parent == RECOAT_NONE;
		uint32_t above = top ? RECOAT_ROOT : model->spans.node[span->parent].path;
		uint32_t at = top ? 0 : place[span->parent];

		/* A callee on another stack has a path of its own. */
		if (!recoat_cct_is_above(&model->cct, above, span->path))
			above = RECOAT_ROOT;
		at = enter_path(&build, at, above, span->path);
		at = place[i] = child(view, at, recoat_kernel_label(model, span->kernel));
		add_span(&view->node[at], &span->sums);
	}
	accumulate(view, 1);
	sort(view, RECOAT_VIEW_TIME);
	free(place);
}
