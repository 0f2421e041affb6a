/* SPDX-License-Identifier: Apache-2.0 */
/* The page's call trees, as columns of numbers. */
#include "analyzer/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/view.h"

#define NODES_MAX 7000
#define NAME_BYTES 300000 /* That a tree may add. */

/* A tree and what is shown of it. */
struct tree {
	struct recoat_page *page;
	const struct recoat_view *view;
	unsigned values;
	uint32_t *number; /* Of each node on the page, RECOAT_NONE: left out. */
	uint32_t *node;   /* By that number. */
	size_t count;
};

/* A node's largest share of the whole, by any value that is inclusive of nodes below. */
static double weight_of(const struct recoat_view *view, uint32_t node, unsigned values)
{
	double weight = 0;

	for (unsigned v = 0; v < values; v++) {
		double whole = (double)view->node[0].value[v];
		double share = whole > 0 ? (double)view->node[node].value[v] / whole : 0;

		if (share > weight)
			weight = share;
	}
	return weight;
}

static int by_weight(const void *left, const void *right, void *context)
{
	const double *weight = context;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	if (weight[a] != weight[b])
		return weight[a] > weight[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

/* Have all names of a node on the page. */
static bool name(struct recoat_page_names *names, const struct recoat_view_node *node)
{
	return recoat_page_names_add(names, node->label) != RECOAT_NONE &&
	       recoat_page_names_add(names, node->module) != RECOAT_NONE &&
	       recoat_page_names_add(names, node->call.file) != RECOAT_NONE;
}

/* Mark the largest nodes whose callers are there too; those left out stay RECOAT_NONE. */
static void choose(struct tree *tree, unsigned inclusive)
{
	size_t count = tree->view->count;
	uint32_t *order = recoat_calloc(count, sizeof(*order));
	double *weight = recoat_calloc(count, sizeof(*weight));

	for (uint32_t i = 0; i < count; i++) {
		order[i] = i;
		weight[i] = i ? weight_of(tree->view, i, inclusive) : 2;
		tree->number[i] = RECOAT_NONE;
	}
	qsort_r(order, count, sizeof(*order), by_weight, weight);
	for (size_t i = 0; i < count && tree->count < NODES_MAX; i++) {
		const struct recoat_view_node *node = &tree->view->node[order[i]];

		if ((order[i] && tree->number[node->parent] == RECOAT_NONE) ||
		    !name(&tree->page->names, node))
			continue;
		tree->number[order[i]] = 0;
		tree->count++;
	}
	free(weight);
	free(order);
}

/* Number the chosen ones, callers first. */
static void renumber(struct tree *tree)
{
	uint32_t next = 0;

	tree->node = recoat_calloc(tree->count, sizeof(*tree->node));
	for (uint32_t i = 0; i < tree->view->count; i++) {
		if (tree->number[i] == RECOAT_NONE)
			continue;
		tree->node[next] = i;
		tree->number[i] = next++;
	}
}

static int64_t parent_of(const struct tree *tree, const struct recoat_view_node *node)
{
	return tree->number[node->parent];
}

static int64_t name_of(const struct tree *tree, const struct recoat_view_node *node)
{
	return recoat_page_names_add(&tree->page->names, node->label);
}

static int64_t module_of(const struct tree *tree, const struct recoat_view_node *node)
{
	return recoat_page_names_add(&tree->page->names, node->module);
}

static int64_t file_of(const struct tree *tree, const struct recoat_view_node *node)
{
	return recoat_page_names_add(&tree->page->names, node->call.file);
}

static int64_t line_of(const struct tree *tree, const struct recoat_view_node *node)
{
	(void)tree;
	return node->call.line;
}

static int64_t is_kernel(const struct tree *tree, const struct recoat_view_node *node)
{
	(void)tree;
	return node->kernel;
}

static void put_columns(const struct tree *tree)
{
	static const struct {
		const char *name;
		int64_t (*get)(const struct tree *tree, const struct recoat_view_node *node);
	} column[] = {
		{"parent", parent_of}, {"name", name_of}, {"module", module_of},
		{"file", file_of},     {"line", line_of}, {"kernel", is_kernel},
	};

	for (size_t c = 0; c < sizeof(column) / sizeof(*column); c++) {
		fputs(",\n  ", tree->page->file);
		recoat_page_begin_numbers(tree->page, column[c].name);
		for (size_t i = 0; i < tree->count; i++)
			recoat_page_put_number(
				tree->page, i,
				column[c].get(tree, &tree->view->node[tree->node[i]]));
		recoat_page_end_numbers(tree->page);
	}
}

static void put_values(const struct tree *tree, const char *const *names)
{
	for (unsigned v = 0; v < tree->values; v++) {
		fputs(",\n  ", tree->page->file);
		recoat_page_begin_numbers(tree->page, names[v]);
		for (size_t i = 0; i < tree->count; i++)
			recoat_page_put_number(tree->page, i,
					       tree->view->node[tree->node[i]].value[v]);
		recoat_page_end_numbers(tree->page);
	}
}

/* Where the page shows what a node of the model's tree holds: there or in its callers. */
static void keep_places(const struct tree *tree)
{
	size_t nodes = tree->page->report->model->cct.nodes;

	tree->page->place = recoat_calloc(nodes, sizeof(*tree->page->place));
	tree->page->above = recoat_calloc(tree->count, sizeof(*tree->page->above));
	tree->page->places = tree->count;
	for (size_t i = 0; i < tree->count; i++)
		tree->page->above[i] =
			(uint32_t)parent_of(tree, &tree->view->node[tree->node[i]]);
	for (size_t i = 0; i < nodes; i++) {
		uint32_t at = tree->view->place[i];

		while (tree->number[at] == RECOAT_NONE)
			at = tree->view->node[at].parent;
		tree->page->place[i] = tree->number[at];
	}
}

/* The first `inclusive` of the values are so. */
static void put_tree(struct recoat_page *page, const struct recoat_view *view, const char *name,
		     const char *const *names, unsigned values, unsigned inclusive)
{
	struct tree tree = {.page = page, .view = view, .values = values};

	page->names.budget = page->names.bytes + NAME_BYTES;
	tree.number = recoat_calloc(view->count, sizeof(*tree.number));
	choose(&tree, inclusive);
	renumber(&tree);
	fprintf(page->file, "%s\n\"%s\": {\"nodes\": %zu", *name == 't' ? "" : ",", name,
		tree.count);
	put_columns(&tree);
	put_values(&tree, names);
	putc('}', page->file);
	if (tree.count < view->count)
		recoat_page_leave_out(page,
				      "%zu of %zu nodes of the call tree by %s, the smallest; they "
				      "count in their callers",
				      view->count - tree.count, view->count, name);
	if (!strcmp(name, "memory"))
		keep_places(&tree);
	free(tree.node);
	free(tree.number);
}

void recoat_page_put_trees(struct recoat_page *page)
{
	static const char *const time[] = {"time", "self", "calls"};
	static const char *const cpu[] = {"cpu", "cpu_self", "samples"};
	static const char *const memory[] = {"bytes", "count", "peak", "leaked", "temporary"};
	const struct recoat_report *report = page->report;
	struct recoat_view view;

	fputs(",\n\"trees\": {", page->file);
	recoat_view_time(&view, report->model, report->symbols);
	put_tree(page, &view, "time", time, 3, 1);
	recoat_view_destroy(&view);
	recoat_view_cpu(&view, report->model, report->symbols);
	put_tree(page, &view, "cpu", cpu, 3, 1);
	recoat_view_destroy(&view);
	recoat_view_memory_any(&view, report->model, report->symbols);
	put_tree(page, &view, "memory", memory, 5, 5);
	recoat_view_destroy(&view);
	putc('}', page->file);
}
