/* SPDX-License-Identifier: Apache-2.0 */
/* Differences of call trees, as text and folded. */
#include "analyzer/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/difference.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/table.h"

#define CALLERS 8 /* Shown behind a function. */

static double change(const struct recoat_difference_node *node)
{
	return node->self[1] - node->self[0];
}

static int by_change(const void *left, const void *right, void *nodes)
{
	const struct recoat_difference_node *node = nodes;
	double a = fabs(change(&node[*(const uint32_t *)left]));
	double b = fabs(change(&node[*(const uint32_t *)right]));

	return a != b ? (a < b ? 1 : -1) : 0;
}

static struct recoat_number format_value(double value, bool bytes)
{
	return bytes ? recoat_format_bytes((int64_t)value)
		     : recoat_format_time((uint64_t)fmax(value, 0));
}

/* "function <- caller <- its caller". */
static char *path_text(const struct recoat_difference *difference, uint32_t at)
{
	const struct recoat_difference_node *node = difference->node;
	char *text = recoat_strdup(at ? node[at].label : "(not on any call path)");

	at = node[at].parent;
	for (unsigned i = 0; at && i < CALLERS; i++, at = node[at].parent) {
		char *longer = recoat_asprintf("%s <- %s", text, node[at].label);

		free(text);
		text = longer;
	}
	return text;
}

static void add_path(struct recoat_table *table, const struct recoat_difference *difference,
		     uint32_t at, bool bytes)
{
	const struct recoat_difference_node *node = &difference->node[at];
	char *text = path_text(difference, at);

	recoat_table_cell(table, "%s%s", change(node) < 0 ? "-" : "+",
			  format_value(fabs(change(node)), bytes).text);
	for (unsigned s = 0; s < 2; s++)
		recoat_table_cell(table, "%s", format_value(node->self[s], bytes).text);
	recoat_table_cell(table, "%s", text);
	free(text);
}

void recoat_compare_paths_text(const struct recoat_difference *difference, const char *title,
			       bool bytes, const struct recoat_compare_page *page, FILE *file)
{
	static const struct recoat_column column[] = {
		{"change", RECOAT_RIGHT},
		{"before", RECOAT_RIGHT},
		{"after", RECOAT_RIGHT},
		{"call path", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	uint32_t *order = recoat_calloc(difference->count, sizeof(*order));
	size_t shown = 0;

	for (size_t i = 0; i < difference->count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, difference->count, sizeof(*order), by_change, difference->node);
	while (shown < difference->count && (!page->limit || shown < page->limit) &&
	       fabs(change(&difference->node[order[shown]])) >= 1)
		add_path(table, difference, order[shown++], bytes);
	fprintf(file, "\n%s: CALL PATHS by change of their own, without callees; means of %s\n",
		title, "the recordings");
	for (unsigned s = 0; s < 2 && difference->count; s++)
		fprintf(file, "%s %s%s", s ? "after" : "before",
			format_value(difference->node[0].whole[s], bytes).text,
			s ? " in all\n" : ", ");
	if (shown)
		recoat_table_print(table, file, page->width);
	else
		fprintf(file, "none changed\n");
	recoat_table_destroy(table);
	free(order);
}

/* The names on the way down, outermost first; what separates fields in this form is replaced. */
static void put_path(const struct recoat_difference *difference, uint32_t at, FILE *file)
{
	uint32_t *path = NULL;
	size_t count = 0, room = 0;

	for (; at; at = difference->node[at].parent) {
		path = recoat_grow(path, count, &room, sizeof(*path));
		path[count++] = at;
	}
	while (count) {
		char *label = recoat_strdup(difference->node[path[--count]].label);

		for (char *c = recoat_format_clean(label); *c; c++)
			if (*c == ';')
				*c = ':';
		fprintf(file, "%s%s", label, count ? ";" : "");
		free(label);
	}
	free(path);
}

void recoat_compare_folded(const struct recoat_difference *difference, FILE *file)
{
	for (uint32_t i = 1; i < difference->count; i++) {
		const double *self = difference->node[i].self;

		if (self[0] < 0.5 && self[1] < 0.5)
			continue;
		put_path(difference, i, file);
		fprintf(file, " %.0f %.0f\n", fmax(self[0], 0), fmax(self[1], 0));
	}
}
