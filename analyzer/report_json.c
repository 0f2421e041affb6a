/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON: one object a line, so that memory does not grow with the recording. */
#include "analyzer/report.h"

#include <stdint.h>

#include "analyzer/functions.h"
#include "analyzer/model.h"
#include "analyzer/report_json.h"

#define SCHEMA "recoat-report-1"

static void set_sums(json_t *object, const struct recoat_span_sums *sums, uint64_t self)
{
	set(object, "calls", number(sums->calls));
	set(object, "summed_calls", number(sums->summed));
	set(object, "inclusive_ns", number(sums->time));
	set(object, "exclusive_ns", number(self));
	set(object, "shortest_ns", number(sums->time_min));
	set(object, "longest_ns", number(sums->time_max));
	set(object, "deviation_ns", json_real(recoat_span_sums_deviation(sums)));
	set(object, "cpu_calls", number(sums->cpu_calls));
	set(object, "cpu_ns", number(sums->cpu_time));
	set(object, "size_calls", number(sums->size_calls));
	set(object, "size_total", number(sums->size));
	set(object, "size_min", number(sums->size_min));
	set(object, "size_max", number(sums->size_max));
	set(object, "size_ns", number(sums->size_time));
	set(object, "unwound", number(sums->unwound));
	set(object, "allocations", number(sums->allocations));
	set(object, "bytes", number(sums->bytes));
	set(object, "peak_bytes", number(sums->peak));
}

static void put_processes(const struct recoat_report *report, FILE *file)
{
	begin_list(file, "processes");
	for (size_t i = 0; i < report->model->processes; i++)
		put_element(file, i, recoat_report_json_process(&report->model->process[i]));
	end_list(file);
}

/* Pairs of a bucket's highest number and its count, where that is not 0. */
static json_t *histogram_json(const uint64_t count[RECOAT_BUCKETS])
{
	json_t *array = json_array();

	for (unsigned bucket = 0; bucket < RECOAT_BUCKETS; bucket++) {
		uint64_t highest = bucket < 64 ? (1ull << bucket) - 1 : UINT64_MAX;

		if (count[bucket])
			json_array_append_new(
				array, json_pack("[o, o]", number(highest), number(count[bucket])));
	}
	return array;
}

static void set_histograms(json_t *object, const struct recoat_model *model, size_t kernel)
{
	static const struct recoat_histogram none;
	const struct recoat_histogram *histogram =
		kernel < model->histograms.kernels ? &model->histograms.kernel[kernel] : &none;

	set(object, "time_histogram", histogram_json(histogram->count[RECOAT_HISTOGRAM_TIME]));
	set(object, "size_histogram", histogram_json(histogram->count[RECOAT_HISTOGRAM_SIZE]));
}

json_t *recoat_report_json_kernel(const struct recoat_kernel_row *row)
{
	json_t *object = json_object();

	set(object, "kernel", text(row->kernel));
	set(object, "operation", text(row->operation));
	set(object, "abi", text(row->abi));
	set(object, "implementation", text(row->implementation));
	set(object, "symbol", text(row->symbol));
	set(object, "mechanism", text(row->mechanism));
	set_sums(object, &row->sums, row->self_time);
	set_cpu(object, &row->cpu);
	return object;
}

/* What a filter leaves out is null, not 0. */
static bool put_null(FILE *file, const char *name, bool left_out)
{
	if (left_out)
		fprintf(file, ",\n\"%s\": null", name);
	return left_out;
}

static void put_kernels(const struct recoat_report *report, FILE *file)
{
	begin_list(file, "kernels");
	for (size_t i = 0; i < report->model->kernels; i++) {
		json_t *object = recoat_report_json_kernel(&report->model->kernel[i]);

		if (report->model->left_out.cpu) {
			set(object, "cpu_samples", json_null());
			set(object, "cpu_sampled_ns", json_null());
		}
		set_histograms(object, report->model, i);
		put_element(file, i, object);
	}
	end_list(file);
}

static void put_sites(const struct recoat_report *report, FILE *file)
{
	struct recoat_sites sites;

	if (put_null(file, "allocation_sites", report->model->left_out.heap))
		return;
	recoat_sites_create(&sites, report->model, report->symbols, report->order);
	begin_list(file, "allocation_sites");
	for (size_t i = 0; i < sites.count; i++) {
		json_t *object = json_object();

		set_call(object, &sites.at[i].call);
		set(object, "module", text_or_null(sites.at[i].module));
		set(object, "unnamed_callees", json_boolean(sites.at[i].unnamed));
		set(object, "call_paths", number(sites.at[i].paths));
		set(object, "largest_call_path", number(sites.at[i].node));
		set_heap(object, &sites.at[i].heap);
		if (sites.at[i].lifetimes)
			recoat_report_json_lifetimes(object, sites.at[i].lifetimes);
		put_element(file, i, object);
	}
	end_list(file);
	recoat_sites_destroy(&sites);
}

static void put_functions(const struct recoat_report *report, FILE *file)
{
	struct recoat_functions functions;

	if (put_null(file, "functions", report->model->left_out.cpu))
		return;
	recoat_functions_create(&functions, report->model, report->symbols, report->function_order);
	begin_list(file, "functions");
	for (size_t i = 0; i < functions.count; i++) {
		const struct recoat_function *function = &functions.at[i];
		json_t *object = json_object();

		set(object, "function", text(function->name));
		set(object, "known", json_boolean(function->known));
		set(object, "module", text_or_null(function->module));
		set(object, "self_samples", number(function->self.samples));
		set(object, "self_ns", number(function->self.time));
		set(object, "total_samples", number(function->total.samples));
		set(object, "total_ns", number(function->total.time));
		put_element(file, i, object);
	}
	end_list(file);
	recoat_functions_destroy(&functions);
}

