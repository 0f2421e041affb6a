/* SPDX-License-Identifier: Apache-2.0 */
/* For ms_print and massif-visualizer: one process's heap over time, and who held it when. */
#include "analyzer/export.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/map.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/sites.h"

#define DEPTH_MAX 100  /* Callers that are told apart. */
#define THRESHOLD 1000 /* Places that hold less than one in so many are summed up. */

/* ---- Trees of callers: who held memory, who called that one, and so on. ---- */

struct caller {
	const char *label; /* Interned. */
	uint64_t address;
	int64_t bytes;  /* Of it and all its callers. */
	uint32_t first; /* Its first caller, RECOAT_NONE if there is none, */
	uint32_t next;  /* and the next one of whom it is a caller. */
};

struct tree {
	struct recoat_export *from;
	struct caller *at; /* The first one is all of the heap. */
	size_t count, room;
	struct recoat_map index; /* (whose caller, label) to a caller. */
	int64_t rest;            /* Held by further places, */
	uint64_t rest_places;    /* which are so many. */
};

static uint32_t add_caller(struct tree *tree, const struct caller *caller)
{
	tree->at = recoat_grow(tree->at, tree->count, &tree->room, sizeof(*tree->at));
	tree->at[tree->count] = *caller;
	return (uint32_t)tree->count++;
}

static void begin(struct tree *tree, struct recoat_export *from)
{
	*tree = (struct tree){.from = from};
	add_caller(tree, &(struct caller){.first = RECOAT_NONE, .next = RECOAT_NONE});
}

static void end(struct tree *tree)
{
	free(tree->at);
	recoat_map_fini(&tree->index);
}

/* `function (file:line)`, as the tools expect it. */
static const char *label_of(struct tree *tree, const struct recoat_call *call, const char *module)
{
	struct recoat_model *model = tree->from->model;
	const char *name = recoat_call_label(model, call, module), *label;
	const char *file = call->file ? recoat_module_name(call->file) : NULL;
	char *text = file ? recoat_asprintf("%s (%s:%d)", name, file, call->line)
			  : recoat_asprintf("%s (in %s)", name, *module ? module : "???");

	label = recoat_strings_intern(&model->strings, text);
	free(text);
	return label;
}

/* Add the caller of `of` at this place, and what it held. */
static uint32_t step(struct tree *tree, uint32_t of, const struct caller *place)
{
	uint64_t label = (uintptr_t)place->label;
	uint32_t found = recoat_map_get(&tree->index, of, label);

	if (found == RECOAT_NONE) {
		struct caller added = *place;

		added.bytes = 0;
		added.first = RECOAT_NONE;
		added.next = tree->at[of].first;
		found = add_caller(tree, &added);
		tree->at[of].first = found;
		recoat_map_put(&tree->index, of, label, found);
	}
	tree->at[found].bytes = recoat_add(tree->at[found].bytes, place->bytes);
	return found;
}

/* A call path holds so much. Bytes of no path are only part of the whole. */
static void hold(struct tree *tree, uint32_t node, int64_t bytes)
{
	const struct recoat_cct *cct = &tree->from->model->cct;
	unsigned depth = 0;
	uint32_t at = 0;

	tree->at[0].bytes = recoat_add(tree->at[0].bytes, bytes);
	for (; node != RECOAT_ROOT && depth < DEPTH_MAX; node = cct->node[node].parent) {
		const struct recoat_frame *frame = &cct->frame[cct->node[node].frame];
		const char *module = cct->module[frame->module].path;
		struct recoat_calls calls = recoat_frame_calls(
			tree->from->model, tree->from->symbols, cct->node[node].frame);

		for (size_t i = 0; i < calls.count; i++) {
			const struct caller place = {.label = label_of(tree, &calls.at[i], module),
						     .address = frame->offset,
						     .bytes = bytes};

			if (recoat_is_startup(calls.at[i].function))
				continue;
			at = step(tree, at, &place);
			depth++;
		}
	}
}

static int by_bytes(const void *left, const void *right, void *context)
{
	const struct tree *tree = context;
	const struct caller *a = &tree->at[*(const uint32_t *)left];
	const struct caller *b = &tree->at[*(const uint32_t *)right];

	if (a->bytes != b->bytes)
		return a->bytes > b->bytes ? -1 : 1;
	return strcmp(a->label, b->label);
}

/* Callers of `of` that are worth a line, largest first, for the caller to free; sums up others. */
static uint32_t *large_callers(const struct tree *tree, uint32_t of, size_t *count, int64_t *rest,
			       uint64_t *places)
{
	uint32_t *list = recoat_calloc(tree->count, sizeof(*list));

	*count = 0;
	for (uint32_t i = tree->at[of].first; i != RECOAT_NONE; i = tree->at[i].next) {
		if (tree->at[i].bytes > tree->at[0].bytes / THRESHOLD) {
			list[(*count)++] = i;
			continue;
		}
		if (tree->at[i].bytes <= 0)
			continue;
		*rest = recoat_add(*rest, tree->at[i].bytes);
		++*places;
	}
	qsort_r(list, *count, sizeof(*list), by_bytes, (void *)tree);
	return list;
}

