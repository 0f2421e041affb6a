/* SPDX-License-Identifier: Apache-2.0 */
/* Call trees as text. */
#include "analyzer/report.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"
#include "analyzer/view.h"

#define PREFIX_MAX 256 /* Bytes of guides before a label; deeper branches are not drawn. */

/* What is needed while a tree is printed. */
struct print {
	const struct recoat_view *view;
	struct recoat_table *table;
	/* Fill the cells of a row before the label. */
	void (*cells)(struct recoat_table *table, const struct recoat_view_node *node,
		      const struct recoat_view_node *root);
	unsigned value; /* By which it is pruned. */
	double least;   /* Of the root's value. */
	size_t limit, lines, left_out;
	size_t depth; /* 0: no limit. */
	bool too_deep;
};

static bool is_shown(const struct print *print, uint32_t node)
{
	int64_t value = print->view->node[node].value[print->value];

	return value > 0 && (double)value >= print->least;
}

static size_t count_shown(const struct print *print, uint32_t parent)
{
	const struct recoat_view_node *nodes = print->view->node;
	size_t count = 0;

	for (uint32_t at = nodes[parent].first; at != RECOAT_NONE; at = nodes[at].next)
		count += is_shown(print, at);
	return count;
}

static void print_node(struct print *print, uint32_t at, const char *prefix, const char *branch)
{
	const struct recoat_view_node *node = &print->view->node[at];

	if (print->limit && print->lines >= print->limit) {
		print->left_out++;
		return;
	}
	print->lines++;
	print->cells(print->table, node, &print->view->node[0]);
	if (node->call.file && node->call.line)
		recoat_table_cell(print->table, "%s%s%s  %s:%d", prefix, branch, node->label,
				  recoat_module_name(node->call.file), node->call.line);
	else if (node->call.known)
		recoat_table_cell(print->table, "%s%s%s  (%s)", prefix, branch, node->label,
				  recoat_module_name(node->module));
	else
		recoat_table_cell(print->table, "%s%s%s", prefix, branch, node->label);
}

static bool is_below(const struct print *print, size_t depth)
{
	return print->depth && depth >= print->depth;
}

/*
 * Print the children of `parent` behind `prefix`. A node with a single child is followed by
 * it in the same column, so that long chains do not run off the page; hence the loop.
 */
static void print_children(struct print *print, uint32_t parent, const char *prefix, size_t depth)
{
	const struct recoat_view_node *nodes = print->view->node;
	char below[PREFIX_MAX];
	size_t left;

	while (!is_below(print, depth) && (left = count_shown(print, parent)) == 1) {
		uint32_t only = nodes[parent].first;

		while (!is_shown(print, only))
			only = nodes[only].next;
		print_node(print, only, prefix, "");
		parent = only;
		depth++;
	}
	if (is_below(print, depth))
		return;
	if (left && strlen(prefix) + 5 > sizeof(below)) {
		print->too_deep = true;
		return;
	}
	for (uint32_t at = nodes[parent].first; at != RECOAT_NONE; at = nodes[at].next) {
		if (!is_shown(print, at))
			continue;
		left--;
		print_node(print, at, prefix, left ? "|-- " : "`-- ");
		snprintf(below, sizeof(below), "%s%s", prefix, left ? "|   " : "    ");
		print_children(print, at, below, depth + 1);
	}
}

static void print_tree(struct print *print, const struct recoat_report *report, FILE *file)
{
	int64_t whole = print->view->node[0].value[print->value];

	print->least = report->least / 100 * (double)whole;
	print->limit = report->limit;
	print->depth = report->depth;
	print_children(print, 0, "", 0);
	if (print->lines)
		recoat_table_print(print->table, file, report->width);
	else
		fprintf(file, "nothing recorded\n");
	if (print->left_out)
		fprintf(file, "... %zu more lines; --limit 0 shows all\n", print->left_out);
	if (print->too_deep)
		fprintf(file, "... branches below %d others are not drawn; --json has them\n",
			PREFIX_MAX / 4);
	recoat_table_destroy(print->table);
}

