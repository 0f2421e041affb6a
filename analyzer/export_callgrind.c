/* SPDX-License-Identifier: Apache-2.0 */
/* For KCachegrind and callgrind_annotate: valgrind's Callgrind profile format 1. */
#include "analyzer/export.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/map.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/profile.h"

#define COLUMNS RECOAT_PROFILE_COLUMNS_MAX

/* The costs of a line by itself, or of all calls from it to one function. */
struct cost {
	uint32_t function; /* The first frame of it. */
	uint32_t frame;    /* The line: the frame in which it is. */
	uint32_t callee;   /* The first frame of the function called; RECOAT_NONE: none. */
	uint64_t paths;    /* Of calls. */
	int64_t value[COLUMNS];
};

struct graph {
	const struct recoat_profile *profile;
	uint32_t *function; /* Of each frame: the first frame of the same function. */
	struct cost *cost;
	size_t costs, room;
	struct recoat_map index; /* (frame, callee) to a cost. */
};

static struct cost *cost_of(struct graph *graph, uint32_t frame, uint32_t callee)
{
	uint32_t found = recoat_map_get(&graph->index, frame, callee);

	if (found != RECOAT_NONE)
		return &graph->cost[found];
	graph->cost = recoat_grow(graph->cost, graph->costs, &graph->room, sizeof(*graph->cost));
	graph->cost[graph->costs] = (struct cost){
		.function = graph->function[frame], .frame = frame, .callee = callee};
	recoat_map_put(&graph->index, frame, callee, (uint32_t)graph->costs);
	return &graph->cost[graph->costs++];
}

static void find_functions(struct graph *graph)
{
	const struct recoat_profile *profile = graph->profile;
	struct recoat_map first = {0};

	for (uint32_t i = 0; i < profile->frames; i++) {
		uint64_t name = (uintptr_t)profile->frame[i].function;
		uint64_t module = (uintptr_t)profile->frame[i].module;
		uint32_t found = recoat_map_get(&first, name, module);

		if (found == RECOAT_NONE)
			recoat_map_put(&first, name, module, found = i);
		graph->function[i] = found;
	}
	recoat_map_fini(&first);
}

static uint32_t function_at(const struct graph *graph, uint32_t node)
{
	return graph->function[graph->profile->node[node].frame];
}

/* Is the same call already on the path above? Its costs are those of the outer one then. */
static bool is_recursive(const struct graph *graph, uint32_t node)
{
	const struct recoat_profile_node *nodes = graph->profile->node;
	uint32_t callee = function_at(graph, node), caller = function_at(graph, nodes[node].parent);

	for (uint32_t at = nodes[node].parent; at; at = nodes[at].parent)
		if (function_at(graph, at) == callee &&
		    function_at(graph, nodes[at].parent) == caller)
			return true;
	return false;
}

/* Sum up the nodes' own costs by line, and all below them by call. */
static void sum(struct graph *graph, struct recoat_export *from)
{
	const struct recoat_profile *profile = graph->profile;
	int64_t *total[COLUMNS];

	for (unsigned c = 0; c < profile->kind->columns; c++)
		total[c] = recoat_profile_totals(profile, c);
	for (uint32_t i = 0; i < profile->nodes; i++) {
		const struct recoat_profile_node *node = &profile->node[i];
		struct cost *own = cost_of(graph, node->frame, RECOAT_NONE), *call;

		for (unsigned c = 0; c < profile->kind->columns; c++)
			own->value[c] = recoat_add(own->value[c], node->self[c]);
		if (!i || is_recursive(graph, i))
			continue;
		call = cost_of(graph, profile->node[node->parent].frame, function_at(graph, i));
		call->paths++;
		for (unsigned c = 0; c < profile->kind->columns; c++)
			call->value[c] = recoat_add(call->value[c], total[c][i]);
	}
	for (unsigned c = 0; c < profile->kind->columns; c++)
		free(total[c]);
	for (size_t i = 0; i < graph->costs; i++)
		for (unsigned c = 0; c < profile->kind->columns; c++)
			if (graph->cost[i].value[c] < 0) {
				from->left_out++;
				graph->cost[i].value[c] = 0;
			}
}

