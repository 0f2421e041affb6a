/* SPDX-License-Identifier: Apache-2.0 */
/* The model as a whole: all processes of a run, then what is summed over them. */
#include "analyzer/model.h"

#include <errno.h>
#include <stdlib.h>

#include "analyzer/error.h"
#include "analyzer/load.h"
#include "analyzer/memory.h"
#include "analyzer/run.h"
#include "analyzer/trace.h"

/* Open all traces first, so that progress has a total and a bad one is found at once. */
static int open_traces(const struct recoat_run *run, struct recoat_trace **trace, uint64_t *total,
		       struct recoat_error *error)
{
	for (size_t i = 0; i < run->count; i++) {
		int result = recoat_trace_open(run->trace[i], &trace[i], error);

		if (result)
			return result;
		*total += recoat_trace_size(trace[i]);
	}
	return 0;
}

static int load_traces(struct recoat_model *model, struct recoat_trace **trace, size_t count,
		       struct recoat_load_progress *progress, struct recoat_error *error)
{
	int result = 0;

	for (size_t i = 0; !result && i < count; i++)
		result = recoat_load_trace(model, trace[i], progress, error);
	return result;
}

/* Is the node nested in one of the same kernel? */
static bool is_recursive(const struct recoat_spans *spans, const struct recoat_span_node *node)
{
	uint32_t at = node->parent;

	while (at != RECOAT_NONE && spans->node[at].kernel != node->kernel)
		at = spans->node[at].parent;
	return at != RECOAT_NONE;
}

static void sum_kernels(struct recoat_model *model)
{
	for (size_t i = 0; i < model->spans.count; i++) {
		const struct recoat_span_node *node = &model->spans.node[i];
		struct recoat_kernel_row *row = &model->kernel[node->kernel];
		struct recoat_span_sums sums = node->sums;

		row->self_time += recoat_span_sums_self(&sums);
		if (is_recursive(&model->spans, node)) {
			sums.time = sums.cpu_time = sums.cpu_wall = 0;
			sums.size_time = sums.allocations = sums.bytes = 0;
			sums.time_squares = 0;
		}
		recoat_span_sums_add(&row->sums, &sums);
	}
}

static void sum_heap(struct recoat_model *model)
{
	for (size_t i = 0; i < model->cct.nodes; i++)
		recoat_heap_counts_add(&model->heap, &model->cct.node[i].heap);
}

static void sum_cpu(struct recoat_model *model)
{
	for (size_t i = 0; i < model->cct.nodes; i++)
		recoat_cpu_counts_add(&model->cpu, &model->cct.node[i].cpu);
}

static int by_start(const void *left, const void *right)
{
	const struct recoat_process *a = left, *b = right;

	return a->start_real < b->start_real ? -1 : a->start_real > b->start_real;
}

/* A process that is followed by one of the same pid went on as that one. */
static void sort_processes(struct recoat_model *model)
{
	struct recoat_map later = {0};

	qsort(model->process, model->processes, sizeof(*model->process), by_start);
	for (size_t i = model->processes; i-- > 0;) {
		struct recoat_process *process = &model->process[i];

		process->exec_seen = recoat_map_get(&later, process->pid, 0) != RECOAT_NONE;
		recoat_map_put(&later, process->pid, 0, 0);
	}
	recoat_map_fini(&later);
}

static struct recoat_model *new_model(void)
{
	struct recoat_model *model = recoat_calloc(1, sizeof(*model));

	recoat_cct_init(&model->cct, &model->strings);
	return model;
}

static int load_run(struct recoat_model *model, const struct recoat_run *run,
		    recoat_progress *progress, struct recoat_error *error)
{
	struct recoat_trace **trace = recoat_calloc(run->count, sizeof(struct recoat_trace *));
	struct recoat_load_progress at = {.report = progress};
	int result = open_traces(run, trace, &at.total, error);

	if (!result)
		result = load_traces(model, trace, run->count, &at, error);
	for (size_t i = 0; i < run->count; i++)
		recoat_trace_close(trace[i]);
	free(trace);
	model->unusable = run->unusable_count;
	return result;
}

/* Read what is in the directory into the new model. */
static int load_directory(struct recoat_model *model, const char *path, recoat_progress *progress,
			  struct recoat_error *error)
{
	struct recoat_run run;
	int result = recoat_run_open(&run, path, error);