static void put_modules(const struct recoat_report *report, FILE *file)
{
	const struct recoat_cct *cct = &report->model->cct;

	begin_list(file, "modules");
	for (size_t i = 0; i < cct->modules; i++) {
		json_t *object = json_object();

		set(object, "path", text_or_null(cct->module[i].path));
		set(object, "build_id", text_or_null(cct->module[i].build_id));
		put_element(file, i, object);
	}
	end_list(file);
}

static json_t *frame_json(const struct recoat_report *report, uint32_t frame)
{
	const struct recoat_frame *at = &report->model->cct.frame[frame];
	struct recoat_calls calls = recoat_frame_calls(report->model, report->symbols, frame);
	json_t *object = json_object(), *array = json_array();

	for (size_t i = 0; i < calls.count; i++) {
		json_t *call = json_object();

		set_call(call, &calls.at[i]);
		set(call, "inlined", json_boolean(calls.at[i].inlined));
		json_array_append_new(array, call);
	}
	set(object, "module", number(at->module));
	set(object, "address", number(at->offset));
	set(object, "calls", array);
	return object;
}

static void put_frames(const struct recoat_report *report, FILE *file)
{
	begin_list(file, "frames");
	for (size_t i = 0; i < report->model->cct.frames; i++)
		put_element(file, i, frame_json(report, (uint32_t)i));
	end_list(file);
}

static void put_nodes(const struct recoat_report *report, FILE *file)
{
	const struct recoat_cct *cct = &report->model->cct;

	begin_list(file, "call_paths");
	for (size_t i = 0; i < cct->nodes; i++) {
		json_t *object = json_object();

		set(object, "parent", i ? number(cct->node[i].parent) : json_null());
		set(object, "frame", i ? number(cct->node[i].frame) : json_null());
		if (cct->node[i].heap.allocations || cct->node[i].heap.frees)
			set_heap(object, &cct->node[i].heap);
		if (cct->node[i].cpu.samples)
			set_cpu(object, &cct->node[i].cpu);
		put_element(file, i, object);
	}
	end_list(file);
}

static void put_spans(const struct recoat_report *report, FILE *file)
{
	const struct recoat_spans *spans = &report->model->spans;

	begin_list(file, "spans");
	for (size_t i = 0; i < spans->count; i++) {
		const struct recoat_span_node *node = &spans->node[i];
		json_t *object = json_object();

		set(object, "parent",
		    node->parent == RECOAT_NONE ? json_null() : number(node->parent));
		set(object, "kernel", number(node->kernel));
		set(object, "call_path", number(node->path));
		set_sums(object, &node->sums, recoat_span_sums_self(&node->sums));
		put_element(file, i, object);
	}
	end_list(file);
}

static void put_refusals(const struct recoat_report *report, FILE *file)
{
	begin_list(file, "not_hooked");
	for (size_t i = 0; i < report->model->refusals; i++) {
		const struct recoat_refusal *refusal = &report->model->refusal[i];
		json_t *object = json_object();

		set(object, "kernel", text(refusal->kernel));
		set(object, "symbol", text(refusal->symbol));
		set(object, "module", text(refusal->module));
		set(object, "reason", text(refusal->reason));
		put_element(file, i, object);
	}
	end_list(file);
}

static void put_complaints(const struct recoat_report *report, FILE *file)
{
	const char *complaint;

	begin_list(file, "symbol_problems");
	for (size_t i = 0; (complaint = recoat_symbols_complaint(report->symbols, i)); i++)
		put_element(file, i, text(complaint));
	end_list(file);
}

void recoat_report_json_totals(const struct recoat_report *report, FILE *file)
{
	const struct recoat_model *model = report->model;
	json_t *heap = model->left_out.heap ? json_null() : json_object();
	json_t *cpu = model->left_out.cpu ? json_null() : json_object();

	if (!model->left_out.cpu)
		set_cpu(cpu, &model->cpu);
	if (!model->left_out.heap)
		set_heap(heap, &model->heap);
	fprintf(file, ",\n\"wall_ns\": ");
	put(file, number(recoat_model_duration(model)));
	fprintf(file, ",\n\"events\": ");
	put(file, number(model->events));
	fprintf(file, ",\n\"events_without_call_path\": ");
	put(file, number(model->unknown_paths));
	fprintf(file, ",\n\"orphan_spans\": ");
	put(file, number(model->spans.orphans));
	fprintf(file, ",\n\"processes_without_data\": ");
	put(file, number(model->unusable));
	fprintf(file, ",\n\"heap_estimated\": ");
	put(file, json_boolean(recoat_model_heap_period(model)));
	fprintf(file, ",\n\"heap\": ");
	put(file, heap);
	fprintf(file, ",\n\"cpu\": ");
	put(file, cpu);
}

void recoat_report_json(const struct recoat_report *report, FILE *file)
{
	fprintf(file, "{\"schema\": \"" SCHEMA "\",\n\"recording\": ");
	put(file, text(report->path));
	recoat_report_json_filter(report, file);
	recoat_report_json_totals(report, file);
	put_processes(report, file);
	put_kernels(report, file);
	put_functions(report, file);
	put_sites(report, file);
	if (!put_null(file, "mappings", report->model->left_out.mappings))
		recoat_report_json_mappings(report, file);
	recoat_report_json_plugins(report, file);
	put_spans(report, file);
	put_nodes(report, file);
	put_frames(report, file);
	put_modules(report, file);
	put_refusals(report, file);
	put_complaints(report, file);
	fprintf(file, "\n}\n");
}
