/* SPDX-License-Identifier: Apache-2.0 */
/* What a comparison keeps of a recording. */
#include "analyzer/digest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/calls.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/statistics.h"

#define SEED 1

const char *const recoat_metric_names[RECOAT_METRICS] = {
	"time", "cpu", "peak", "allocations", "bytes",
};

static struct recoat_digest_row *add_row(struct recoat_digest *digest, enum recoat_digest_kind kind,
					 const char *name, const char *operation)
{
	digest->row = recoat_grow(digest->row, digest->rows, &digest->room, sizeof(*digest->row));
	digest->row[digest->rows] = (struct recoat_digest_row){
		.kind = kind,
		.name = recoat_strdup(name),
		.operation = recoat_strdup(operation),
		.served = recoat_strdup(""),
	};
	return &digest->row[digest->rows++];
}

/* ---- The program. ---- */

static double program_cpu(const struct recoat_model *model)
{
	double time = 0;

	/* What a process used before it went on as another program is in that one's figures. */
	for (size_t i = 0; i < model->processes; i++) {
		const struct recoat_process *process = &model->process[i];

		if (process->exec_seen)
			continue;
		if (!process->ended)
			return NAN;
		time += (double)process->user_time + (double)process->system_time;
	}
	return time;
}

static bool has_heap(const struct recoat_model *model)
{
	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].has_heap)
			return true;
	return false;
}

static double program_peak(const struct recoat_model *model)
{
	double peak = NAN;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].has_heap)
			peak = fmax(peak, (double)model->process[i].heap_peak);
	return peak;
}

static void add_program(struct recoat_digest *digest, const struct recoat_model *model)
{
	struct recoat_digest_row *row = add_row(digest, RECOAT_DIGEST_PROGRAM, "program", "");

	row->calls = 1;
	row->value[RECOAT_METRIC_TIME] = (double)recoat_model_duration(model);
	row->value[RECOAT_METRIC_CPU] = program_cpu(model);
	row->value[RECOAT_METRIC_PEAK] = program_peak(model);
	row->value[RECOAT_METRIC_ALLOCATIONS] =
		has_heap(model) ? (double)model->heap.allocations : NAN;
	row->value[RECOAT_METRIC_BYTES] = has_heap(model) ? (double)model->heap.bytes : NAN;
}

/* ---- Operations and kernels: groups of kernel rows with one name. ---- */

static const char *group_name(const struct recoat_kernel_row *kernel, enum recoat_digest_kind kind)
{
	return kind == RECOAT_DIGEST_KERNEL ? kernel->kernel : kernel->operation;
}

/* Is the span inside another one of its group? */
static bool is_inner(const struct recoat_model *model, const struct recoat_span_node *node,
		     enum recoat_digest_kind kind)
{
	const char *name = group_name(&model->kernel[node->kernel], kind);
	uint32_t at = node->parent;

	while (at != RECOAT_NONE &&
	       group_name(&model->kernel[model->spans.node[at].kernel], kind) != name)
		at = model->spans.node[at].parent;
	return at != RECOAT_NONE;
}

static struct recoat_span_sums group_sums(const struct recoat_model *model,
					  enum recoat_digest_kind kind, const char *name)
{
	struct recoat_span_sums sums = {0};

	for (size_t i = 0; i < model->spans.count; i++) {
		const struct recoat_span_node *node = &model->spans.node[i];

		if (group_name(&model->kernel[node->kernel], kind) == name &&
		    !is_inner(model, node, kind))
			recoat_span_sums_add(&sums, &node->sums);
	}
	return sums;
}

