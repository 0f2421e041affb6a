/* SPDX-License-Identifier: Apache-2.0 */
/* What a report says about the part of a recording that it is of. */
#include "analyzer/report.h"

#include <stdlib.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_facts.h"
#include "analyzer/report_json.h"

static void print_left_out(const struct recoat_report *report, FILE *file)
{
	const struct recoat_left_out *left_out = &report->model->left_out;

	if (left_out->summed_calls)
		recoat_report_own(
			report, file, "not here",
			recoat_asprintf("%s calls of kernels in all of the run that were summed up "
					"as they ended: RECOAT_SPANS=all records each",
					recoat_format_count(left_out->summed_calls).text));
	if (left_out->heap)
		recoat_report_fact(report, file, "not here",
				   "call paths of the heap, which are sums over the run: `recoat "
				   "record --heap trace` records each block");
	if (left_out->cpu || left_out->mappings || left_out->plugins)
		recoat_report_own(
			report, file, "not here",
			recoat_asprintf(
				"%s%s%s%s%s, which are sums over the run",
				left_out->cpu ? "CPU samples" : "",
				left_out->cpu && left_out->mappings ? ", " : "",
				left_out->mappings ? "mappings" : "",
				left_out->plugins && (left_out->cpu || left_out->mappings) ? ", "
											   : "",
				left_out->plugins ? "plugins' counters and mismatches" : ""));
}

void recoat_report_filter(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;

	if (!model->filter)
		return;
	recoat_report_own(report, file, "only", recoat_filter_text(model->filter, model));
	recoat_report_fact(report, file, "",
			   "a call counts where it ended, a block where it was allocated; what "
			   "stands above and in the foot is of the whole run");
	print_left_out(report, file);
}

bool recoat_report_has_heap(const struct recoat_report *report)
{
	const struct recoat_filter *filter = report->model->filter;

	return !filter || !filter->threads || !report->model->left_out.heap;
}

/* ---- JSON. ---- */

static json_t *thread_json(const struct recoat_thread *thread)
{
	json_t *object = json_object();

	set(object, "tid", number(thread->tid));
	set(object, "name", text_or_null(thread->name));
	return object;
}

static json_t *numbers_json(const uint32_t *from, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, number(from[i]));
	return array;
}

static json_t *filter_json(const struct recoat_model *model)
{
	const struct recoat_filter *filter = model->filter;
	json_t *object;

	if (!filter)
		return json_null();
	object = json_object();
	set(object, "threads",
	    filter->threads ? numbers_json(filter->tid, filter->tids) : json_null());
	set(object, "since_ns", filter->since.text ? number(filter->from) : json_null());
	set(object, "until_ns", filter->until.text ? number(filter->to) : json_null());
	set(object, "summed_calls_left_out", number(model->left_out.summed_calls));
	return object;
}

void recoat_report_json_filter(const struct recoat_report *report, FILE *file)
{
	const struct recoat_threads *threads = &report->model->threads;

	fprintf(file, ",\n\"filter\": ");
	put(file, filter_json(report->model));
	begin_list(file, "threads");
	for (size_t i = 0; i < threads->count; i++)
		put_element(file, i, thread_json(&threads->at[i]));
	end_list(file);
}
