/* SPDX-License-Identifier: Apache-2.0 */
/* From one process's events into the model: CPU samples, and the trace as a whole. */
#include "analyzer/load.h"

#include <errno.h>

#include "analyzer/error.h"
#include "analyzer/load_state.h"
#include "analyzer/memory.h"
#include "analyzer/trace.h"

/* ---- CPU samples. ---- */

static void take_cpu_total(struct recoat_load *load, const struct recoat_cpu_total *event)
{
	struct recoat_process *process = load->process;

	process->cpu.samples += event->samples;
	process->cpu.time += event->periods * process->cpu_period;
	process->cpu_in_runtime += event->in_runtime * process->cpu_period;
	process->cpu_lost += event->lost * process->cpu_period;
}

static int take_cpu_path(struct recoat_load *load, const struct recoat_cpu_path *event)
{
	struct recoat_cpu_counts counts = {.samples = event->samples,
					   .time = event->periods * load->process->cpu_period};
	uint32_t kernel;

	if (load->model->filter) {
		load->model->left_out.cpu = true;
		return 0;
	}
	recoat_cpu_counts_add(&load->model->cct.node[recoat_load_node(load, event->path)].cpu,
			      &counts);
	if (!event->link)
		return 0;
	kernel = recoat_numbers_get(&load->link, event->link - 1);
	if (kernel == RECOAT_NONE)
		return recoat_error_set(load->error, -EINVAL,
					"%s: CPU samples in link %u, expected one of the %zu links "
					"that kernel_link events announce",
					load->process->trace, event->link - 1, load->link.count);
	recoat_cpu_counts_add(&load->model->kernel[kernel].cpu, &counts);
	return 0;
}

/* ---- The whole trace. ---- */

static int take_cpu_event(struct recoat_load *load, const struct recoat_event *event)
{
	switch (event->key) {
	case RECOAT_KEY_cpu_path:
		return take_cpu_path(load, &event->as.cpu_path);
	case RECOAT_KEY_cpu_total:
		take_cpu_total(load, &event->as.cpu_total);
		break;
	}
	return 0;
}

static int take_event(void *user, const struct recoat_event *event)
{
	struct recoat_load *load = user;

	load->process->events++;
	switch (event->key >> RECOAT_EVENT_ID_BITS) {
	case RECOAT_STREAM_SPANS:
		return recoat_load_span_event(load, event);
	case RECOAT_STREAM_HEAP:
		return recoat_load_heap_event(load, event);
	case RECOAT_STREAM_CPU:
		return take_cpu_event(load, event);
	}
	recoat_load_see_time(load, recoat_load_time(load, event->time));
	return recoat_load_process_event(load, event);
}

/* What is still open has nothing around it, unless that is left out by a filter. */
static void end_spans(struct recoat_load *load)
{
	if (load->model->filter)
		recoat_spans_cut(&load->model->spans);
	else
		recoat_spans_flush(&load->model->spans);
}

/* The packets of a stream count what it dropped so far; the last one's count is the sum. */
static void end_stream(struct recoat_load *load)
{
	load->process->packet_drops += load->drops;
	load->drops = 0;
	end_spans(load);
}

static int take_stream(void *user, const char *name)
{
	(void)name;
	end_stream(user);
	return 0;
}

/* Packets of the heap come in order of their shards. */
static void see_shard(struct recoat_load *load, const struct recoat_packet *packet)
{
	if (!load->shards || packet->shard == load->shard)
		return;
	load->shard = packet->shard;
	load->process->heap_shards++;
}

static int take_packet(void *user, const struct recoat_packet *packet)
{
	struct recoat_load *load = user;
	struct recoat_load_progress *progress = load->progress;

	load->drops = packet->dropped;
	see_shard(load, packet);
	/* A thread that ended handed its stream on; nothing of it can be around the next. */
	if (packet->tid != load->tid)
		end_spans(load);
	load->tid = packet->tid;
	load->lane = RECOAT_NONE;
	load->total_begun = false;
	if (packet->stream == RECOAT_STREAM_SPANS && packet->tid)
		recoat_threads_see(&load->model->threads, packet->tid);
	load->left_out =
		load->model->filter && !recoat_filter_has_thread(load->model->filter, packet->tid);
	progress->done += packet->packet_bits / 8;
	if (progress->report)
		progress->report(progress->done, progress->total);
	return 0;
}

static int read_parts(struct recoat_load *load, struct recoat_trace *trace)
{
	const struct recoat_visitor visitor = {
		.user = load, .stream = take_stream, .packet = take_packet, .event = take_event};
	int result = recoat_trace_read(trace, RECOAT_PART_PROCESS, &visitor, load->error);

	if (!result && !load->started)
		result = recoat_error_set(load->error, -EINVAL,
					  "%s: no process_start event, expected it first: the "
					  "recording is empty or its start is lost",
					  load->process->trace);
	for (int part = RECOAT_PART_SPANS; !result && part < RECOAT_PART_TRACE; part++) {
		load->shards = part == RECOAT_PART_HEAP_PATHS;
		result = recoat_trace_read(trace, (enum recoat_part)part, &visitor, load->error);
	}
	end_stream(load);
	if (load->model->has_lanes)
		recoat_load_show_totals(load);
	recoat_span_totals_settle(&load->model->totals, &load->model->spans);
	if (!result)
		result = recoat_load_end_snapshot(load);
	return result ? result : recoat_load_heap_trace(load, trace);
}

static struct recoat_process *add_process(struct recoat_model *model, const char *trace)
{
	struct recoat_process *process;

	model->process = recoat_grow(model->process, model->processes, &model->process_room,
				     sizeof(*model->process));
	process = &model->process[model->processes++];
	*process = (struct recoat_process){.trace = recoat_strings_intern(&model->strings, trace),
					   .first = INT64_MAX,
					   .last = INT64_MIN};
	process->program = process->directory = process->version = "";
	process->cpu_stopped = process->paths_library = "";
	process->host = process->kernel = process->machine = "";
	return process;
}

int recoat_load_trace(struct recoat_model *model, struct recoat_trace *trace,
		      struct recoat_load_progress *progress, struct recoat_error *error)
{
	struct recoat_load load = {
		.model = model,
		.process = add_process(model, recoat_trace_directory(trace)),
		.metadata = recoat_trace_metadata(trace),
		.progress = progress,
		.error = error,
		.lane = RECOAT_NONE,
		.shard = RECOAT_NONE,
		.sample_step = 1,
	};
	int result = read_parts(&load, trace);

	model->events += load.process->events;
	recoat_maps_fini(&load.maps);
	recoat_numbers_fini(&load.node);
	recoat_numbers_fini(&load.link);
	return result;
}