static void time_cells(struct recoat_table *table, const struct recoat_view_node *node,
		       const struct recoat_view_node *root)
{
	recoat_table_cell(table, "%s",
			  recoat_format_share((double)node->value[RECOAT_VIEW_TIME],
					      (double)root->value[RECOAT_VIEW_TIME])
				  .text);
	recoat_table_cell(table, "%s",
			  recoat_format_time((uint64_t)node->value[RECOAT_VIEW_TIME]).text);
	recoat_table_cell(table, "%s",
			  node->kernel
				  ? recoat_format_time((uint64_t)node->value[RECOAT_VIEW_SELF]).text
				  : "");
	recoat_table_cell(
		table, "%s",
		node->kernel ? recoat_format_count((uint64_t)node->value[RECOAT_VIEW_CALLS]).text
			     : "");
}

void recoat_report_time_tree(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"share", RECOAT_RIGHT}, {"time", RECOAT_RIGHT},     {"self", RECOAT_RIGHT},
		{"calls", RECOAT_RIGHT}, {"call path", RECOAT_LEFT},
	};
	struct recoat_view view;
	struct print print = {.view = &view, .cells = time_cells, .value = RECOAT_VIEW_TIME};

	fprintf(file, "\nTIME in kernels <...> by call path, %g%% and more\n", report->least);
	recoat_view_time(&view, report->model, report->symbols);
	print.table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	print_tree(&print, report, file);
	recoat_view_destroy(&view);
}

static void cpu_cells(struct recoat_table *table, const struct recoat_view_node *node,
		      const struct recoat_view_node *root)
{
	recoat_table_cell(table, "%s",
			  recoat_format_share((double)node->value[RECOAT_VIEW_CPU],
					      (double)root->value[RECOAT_VIEW_CPU])
				  .text);
	recoat_table_cell(table, "%s",
			  recoat_format_time((uint64_t)node->value[RECOAT_VIEW_CPU]).text);
	recoat_table_cell(table, "%s",
			  recoat_format_time((uint64_t)node->value[RECOAT_VIEW_CPU_SELF]).text);
}

void recoat_report_cpu_tree(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"share", RECOAT_RIGHT},
		{"CPU", RECOAT_RIGHT},
		{"self", RECOAT_RIGHT},
		{"call path", RECOAT_LEFT},
	};
	struct recoat_view view;
	struct print print = {.view = &view, .cells = cpu_cells, .value = RECOAT_VIEW_CPU};

	if (report->model->left_out.cpu) {
		fputs("\nCPU time by call path\nnot known of a part\n", file);
		return;
	}
	fprintf(file, "\nCPU time by call path, %g%% and more; estimated from %s samples\n",
		report->least, recoat_format_count(report->model->cpu.samples).text);
	recoat_view_cpu(&view, report->model, report->symbols);
	print.table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	print_tree(&print, report, file);
	recoat_view_destroy(&view);
}

static void memory_cells(struct recoat_table *table, const struct recoat_view_node *node,
			 const struct recoat_view_node *root)
{
	recoat_table_cell(table, "%s",
			  recoat_format_share((double)node->value[RECOAT_VIEW_BYTES],
					      (double)root->value[RECOAT_VIEW_BYTES])
				  .text);
	recoat_table_cell(table, "%s", recoat_format_bytes(node->value[RECOAT_VIEW_BYTES]).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(node->value[RECOAT_VIEW_PEAK]).text);
	recoat_table_cell(table, "%s", recoat_format_bytes(node->value[RECOAT_VIEW_LEAKED]).text);
	recoat_table_cell(table, "%s",
			  recoat_format_count((uint64_t)node->value[RECOAT_VIEW_COUNT]).text);
}

void recoat_report_memory_tree(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column column[] = {
		{"share", RECOAT_RIGHT},  {"bytes", RECOAT_RIGHT}, {"at peak", RECOAT_RIGHT},
		{"leaked", RECOAT_RIGHT}, {"count", RECOAT_RIGHT}, {"call path", RECOAT_LEFT},
	};
	struct recoat_view view;
	struct print print = {.view = &view, .cells = memory_cells, .value = report->order};

	if (report->model->left_out.heap) {
		fputs("\nMEMORY allocated by call path\nnot known of a part\n", file);
		return;
	}
	fprintf(file, "\nMEMORY allocated by call path%s, in order of %s, %g%% and more\n",
		recoat_report_estimated(report), recoat_site_order_names[report->order],
		report->least);
	recoat_view_memory(&view, report->model, report->symbols, report->order);
	print.table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	print_tree(&print, report, file);
	recoat_view_destroy(&view);
}