	if (result)
		return result;
	result = load_run(model, &run, progress, error);
	recoat_run_close(&run);
	return result ? result : recoat_packed_load(model, path, error);
}

static int create(struct recoat_model **model, const char *path, bool has_lanes,
		  const struct recoat_filter *filter, recoat_progress *progress,
		  struct recoat_error *error)
{
	struct recoat_model *loaded = new_model();
	int result = recoat_packed_extract(path, &loaded->extracted, error);

	loaded->filter = filter;
	loaded->has_lanes = has_lanes;
	if (!result)
		result = load_directory(loaded, loaded->extracted ? loaded->extracted : path,
					progress, error);
	if (result) {
		recoat_model_destroy(loaded);
		return result;
	}
	sort_processes(loaded);
	sum_kernels(loaded);
	sum_heap(loaded);
	sum_cpu(loaded);
	*model = loaded;
	return 0;
}

int recoat_model_create(struct recoat_model **model, const char *path, recoat_progress *progress,
			struct recoat_error *error)
{
	return create(model, path, false, NULL, progress, error);
}

int recoat_model_create_with_lanes(struct recoat_model **model, const char *path,
				   recoat_progress *progress, struct recoat_error *error)
{
	return create(model, path, true, NULL, progress, error);
}

/* A heap trace is read to the end of the part only, but the process went on. */
static void take_ends(struct recoat_model *part, const struct recoat_model *whole)
{
	for (size_t i = 0; i < part->processes && i < whole->processes; i++)
		if (part->process[i].last < whole->process[i].last)
			part->process[i].last = whole->process[i].last;
}

int recoat_model_create_part(struct recoat_model **model, const char *path,
			     struct recoat_filter *filter, recoat_progress *progress,
			     struct recoat_error *error)
{
	struct recoat_model *whole;
	int result;

	if (!recoat_filter_is_set(filter))
		return recoat_model_create(model, path, progress, error);
	result = recoat_model_create(&whole, path, progress, error);
	if (result)
		return result;
	result = recoat_filter_find(filter, whole, error);
	if (!result)
		result = create(model, path, false, filter, progress, error);
	if (!result)
		take_ends(*model, whole);
	recoat_model_destroy(whole);
	return result;
}

static void fini_process(struct recoat_process *process)
{
	free(process->argument);
	free(process->setting);
	free(process->loss);
	free(process->sample);
	recoat_snapshots_fini(&process->snapshots);
}

void recoat_model_destroy(struct recoat_model *model)
{
	if (!model)
		return;
	for (size_t i = 0; i < model->processes; i++)
		fini_process(&model->process[i]);
	free(model->process);
	recoat_packed_fini(&model->packed);
	recoat_packed_remove(model->extracted);
	free(model->kernel);
	free(model->refusal);
	recoat_plugins_fini(&model->plugins);
	recoat_map_fini(&model->kernel_index);
	recoat_spans_fini(&model->spans);
	recoat_span_totals_fini(&model->totals);
	recoat_histograms_fini(&model->histograms);
	recoat_timeline_fini(&model->timeline);
	recoat_lanes_fini(&model->lanes);
	recoat_lifetimes_fini(&model->lifetimes);
	recoat_mappings_fini(&model->mappings);
	recoat_cct_fini(&model->cct);
	recoat_threads_fini(&model->threads);
	recoat_strings_fini(&model->strings);
	free(model);
}

int64_t recoat_model_origin(const struct recoat_model *model)
{
	int64_t first = INT64_MAX;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].first < first)
			first = model->process[i].first;
	return first;
}

uint64_t recoat_model_duration(const struct recoat_model *model)
{
	int64_t first = recoat_model_origin(model), last = INT64_MIN;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].last > last)
			last = model->process[i].last;
	return last > first ? (uint64_t)last - (uint64_t)first : 0;
}

uint64_t recoat_model_heap_period(const struct recoat_model *model)
{
	uint64_t period = 0;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].heap_period > period)
			period = model->process[i].heap_period;
	return period;
}

struct recoat_span_sums recoat_model_span_total(const struct recoat_model *model)
{
	struct recoat_span_sums total = {0};

	for (size_t i = 0; i < model->spans.count; i++)
		if (model->spans.node[i].parent == RECOAT_NONE)
			recoat_span_sums_add(&total, &model->spans.node[i].sums);
	return total;
}
