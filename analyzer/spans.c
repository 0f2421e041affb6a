/* SPDX-License-Identifier: Apache-2.0 */
/* Spans, summed up as a tree. */
#include "analyzer/spans.h"

#include <math.h>
#include <stdlib.h>

#include "analyzer/memory.h"

#define DEPTHS 257 /* A span's depth takes 8 bits, and one below the deepest is looked at. */

/* A context that waits for the span around it: a node with its callees and its next. */
struct waiting {
	uint32_t kernel;
	uint32_t path;
	struct recoat_span_sums sums;
	struct waiting *callees;
	struct waiting *next;
};

/* Those that wait at one depth, and when the first of them began. */
struct level {
	struct waiting *first; /* NULL if all of them are left out. */
	uint64_t begin;
	uint64_t time; /* Sum of their inclusive times. */
};

static bool is_used(const struct level *level)
{
	return level->first || level->time;
}

struct recoat_span_stack {
	struct level level[DEPTHS];
	unsigned deepest; /* No level above this one is in use. */
	struct waiting *spare;
};

static uint64_t min(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline void add_size(struct recoat_span_sums *to, const struct recoat_span_sums *from)
{
	to->size_min = to->size_calls ? min(to->size_min, from->size_min) : from->size_min;
	to->size_max = max(to->size_max, from->size_max);
	to->size_calls += from->size_calls;
	to->size += from->size;
	to->size_time += from->size_time;
}

/* What most spans do not have is zero, and passed over. */
static inline void add_sums(struct recoat_span_sums *to, const struct recoat_span_sums *from)
{
	to->time_min = to->calls ? min(to->time_min, from->time_min) : from->time_min;
	to->time_max = max(to->time_max, from->time_max);
	to->calls += from->calls;
	to->summed += from->summed;
	to->time_squares += from->time_squares;
	to->time += from->time;
	to->child_time += from->child_time;
	to->unwound += from->unwound;
	if (from->size_calls)
		add_size(to, from);
	if (from->cpu_calls) {
		to->cpu_calls += from->cpu_calls;
		to->cpu_time += from->cpu_time;
		to->cpu_wall += from->cpu_wall;
	}
	to->allocations += from->allocations;
	to->bytes += from->bytes;
	to->peak = max(to->peak, from->peak);
}

void recoat_span_sums_add(struct recoat_span_sums *to, const struct recoat_span_sums *from)
{
	add_sums(to, from);
}

uint64_t recoat_span_sums_self(const struct recoat_span_sums *sums)
{
	return sums->time > sums->child_time ? sums->time - sums->child_time : 0;
}

double recoat_span_sums_deviation(const struct recoat_span_sums *sums)
{
	double calls = sums->calls ? (double)sums->calls : 1;
	double mean = (double)sums->time / calls;
	double variance = sums->time_squares / calls - mean * mean;

	return variance > 0 ? sqrt(variance) : 0;
}

/* What is in it is of no meaning. */
static struct waiting *get_waiting(struct recoat_span_stack *stack)
{
	struct waiting *waiting = stack->spare;

	if (!waiting)
		return recoat_calloc(1, sizeof(*waiting));
	stack->spare = waiting->next;
	return waiting;
}

static void put_waiting(struct recoat_span_stack *stack, struct waiting *waiting)
{
	waiting->next = stack->spare;
	stack->spare = waiting;
}

/* Add sums to the context of this kernel and path in a list, which is added if it is new. */
static struct waiting *add_context(struct recoat_span_stack *stack, struct waiting **list,
				   uint32_t kernel, uint32_t path,
				   const struct recoat_span_sums *sums)
{
	struct waiting *waiting;

	for (waiting = *list; waiting; waiting = waiting->next)
		if (waiting->kernel == kernel && waiting->path == path) {
			add_sums(&waiting->sums, sums);
			return waiting;
		}
	waiting = get_waiting(stack);
	waiting->kernel = kernel;
	waiting->path = path;
	waiting->sums = *sums;
	waiting->callees = NULL;
	waiting->next = *list;
	*list = waiting;
	return waiting;
}

/* Add the contexts of `from` to those of `to`; `from` is used up. Depth is bounded by DEPTHS. */
static void merge(struct recoat_span_stack *stack, struct waiting **to, struct waiting *from)
{
	struct waiting *next;

	if (!*to) {
		*to = from;
		return;
	}
	for (; from; from = next) {
		struct waiting *into =
			add_context(stack, to, from->kernel, from->path, &from->sums);

		next = from->next;
		merge(stack, &into->callees, from->callees);
		put_waiting(stack, from);
	}
}

/* The node of a context, added if it is new. `*number` is a guess, and becomes the node's. */
static struct recoat_span_node *find_node(struct recoat_spans *spans, uint32_t parent,
					  uint32_t kernel, uint32_t path, uint32_t *number)
{
	uint64_t a = (uint64_t)parent << 32 | kernel;

	if (*number < spans->count) {
		struct recoat_span_node *node = &spans->node[*number];

		if (node->parent == parent && node->kernel == kernel && node->path == path)
			return node;
	}
	*number = recoat_map_get(&spans->index, a, path);
	if (*number == RECOAT_NONE) {
		spans->node =
			recoat_grow(spans->node, spans->count, &spans->room, sizeof(*spans->node));
		*number = (uint32_t)spans->count++;
		spans->node[*number] =
			(struct recoat_span_node){.parent = parent, .kernel = kernel, .path = path};
		recoat_map_put(&spans->index, a, path, *number);
	}
	return &spans->node[*number];
}

/* Move contexts that are complete into the tree. */
static void settle(struct recoat_spans *spans, uint32_t parent, struct waiting *list)
{
	struct waiting *next;

	for (; list; list = next) {
		uint32_t number = RECOAT_NONE;
		struct recoat_span_node *node =
			find_node(spans, parent, list->kernel, list->path, &number);

		next = list->next;
		add_sums(&node->sums, &list->sums);
		settle(spans, number, list->callees);
		put_waiting(spans->stack, list);
	}
}

/* The span around this level's contexts is missing. */
static void orphan(struct recoat_spans *spans, struct level *level)
{
	for (const struct waiting *waiting = level->first; waiting; waiting = waiting->next)
		spans->orphans += waiting->sums.calls;
	settle(spans, RECOAT_NONE, level->first);
	*level = (struct level){0};
}

static void flush_from(struct recoat_spans *spans, unsigned depth)
{
	struct recoat_span_stack *stack = spans->stack;

	for (; stack->deepest >= depth && stack->deepest > 0; stack->deepest--)
		if (is_used(&stack->level[stack->deepest]))
			orphan(spans, &stack->level[stack->deepest]);
}

/* A top-level span without callees, the usual one, needs no detour. */
static void add_plain(struct recoat_spans *spans, const struct recoat_span_in *span)
{
	struct recoat_span_node *node =
		find_node(spans, RECOAT_NONE, span->kernel, span->path, &spans->plain);

	add_sums(&node->sums, &span->sums);
}

void recoat_spans_add_apart(struct recoat_spans *spans, const struct recoat_span_in *span)
{
	add_plain(spans, span);
}

uint32_t recoat_spans_add_sums(struct recoat_spans *spans, uint32_t parent, uint32_t kernel,
			       uint32_t path, const struct recoat_span_sums *sums)
{
	uint32_t number = RECOAT_NONE;

	add_sums(&find_node(spans, parent, kernel, path, &number)->sums, sums);
	if (parent != RECOAT_NONE)
		spans->node[parent].sums.child_time += sums->time;
	return number;
}

/* Put the span on its level with the callees that wait below it. */
static void add_waiting(struct recoat_spans *spans, const struct recoat_span_in *span)
{
	struct recoat_span_stack *stack = spans->stack;
	struct level *level = &stack->level[span->depth], *below = level + 1;
	struct recoat_span_sums sums = span->sums;
	bool empty = !is_used(level);
	struct waiting *waiting;

	sums.child_time += below->time;
	waiting = add_context(stack, &level->first, span->kernel, span->path, &sums);
	merge(stack, &waiting->callees, below->first);
	*below = (struct level){0};
	level->begin = empty ? span->begin : min(level->begin, span->begin);
	level->time += span->sums.time;
	stack->deepest = span->depth;
}

/* Let go of what waits and is no callee of the span; that began before it, or is deeper. */
static struct recoat_span_stack *make_way(struct recoat_spans *spans,
					  const struct recoat_span_in *span)
{
	struct recoat_span_stack *stack = spans->stack;
	unsigned below = span->depth + 1;

	if (!stack)
		stack = spans->stack = recoat_calloc(1, sizeof(*stack));
	flush_from(spans, below + 1);
	/* What began before this span is not its callee: the real one was dropped. */
	if (is_used(&stack->level[below]) && stack->level[below].begin < span->begin)
		flush_from(spans, below);
	return stack;
}

void recoat_spans_add_hidden(struct recoat_spans *spans, const struct recoat_span_in *span)
{
	struct recoat_span_stack *stack = make_way(spans, span);
	struct level *level = &stack->level[span->depth];

	/* What is in it is left out, unless times run backwards. */
	flush_from(spans, span->depth + 1);
	if (!span->depth)
		return;
	level->begin = is_used(level) ? min(level->begin, span->begin) : span->begin;
	level->time += span->sums.time;
	stack->deepest = span->depth;
}

void recoat_spans_add(struct recoat_spans *spans, const struct recoat_span_in *span)
{
	struct recoat_span_stack *stack = make_way(spans, span);

	if (!span->depth && !is_used(&stack->level[1])) {
		add_plain(spans, span);
		return;
	}
	add_waiting(spans, span);
	if (!span->depth) {
		settle(spans, RECOAT_NONE, stack->level[0].first);
		stack->level[0] = (struct level){0};
	}
}

void recoat_spans_flush(struct recoat_spans *spans)
{
	if (spans->stack)
		flush_from(spans, 1);
}

void recoat_spans_cut(struct recoat_spans *spans)
{
	uint64_t orphans = spans->orphans;

	recoat_spans_flush(spans);
	spans->orphans = orphans;
}

void recoat_spans_fini(struct recoat_spans *spans)
{
	if (spans->stack) {
		recoat_spans_flush(spans);
		for (struct waiting *w = spans->stack->spare, *next; w; w = next) {
			next = w->next;
			free(w);
		}
		free(spans->stack);
	}
	free(spans->node);
	recoat_map_fini(&spans->index);
	*spans = (struct recoat_spans){0};
}