/* As deep as DEPTH_MAX and the calls that are inlined at one place. */
static void put_caller(const struct tree *tree, uint32_t of, int depth, FILE *file)
{
	int64_t rest = of ? 0 : tree->rest;
	uint64_t places = of ? 0 : tree->rest_places;
	size_t count;
	uint32_t *list = large_callers(tree, of, &count, &rest, &places);

	fprintf(file, "%*sn%zu: %" PRId64 " ", depth, "", count + !!places, tree->at[of].bytes);
	if (of)
		fprintf(file, "0x%" PRIX64 ": %s\n", tree->at[of].address, tree->at[of].label);
	else
		fputs("(heap allocation functions) malloc/new/new[], --alloc-fns, etc.\n", file);
	for (size_t i = 0; i < count; i++)
		put_caller(tree, list[i], depth + 1, file);
	if (places)
		fprintf(file,
			"%*sn0: %" PRId64 " in %" PRIu64
			" place%s, all below massif's threshold (%.2f%%)\n",
			depth + 1, "", rest, places, places == 1 ? "" : "s", 100.0 / THRESHOLD);
	free(list);
}

/* ---- Moments. ---- */

struct moment {
	uint64_t time; /* Nanoseconds since the process's start. */
	int64_t live;
	const struct recoat_snapshot *held; /* NULL if it is not known who held it. */
	bool peak;                          /* It is known from counters of the peak. */
};

static int by_time(const void *left, const void *right)
{
	const struct moment *a = left, *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->held || a->peak) - (b->held || b->peak);
}

/* Who held it, if that is known. */
static void put_tree(struct recoat_export *from, const struct moment *moment, FILE *file)
{
	const struct recoat_cct *cct = &from->model->cct;
	struct tree tree;

	fprintf(file, "heap_tree=%s\n",
		moment->peak   ? "peak"
		: moment->held ? "detailed"
			       : "empty");
	if (!moment->peak && !moment->held)
		return;
	begin(&tree, from);
	for (uint32_t i = 0; moment->peak && i < cct->nodes; i++)
		if (cct->node[i].heap.at_peak)
			hold(&tree, i, cct->node[i].heap.at_peak);
	for (size_t i = 0; moment->held && i < moment->held->count; i++)
		hold(&tree, moment->held->held[i].node, (int64_t)moment->held->held[i].bytes);
	if (moment->held && moment->held->rest_paths) {
		tree.rest = (int64_t)moment->held->rest_bytes;
		tree.rest_places = moment->held->rest_paths;
		tree.at[0].bytes = recoat_add(tree.at[0].bytes, tree.rest);
	}
	put_caller(&tree, 0, 0, file);
	end(&tree);
}

static void put_moment(struct recoat_export *from, size_t number, const struct moment *moment,
		       FILE *file)
{
	int64_t live = moment->live;

	from->left_out += live < 0;
	fprintf(file,
		"#-----------\nsnapshot=%zu\n#-----------\ntime=%" PRIu64 "\nmem_heap_B=%" PRId64
		"\nmem_heap_extra_B=0\nmem_stacks_B=0\n",
		number, moment->time / 1000000, live < 0 ? 0 : live);
	put_tree(from, moment, file);
}

/* All moments that are known, for the caller to free. */
static struct moment *collect(const struct recoat_export *from, const struct recoat_process *process,
			      size_t *count)
{
	const struct recoat_snapshots *snapshots = &process->snapshots;
	struct moment *moment =
		recoat_calloc(process->samples + snapshots->count + 3, sizeof(*moment));

	*count = 1; /* The first is an empty heap. */
	for (size_t i = 0; i < process->samples; i++)
		moment[(*count)++] = (struct moment){.time = process->sample[i].time,
						     .live = (int64_t)process->sample[i].live};
	for (size_t i = 0; i < snapshots->count; i++)
		moment[(*count)++] = (struct moment){.time = snapshots->at[i].time,
						     .live = (int64_t)snapshots->at[i].live,
						     .held = &snapshots->at[i]};
	/* Counters of the peak are summed up over all processes. */
	if (process->has_heap)
		moment[(*count)++] = (struct moment){.time = process->heap_peak_time,
						     .live = process->heap_peak,
						     .peak = from->model->processes == 1};
	qsort(moment, *count, sizeof(*moment), by_time);
	moment[(*count)++] = (struct moment){.time = recoat_process_duration(process),
					     .live = process->heap_live};
	return moment;
}

/* The process that was asked for, or the one with the highest peak. */
static const struct recoat_process *choose(const struct recoat_export *from)
{
	const struct recoat_process *largest = from->process;

	for (size_t i = 0; !from->process && i < from->model->processes; i++)
		if (!largest || from->model->process[i].heap_peak > largest->heap_peak)
			largest = &from->model->process[i];
	return largest;
}

static void put_text(FILE *file, const char *text)
{
	for (; *text; text++)
		putc((unsigned char)*text < ' ' ? '?' : *text, file);
}

int recoat_export_massif(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_process *process = choose(from);
	struct moment *moment;
	size_t count;

	if (!process || !process->has_heap)
		return recoat_error_set(error, -ENODATA,
					"massif: the recording has no heap, expected one");
	fprintf(file, "desc: recoat " RECOAT_VERSION ", process %" PRIu32 "\ncmd:", process->pid);
	for (size_t i = 0; i < process->arguments; i++) {
		putc(' ', file);
		put_text(file, process->argument[i]);
	}
	if (!process->arguments)
		fprintf(file, " %s", process->program);
	fputs("\ntime_unit: ms\n", file);
	moment = collect(from, process, &count);
	for (size_t i = 0; i < count; i++)
		put_moment(from, i, &moment[i], file);
	free(moment);
	return 0;
}
