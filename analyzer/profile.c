/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles, from the nodes of the calling-context tree or from spans. */
#include "analyzer/profile.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/sites.h"

/* ---- Frames and nodes. ---- */

static uint32_t add_frame(struct recoat_profile *profile, const struct recoat_profile_frame *frame)
{
	profile->frame = recoat_grow(profile->frame, profile->frames, &profile->frame_room,
				     sizeof(*profile->frame));
	profile->frame[profile->frames] = *frame;
	return (uint32_t)profile->frames++;
}

/* The number of a function, and with lines that of a place in it; its strings are interned. */
static uint32_t frame_of(struct recoat_profile *profile, const struct recoat_profile_frame *frame)
{
	uint64_t function = (uintptr_t)frame->function, module = (uintptr_t)frame->module;
	uint32_t number = recoat_map_get(&profile->functions, function, module), found;
	uint64_t place, file = profile->lines ? (uintptr_t)frame->file : 0;

	if (number == RECOAT_NONE) {
		number = (uint32_t)profile->functions.count;
		recoat_map_put(&profile->functions, function, module, number);
	}
	place = (uint64_t)number << 32 | (profile->lines ? (uint32_t)frame->line : 0);
	found = recoat_map_get(&profile->places, place, file);
	if (found != RECOAT_NONE)
		return found;
	found = add_frame(profile, frame);
	if (!profile->lines)
		profile->frame[found].line = 0;
	recoat_map_put(&profile->places, place, file, found);
	return found;
}

static uint32_t child(struct recoat_profile *profile, uint32_t parent, uint32_t frame)
{
	uint32_t found = recoat_map_get(&profile->children, parent, frame);

	if (found != RECOAT_NONE)
		return found;
	profile->node = recoat_grow(profile->node, profile->nodes, &profile->node_room,
				    sizeof(*profile->node));
	profile->node[profile->nodes] =
		(struct recoat_profile_node){.parent = parent, .frame = frame};
	recoat_map_put(&profile->children, parent, frame, (uint32_t)profile->nodes);
	return (uint32_t)profile->nodes++;
}

/* What a profile is made from. */
struct source {
	struct recoat_profile *profile;
	struct recoat_model *model;
	struct recoat_symbols *symbols;
};

/* Go down from `at` through the calls of a frame of the tree, outermost first. */
static uint32_t enter(const struct source *from, uint32_t at, uint32_t frame)
{
	const struct recoat_cct *cct = &from->model->cct;
	const char *module = cct->module[cct->frame[frame].module].path;
	struct recoat_calls calls = recoat_frame_calls(from->model, from->symbols, frame);

	for (size_t i = calls.count; i-- > 0;) {
		const struct recoat_call *call = &calls.at[i];
		const struct recoat_profile_frame next = {
			.function = recoat_call_label(from->model, call, module),
			.module = module,
			.file = call->file,
			.line = call->line};

		/* As in all views: what starts the program is left out, unnamed ones are one. */
		if (!at && recoat_is_startup(next.function))
			continue;
		if (!call->known && at &&
		    from->profile->frame[from->profile->node[at].frame].function == next.function)
			continue;
		at = child(from->profile, at, frame_of(from->profile, &next));
	}
	return at;
}

static void add(int64_t *to, uint64_t value)
{
	*to = recoat_add(*to, (int64_t)value);
}

/* ---- What the tree's nodes hold. ---- */

typedef void take_node(int64_t *self, const struct recoat_node *node);

/* Which nodes hold anything, or have one below them that does; for the caller to free. */
static bool *find_used(const struct recoat_cct *cct, take_node *take)
{
	bool *used = recoat_calloc(cct->nodes, sizeof(*used));

	for (size_t i = cct->nodes; i-- > 0;) {
		int64_t self[RECOAT_PROFILE_COLUMNS_MAX] = {0};

		take(self, &cct->node[i]);
		for (unsigned c = 0; c < RECOAT_PROFILE_COLUMNS_MAX; c++)
			used[i] |= self[c] != 0;
		used[cct->node[i].parent] |= used[i];
	}
	return used;
}

static void fill_nodes(const struct source *from, take_node *take)
{
	const struct recoat_cct *cct = &from->model->cct;
	uint32_t *place = recoat_calloc(cct->nodes, sizeof(*place));
	bool *used = find_used(cct, take);

	for (size_t i = 0; i < cct->nodes; i++) {
		if (!used[i])
			continue;
		if (i)
			place[i] = enter(from, place[cct->node[i].parent], cct->node[i].frame);
		take(from->profile->node[place[i]].self, &cct->node[i]);
	}
	free(used);
	free(place);
}

static void take_cpu(int64_t *self, const struct recoat_node *node)
{
	add(&self[0], node->cpu.time);
	add(&self[1], node->cpu.samples);
}

static void fill_cpu(struct recoat_profile *profile, struct recoat_model *model,
		     struct recoat_symbols *symbols)
{
	fill_nodes(&(struct source){profile, model, symbols}, take_cpu);
}

static void take_heap(int64_t *self, const struct recoat_node *node)
{
	add(&self[0], node->heap.bytes);
	add(&self[1], node->heap.allocations);
	add(&self[2], (uint64_t)node->heap.at_peak);
	add(&self[3], (uint64_t)recoat_heap_counts_live(&node->heap));
	add(&self[4], node->heap.temporary);
}