static int by_text(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Who was called for the group, "a+b". */
static char *served_by(const struct recoat_model *model, enum recoat_digest_kind kind,
		       const char *name)
{
	const char **by = recoat_calloc(model->kernels, sizeof(*by));
	char *text = recoat_strdup("");
	size_t count = 0;

	for (size_t i = 0; i < model->kernels; i++)
		if (model->kernel[i].sums.calls && group_name(&model->kernel[i], kind) == name)
			by[count++] = model->kernel[i].implementation;
	if (count)
		qsort(by, count, sizeof(*by), by_text);
	for (size_t i = 0; i < count; i++) {
		char *longer;

		if (i && by[i] == by[i - 1])
			continue;
		longer = recoat_asprintf("%s%s%s", text, i ? "+" : "", by[i]);
		free(text);
		text = longer;
	}
	free(by);
	return text;
}

static void add_group(struct recoat_digest *digest, const struct recoat_model *model,
		      enum recoat_digest_kind kind, const struct recoat_kernel_row *kernel)
{
	const char *name = group_name(kernel, kind);
	struct recoat_span_sums sums = group_sums(model, kind, name);
	struct recoat_digest_row *row;

	if (!sums.calls)
		return;
	row = add_row(digest, kind, name, kind == RECOAT_DIGEST_KERNEL ? kernel->operation : "");
	free(row->served);
	row->served = served_by(model, kind, name);
	row->calls = sums.calls;
	row->size = sums.size_calls ? (double)sums.size / (double)sums.size_calls : 0;
	row->value[RECOAT_METRIC_TIME] = (double)sums.time;
	row->value[RECOAT_METRIC_CPU] = sums.cpu_calls == sums.calls ? (double)sums.cpu_time : NAN;
	row->value[RECOAT_METRIC_PEAK] = sums.peak || !sums.bytes ? (double)sums.peak : NAN;
	row->value[RECOAT_METRIC_ALLOCATIONS] = (double)sums.allocations;
	row->value[RECOAT_METRIC_BYTES] = (double)sums.bytes;
	for (unsigned m = RECOAT_METRIC_PEAK; m < RECOAT_METRICS; m++)
		if (!has_heap(model))
			row->value[m] = NAN;
}

static void add_groups(struct recoat_digest *digest, const struct recoat_model *model,
		       enum recoat_digest_kind kind)
{
	for (size_t i = 0; i < model->kernels; i++)
		if (!recoat_digest_find(digest, kind, group_name(&model->kernel[i], kind)))
			add_group(digest, model, kind, &model->kernel[i]);
}

void recoat_digest_create(struct recoat_digest *digest, const char *path,
			  const struct recoat_model *model)
{
	*digest = (struct recoat_digest){.path = recoat_strdup(path)};
	add_program(digest, model);
	add_groups(digest, model, RECOAT_DIGEST_OPERATION);
	add_groups(digest, model, RECOAT_DIGEST_KERNEL);
}

void recoat_digest_destroy(struct recoat_digest *digest)
{
	for (size_t i = 0; i < digest->rows; i++) {
		free(digest->row[i].name);
		free(digest->row[i].operation);
		free(digest->row[i].served);
		free(digest->row[i].call);
	}
	free(digest->row);
	free(digest->path);
}

const struct recoat_digest_row *recoat_digest_find(const struct recoat_digest *digest,
						   enum recoat_digest_kind kind, const char *name)
{
	for (size_t i = 0; i < digest->rows; i++)
		if (digest->row[i].kind == kind && !strcmp(digest->row[i].name, name))
			return &digest->row[i];
	return NULL;
}

/* ---- Single calls. ---- */

struct sampling {
	struct recoat_digest *digest;
	uint64_t *seen; /* Calls a row. */
	size_t latest;  /* Row of the last call, most often that of the next. */
	struct recoat_random random;
};

static bool is_row(const struct recoat_digest_row *row, const char *kernel)
{
	return row->kind == RECOAT_DIGEST_KERNEL && !strcmp(row->name, kernel);
}

/* Reservoir sampling: J. S. Vitter, ACM TOMS 11 (1985) 37, algorithm R. */
static void take_call(void *user, const char *kernel, uint64_t time)
{
	struct sampling *sampling = user;
	struct recoat_digest *digest = sampling->digest;
	size_t at = sampling->latest, place;
	struct recoat_digest_row *row;

	if (!is_row(&digest->row[at], kernel))
		for (at = 0; at < digest->rows && !is_row(&digest->row[at], kernel); at++)
			;
	if (at == digest->rows)
		return;
	sampling->latest = at;
	row = &digest->row[at];
	place = row->sampled;
	sampling->seen[at]++;
	if (place < RECOAT_DIGEST_CALLS)
		row->sampled++;
	else
		place = recoat_random_below(&sampling->random, sampling->seen[at]);
	if (!row->call)
		row->call = recoat_calloc(RECOAT_DIGEST_CALLS, sizeof(*row->call));
	if (place < RECOAT_DIGEST_CALLS)
		row->call[place] = (double)time;
}

int recoat_digest_read_calls(struct recoat_digest *digest, struct recoat_error *error)
{
	struct sampling sampling = {
		.digest = digest,
		.seen = recoat_calloc(digest->rows, sizeof(uint64_t)),
		.random = {SEED},
	};
	int result = recoat_calls_read(digest->path, take_call, &sampling, error);

	free(sampling.seen);
	return result;
}
