/* SPDX-License-Identifier: Apache-2.0 */
/* Comparisons as one page for a browser: the objects of --json, and call trees. */
#include "analyzer/compare.h"

#include <math.h>

#include "analyzer/comparison.h"
#include "analyzer/difference.h"
#include "analyzer/page_file.h"
#include "analyzer/page_nodes.h"
#include "analyzer/report_json.h"

#define SCHEMA "recoat-compare-page-1"
#define ROWS_MAX 300
#define PATHS_MAX 200
#define METHODS_MAX 12 /* 5 MiB over the rows of one. */

/* ---- Rows. ---- */

/* An array of `object`, of texts or rows, as far as it is shown. */
static void limit(struct recoat_page *page, const json_t *object, const char *key, size_t most,
		  const char *what)
{
	json_t *array = json_object_get(object, key), *row;
	size_t count = json_array_size(array), index;

	if (count > most)
		recoat_page_leave_out(page, "%zu of %zu %s, the last", count - most, count, what);
	while (json_array_size(array) > most)
		json_array_remove(array, json_array_size(array) - 1);
	recoat_page_cut_texts(array);
	json_array_foreach(array, index, row) recoat_page_cut_texts(row);
}

static json_t *comparison_object(struct recoat_page *page,
				 const struct recoat_comparison *comparison)
{
	json_t *object = recoat_comparison_json(comparison);

	limit(page, object, "rows", ROWS_MAX, "rows of operations and kernels");
	limit(page, object, "before", PATHS_MAX, "recordings before");
	limit(page, object, "after", PATHS_MAX, "recordings after");
	return object;
}

static json_t *method_object(struct recoat_page *page, const struct recoat_methods *methods,
			     size_t at)
{
	json_t *object = comparison_object(page, &methods->with[at]);

	set(object, "name", text(methods->name[at]));
	return object;
}

/* ---- Trees. ---- */

/* A tree and what is shown of it. */
struct tree {
	struct recoat_page *page;
	const struct recoat_difference *difference;
	struct recoat_page_nodes nodes;
};

static uint32_t parent(const void *tree, uint32_t node)
{
	return ((const struct tree *)tree)->difference->node[node].parent;
}

/* The larger of its shares of both wholes. */
static double weight(const void *tree, uint32_t node)
{
	const struct recoat_difference_node *at = ((const struct tree *)tree)->difference->node;
	double largest = 0;

	for (unsigned s = 0; s < 2; s++)
		if (at->whole[s] > 0)
			largest = fmax(largest, at[node].whole[s] / at->whole[s]);
	return largest;
}

static bool admit(const void *of, uint32_t node)
{
	const struct tree *tree = of;

	return recoat_page_names_add(&tree->page->names, tree->difference->node[node].label) !=
	       RECOAT_NONE;
}

static int64_t parent_of(const struct tree *tree, const struct recoat_difference_node *node)
{
	return tree->nodes.number[node->parent];
}

static int64_t name_of(const struct tree *tree, const struct recoat_difference_node *node)
{
	return recoat_page_names_add(&tree->page->names, node->label);
}

static int64_t before_of(const struct tree *tree, const struct recoat_difference_node *node)
{
	(void)tree;
	return llround(node->whole[0]);
}

static int64_t after_of(const struct tree *tree, const struct recoat_difference_node *node)
{
	(void)tree;
	return llround(node->whole[1]);
}

static void put_columns(const struct tree *tree)
{
	static const struct {
		const char *name;
		int64_t (*get)(const struct tree *tree, const struct recoat_difference_node *node);
	} column[] = {
		{"parent", parent_of},
		{"name", name_of},
		{"before", before_of},
		{"after", after_of},
	};

	for (size_t c = 0; c < sizeof(column) / sizeof(*column); c++) {
		fputs(",\n  ", tree->page->file);
		recoat_page_begin_numbers(tree->page, column[c].name);
		for (size_t i = 0; i < tree->nodes.count; i++)
			recoat_page_put_number(
				tree->page, i,
				column[c].get(tree, &tree->difference->node[tree->nodes.node[i]]));
		recoat_page_end_numbers(tree->page);
	}
}

static void put_tree(struct recoat_page *page, const struct recoat_difference *difference,
		     const char *name)
{
	struct tree tree = {.page = page, .difference = difference};

	page->names.budget = page->names.bytes + RECOAT_PAGE_NODES_NAMES;
	recoat_page_nodes_choose(&tree.nodes, &(struct recoat_page_tree){.tree = &tree,
									 .count = difference->count,
									 .parent = parent,
									 .weight = weight,
									 .admit = admit});
	fprintf(page->file, "\"%s\": {\"nodes\": %zu", name, tree.nodes.count);
	put_columns(&tree);
	putc('}', page->file);
	if (tree.nodes.count < difference->count)
		recoat_page_leave_out(page,
				      "%zu of %zu nodes of the call tree by %s, the smallest; they "
				      "count in their callers",
				      difference->count - tree.nodes.count, difference->count,
				      name);
	recoat_page_nodes_fini(&tree.nodes);
}

/* ---- Pages. ---- */

struct shown {
	const struct recoat_comparison *comparison;
	const struct recoat_difference *tree;
};

static void put_comparison(struct recoat_page *page, const void *of)
{
	static const char *const name[] = {"time", "cpu", "memory"};
	const struct shown *shown = of;

	begin_list(page->file, "comparisons");
	put_element(page->file, 0, comparison_object(page, shown->comparison));
	end_list(page->file);
	fputs(",\n\"trees\": {", page->file);
	for (unsigned t = 0; t < RECOAT_TREES; t++) {
		fputs(t ? ",\n" : "\n", page->file);
		put_tree(page, &shown->tree[t], name[t]);
	}
	putc('}', page->file);
}

int recoat_compare_html(const struct recoat_comparison *comparison,
			const struct recoat_difference *tree, const char *path,
			struct recoat_error *error)
{
	const struct shown shown = {.comparison = comparison, .tree = tree};

	return recoat_page_write(path, SCHEMA, put_comparison, &shown, error);
}

static void put_methods(struct recoat_page *page, const void *of)
{
	const struct recoat_methods *methods = of;
	size_t shown = methods->count < METHODS_MAX ? methods->count : METHODS_MAX;

	begin_list(page->file, "comparisons");
	for (size_t i = 0; i < shown; i++)
		put_element(page->file, i, method_object(page, methods, i));
	end_list(page->file);
	if (shown < methods->count)
		recoat_page_leave_out(page, "%zu of %zu sets, the last", methods->count - shown,
				      methods->count);
}

int recoat_compare_methods_html(const struct recoat_methods *methods, const char *path,
				struct recoat_error *error)
{
	return recoat_page_write(path, SCHEMA, put_methods, methods, error);
}
