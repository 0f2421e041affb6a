/* SPDX-License-Identifier: Apache-2.0 */
/* The page's call trees, as columns of numbers. */
#include "analyzer/report_html.h"

#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/page_nodes.h"
#include "analyzer/view.h"

/* A tree and what is shown of it. */
struct tree {
	struct recoat_page *page;
	const struct recoat_view *view;
	unsigned values; /* How many; all include nodes below. */
	struct recoat_page_nodes nodes;
};

static uint32_t parent(const void *tree, uint32_t node)
{
	return ((const struct tree *)tree)->view->node[node].parent;
}

/* A node's largest share of the whole. */
static double weight(const void *of, uint32_t node)
{
	const struct tree *tree = of;
	const struct recoat_view *view = tree->view;
	double largest = 0;

	for (unsigned v = 0; v < tree->values; v++) {
		double whole = (double)view->node[0].value[v];
		double share = whole > 0 ? (double)view->node[node].value[v] / whole : 0;

		if (share > largest)
			largest = share;
	}
	return largest;
}

/* Have all names of a node on the page. */
static bool admit(const void *of, uint32_t at)
{
	const struct tree *tree = of;
	const struct recoat_view_node *node = &tree->view->node[at];
	struct recoat_page_names *names = &tree->page->names;

	return recoat_page_names_add(names, node->label) != RECOAT_NONE &&
	       recoat_page_names_add(names, node->module) != RECOAT_NONE &&
	       recoat_page_names_add(names, node->call.file) != RECOAT_NONE;
}

static void choose(struct tree *tree)
{
	tree->page->names.budget = tree->page->names.bytes + RECOAT_PAGE_NODES_NAMES;
	recoat_page_nodes_choose(&tree->nodes,
				 &(struct recoat_page_tree){.tree = tree,
							    .count = tree->view->count,
							    .parent = parent,
							    .weight = weight,
							    .admit = admit});
}

static int64_t parent_of(const struct tree *tree, const struct recoat_view_node *node)
{
	return tree->nodes.number[node->parent];
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

static void put_columns(const struct tree *tree)
{
	static const struct {
		const char *name;
		int64_t (*get)(const struct tree *tree, const struct recoat_view_node *node);
	} column[] = {
		{"parent", parent_of}, {"name", name_of}, {"module", module_of},
		{"file", file_of},     {"line", line_of},
	};

	for (size_t c = 0; c < sizeof(column) / sizeof(*column); c++) {
		fputs(",\n  ", tree->page->file);
		recoat_page_begin_numbers(tree->page, column[c].name);
		for (size_t i = 0; i < tree->nodes.count; i++)
			recoat_page_put_number(
				tree->page, i,
				column[c].get(tree, &tree->view->node[tree->nodes.node[i]]));
		recoat_page_end_numbers(tree->page);
	}
}

static void put_values(const struct tree *tree, const char *const *names)
{
	for (unsigned v = 0; v < tree->values; v++) {
		fputs(",\n  ", tree->page->file);
		recoat_page_begin_numbers(tree->page, names[v]);
		for (size_t i = 0; i < tree->nodes.count; i++)
			recoat_page_put_number(tree->page, i,
					       tree->view->node[tree->nodes.node[i]].value[v]);
		recoat_page_end_numbers(tree->page);
	}
}

/* Where the page shows what a node of the model's tree holds: there or in its callers. */
static void keep_places(const struct tree *tree)
{
	size_t nodes = tree->page->report->model->cct.nodes;

	tree->page->place = recoat_calloc(nodes, sizeof(*tree->page->place));
	tree->page->above = recoat_calloc(tree->nodes.count, sizeof(*tree->page->above));
	tree->page->places = tree->nodes.count;
	for (size_t i = 0; i < tree->nodes.count; i++)
		tree->page->above[i] =
			(uint32_t)parent_of(tree, &tree->view->node[tree->nodes.node[i]]);
	for (size_t i = 0; i < nodes; i++) {
		uint32_t at = tree->view->place[i];

		while (tree->nodes.number[at] == RECOAT_NONE)
			at = tree->view->node[at].parent;
		tree->page->place[i] = tree->nodes.number[at];
	}
}

/* With the first of the view's values. */
static void put_tree(struct recoat_page *page, const struct recoat_view *view, const char *name,
		     const char *const *names, unsigned values)
{
	struct tree tree = {.page = page, .view = view, .values = values};

	choose(&tree);
	fprintf(page->file, "%s\n\"%s\": {\"nodes\": %zu", *name == 't' ? "" : ",", name,
		tree.nodes.count);
	put_columns(&tree);
	put_values(&tree, names);
	putc('}', page->file);
	if (tree.nodes.count < view->count)
		recoat_page_leave_out(page,
				      "%zu of %zu nodes of the call tree by %s, the smallest; they "
				      "count in their callers",
				      view->count - tree.nodes.count, view->count, name);
	if (!strcmp(name, "memory"))
		keep_places(&tree);
	recoat_page_nodes_fini(&tree.nodes);
}

void recoat_page_put_trees(struct recoat_page *page)
{
	static const char *const time[] = {"time"}, *const cpu[] = {"cpu"};
	static const char *const memory[] = {"bytes", "count", "peak", "leaked", "temporary"};
	const struct recoat_report *report = page->report;
	struct recoat_view view;

	fputs(",\n\"trees\": {", page->file);
	recoat_view_time(&view, report->model, report->symbols);
	put_tree(page, &view, "time", time, 1);
	recoat_view_destroy(&view);
	recoat_view_cpu(&view, report->model, report->symbols);
	put_tree(page, &view, "cpu", cpu, 1);
	recoat_view_destroy(&view);
	recoat_view_memory_any(&view, report->model, report->symbols);
	put_tree(page, &view, "memory", memory, 5);
	recoat_view_destroy(&view);
	putc('}', page->file);
}