static void fill_heap(struct recoat_profile *profile, struct recoat_model *model,
		      struct recoat_symbols *symbols)
{
	fill_nodes(&(struct source){profile, model, symbols}, take_heap);
}

/* ---- Time of kernels, under those who called them. ---- */

/* Go down from `at` through the frames between two nodes of the tree, without recursion. */
static uint32_t enter_between(const struct source *from, uint32_t at, uint32_t above, uint32_t node)
{
	const struct recoat_node *nodes = from->model->cct.node;
	size_t count = 0, room = 0;
	uint32_t *way = NULL;

	for (uint32_t n = node; n != above && n != RECOAT_ROOT; n = nodes[n].parent) {
		way = recoat_grow(way, count, &room, sizeof(*way));
		way[count++] = nodes[n].frame;
	}
	while (count--)
		at = enter(from, at, way[count]);
	free(way);
	return at;
}

static uint32_t kernel_frame(const struct source *from, uint32_t kernel)
{
	struct recoat_strings *strings = &from->model->strings;
	struct recoat_profile_frame frame = {
		.function = recoat_kernel_label(from->model, kernel),
		.module = recoat_strings_intern(strings, ""),
	};

	return frame_of(from->profile, &frame);
}

static void fill_time(struct recoat_profile *profile, struct recoat_model *model,
		      struct recoat_symbols *symbols)
{
	const struct source from = {profile, model, symbols};
	const struct recoat_spans *spans = &model->spans;
	uint32_t *place = recoat_calloc(spans->count, sizeof(*place));

	for (size_t i = 0; i < spans->count; i++) {
		const struct recoat_span_node *span = &spans->node[i];
		bool top = span->parent == RECOAT_NONE;
		uint32_t above = top ? RECOAT_ROOT : spans->node[span->parent].path;

		/* A callee on another stack has a path of its own. */
		if (!recoat_cct_is_above(&model->cct, above, span->path))
			above = RECOAT_ROOT;
		place[i] = enter_between(&from, top ? 0 : place[span->parent], above, span->path);
		place[i] = child(profile, place[i], kernel_frame(&from, span->kernel));
		add(&profile->node[place[i]].self[0], recoat_span_sums_self(&span->sums));
		add(&profile->node[place[i]].self[1], span->sums.calls);
	}
	free(place);
}

/* ---- The whole. ---- */

static const struct recoat_profile_kind kinds[] = {
	{.column = {{"cpu", "nanoseconds", "CPU time by samples"},
		    {"samples", "count", "CPU samples"}},
	 .columns = 2,
	 .fill = fill_cpu},
	{.column = {{"bytes", "bytes", "Bytes allocated"},
		    {"allocations", "count", "Allocations"},
		    {"peak", "bytes", "Bytes live at the peak"},
		    {"leaked", "bytes", "Bytes never freed"},
		    {"temporary", "count", "Temporary allocations"}},
	 .columns = 5,
	 .fill = fill_heap},
	{.column = {{"time", "nanoseconds", "Time in kernels"}, {"calls", "count", "Calls of kernels"}},
	 .columns = 2,
	 .fill = fill_time},
};

/* The kind that has this value, and in which column; NULL if none has. */
static const struct recoat_profile_kind *find_kind(const char *value, unsigned *column)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		for (*column = 0; *column < kinds[i].columns; ++*column)
			if (!strcmp(kinds[i].column[*column].name, value))
				return &kinds[i];
	return NULL;
}

bool recoat_profile_has(const char *value)
{
	unsigned column;

	return find_kind(value, &column);
}

/* The program's name, if all processes ran the same. */
static const char *program_name(const struct recoat_model *model)
{
	const char *name = "recoat";

	for (size_t i = 0; i < model->processes; i++) {
		const char *other = recoat_module_name(model->process[i].program);

		if (i && strcmp(name, other) != 0)
			return "all";
		name = *model->process[i].program ? other : name;
	}
	return name;
}

bool recoat_profile_create(struct recoat_profile *profile, struct recoat_model *model,
			   struct recoat_symbols *symbols, const char *value, bool lines)
{
	struct recoat_profile_frame root = {.function = program_name(model), .module = ""};

	*profile = (struct recoat_profile){.lines = lines};
	profile->kind = find_kind(value, &profile->chosen);
	if (!profile->kind)
		return false;
	child(profile, 0, add_frame(profile, &root));
	profile->kind->fill(profile, model, symbols);
	return true;
}

void recoat_profile_destroy(struct recoat_profile *profile)
{
	free(profile->frame);
	free(profile->node);
	recoat_map_fini(&profile->functions);
	recoat_map_fini(&profile->places);
	recoat_map_fini(&profile->children);
}

int64_t *recoat_profile_totals(const struct recoat_profile *profile, unsigned column)
{
	int64_t *total = recoat_calloc(profile->nodes, sizeof(*total));

	for (size_t i = profile->nodes; i-- > 0;) {
		total[i] = recoat_add(total[i], profile->node[i].self[column]);
		if (i)
			total[profile->node[i].parent] =
				recoat_add(total[profile->node[i].parent], total[i]);
	}
	return total;
}