static int by_function(const void *left, const void *right)
{
	const struct cost *a = left, *b = right;

	if (a->function != b->function)
		return a->function < b->function ? -1 : 1;
	if (a->callee != b->callee)
		return a->callee > b->callee ? -1 : 1; /* Costs of its own first. */
	return a->frame < b->frame ? -1 : a->frame > b->frame;
}

/* Names end at the line's end; those that start with `(` would be taken for a number. */
static void put_name(FILE *file, const char *key, const char *name)
{
	fprintf(file, "%s=%s", key, *name == '(' ? " " : "");
	for (; *name; name++)
		putc((unsigned char)*name < ' ' ? '?' : *name, file);
	putc('\n', file);
}

static const char *or_unknown(const char *name)
{
	return name && *name ? name : "???";
}

static void put_line(const struct graph *graph, const struct cost *cost, FILE *file)
{
	fprintf(file, "%d", graph->profile->frame[cost->frame].line);
	for (unsigned c = 0; c < graph->profile->kind->columns; c++)
		fprintf(file, " %" PRId64, cost->value[c]);
	putc('\n', file);
}

/* The source file that costs are of may differ from the function's where calls were inlined. */
static void put_file(const struct graph *graph, const struct cost *cost, const char **current,
		     FILE *file)
{
	const char *name = graph->profile->frame[cost->frame].file;

	if (name != *current)
		put_name(file, "fe", or_unknown(name));
	*current = name;
}

static void put_cost(const struct graph *graph, const struct cost *cost, FILE *file)
{
	if (cost->callee != RECOAT_NONE) {
		const struct recoat_profile_frame *callee = &graph->profile->frame[cost->callee];

		put_name(file, "cob", or_unknown(callee->module));
		put_name(file, "cfi", or_unknown(callee->file));
		put_name(file, "cfn", callee->function);
		fprintf(file, "calls=%" PRIu64 " %d\n", cost->paths, callee->line);
	}
	put_line(graph, cost, file);
}

static void put_totals(const struct graph *graph, const char *key, FILE *file)
{
	fputs(key, file);
	for (unsigned c = 0; c < graph->profile->kind->columns; c++) {
		int64_t total = 0;

		for (size_t i = 0; i < graph->costs; i++)
			if (graph->cost[i].callee == RECOAT_NONE)
				total = recoat_add(total, graph->cost[i].value[c]);
		fprintf(file, " %" PRId64, total);
	}
	putc('\n', file);
}

static void put_graph(const struct graph *graph, FILE *file)
{
	const struct recoat_profile *profile = graph->profile;
	uint32_t function = RECOAT_NONE;
	const char *current = NULL;

	fputs("# callgrind format\nversion: 1\ncreator: recoat " RECOAT_VERSION "\npid: 0\n", file);
	put_name(file, "desc: Program", profile->frame[0].function);
	put_name(file, "desc: calls", "number of call paths, not of calls");
	fprintf(file, "cmd: %s\n", profile->frame[0].function);
	fputs("part: 1\npositions: line\nevents:", file);
	for (unsigned c = 0; c < profile->kind->columns; c++)
		fprintf(file, " %s", profile->kind->column[c].name);
	putc('\n', file);
	put_totals(graph, "summary:", file);
	for (size_t i = 0; i < graph->costs; i++) {
		const struct recoat_profile_frame *frame = &profile->frame[graph->cost[i].function];

		if (graph->cost[i].function != function) {
			putc('\n', file);
			put_name(file, "ob", or_unknown(frame->module));
			put_name(file, "fl", or_unknown(frame->file));
			put_name(file, "fn", frame->function);
			function = graph->cost[i].function;
			current = frame->file;
		}
		put_file(graph, &graph->cost[i], &current, file);
		put_cost(graph, &graph->cost[i], file);
	}
	put_totals(graph, "\ntotals:", file);
}

int recoat_export_callgrind(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	struct graph graph = {.profile = from->profile};

	(void)error;
	graph.function = recoat_calloc(graph.profile->frames, sizeof(*graph.function));
	find_functions(&graph);
	sum(&graph, from);
	qsort(graph.cost, graph.costs, sizeof(*graph.cost), by_function);
	put_graph(&graph, file);
	free(graph.function);
	free(graph.cost);
	recoat_map_fini(&graph.index);
	return 0;
}
