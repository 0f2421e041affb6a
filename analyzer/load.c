/* SPDX-License-Identifier: Apache-2.0 */
/* From one process's events into the model: spans, the heap, and the trace as a whole. */
#include "analyzer/load.h"

#include <errno.h>

#include "analyzer/error.h"
#include "analyzer/load_state.h"
#include "analyzer/memory.h"
#include "analyzer/trace.h"

/* ---- Spans. ---- */

/* The fields that both span events have. */
static inline struct recoat_span_in span_in(struct recoat_load *load, uint64_t end,
					    const struct recoat_span *event)
{
	uint64_t time = recoat_clock_duration(&load->metadata->span, event->duration);
	struct recoat_span_sums sums = {
		.calls = 1, .time = time, .time_min = time, .time_max = time};

	sums.time_squares = (double)time * (double)time;
	if (event->flags & RECOAT_SPAN_SIZE) {
		sums.size_calls = 1;
		sums.size = sums.size_min = sums.size_max = event->size;
		sums.size_time = time;
	}
	sums.unwound = !!(event->flags & RECOAT_SPAN_UNWOUND);
	return (struct recoat_span_in){.begin = end - event->duration,
				       .kernel = recoat_numbers_get(&load->link, event->link),
				       .path = recoat_load_node(load, event->path),
				       .depth = event->depth,
				       .sums = sums};
}

static int refuse_link(struct recoat_load *load, unsigned link)
{
	return recoat_error_set(load->error, -EINVAL,
				"%s: a span of link %u, expected one of the %zu links that "
				"kernel_link events announce",
				load->process->trace, link, load->link.count);
}

static void count_span(struct recoat_load *load, const struct recoat_span_in *span)
{
	struct recoat_histogram *histogram =
		recoat_histograms_of(&load->model->histograms, span->kernel);

	histogram->count[RECOAT_HISTOGRAM_TIME][recoat_bucket(span->sums.time)]++;
	if (span->sums.size_calls)
		histogram->count[RECOAT_HISTOGRAM_SIZE][recoat_bucket(span->sums.size)]++;
}

static void add_to_lane(struct recoat_load *load, const struct recoat_span_in *span, int64_t end,
			bool sampled)
{
	const struct recoat_lane_piece piece = {.begin = (int64_t)((uint64_t)end - span->sums.time),
						.end = end,
						.busy = span->sums.time,
						.count = 1,
						.sampled = sampled,
						.sampled_busy = sampled ? span->sums.time : 0,
						.kernel = span->kernel};

	if (load->lane == RECOAT_NONE)
		load->lane = recoat_lanes_find(&load->model->lanes, load->process->trace, load->tid);
	recoat_lanes_add(&load->model->lanes, load->lane, span->depth, &piece);
}

/* One of a sample is counted in sums already; on the timeline it stands for those around it. */
static int add_span(struct recoat_load *load, const struct recoat_span_in *span, uint64_t ticks,
		    const struct recoat_span *event)
{
	int64_t end = recoat_clock_time(&load->metadata->span, ticks);
	uint64_t time = span->sums.time;

	if (span->kernel == RECOAT_NONE)
		return refuse_link(load, event->link);
	recoat_load_see_time(load, end);
	if (event->flags & RECOAT_SPAN_SAMPLE) {
		unsigned shift = 2 * RECOAT_SPAN_STEP(event->flags);

		time = time > UINT64_MAX >> shift ? time : time << shift;
	} else {
		count_span(load, span);
		if (event->flags & RECOAT_SPAN_APART)
			recoat_spans_add_apart(&load->model->spans, span);
		else
			recoat_spans_add(&load->model->spans, span);
	}
	if (!span->depth)
		recoat_timeline_add(&load->model->timeline, span->kernel,
				    (int64_t)((uint64_t)end - time), end);
	if (load->model->has_lanes)
		add_to_lane(load, span, end, event->flags & RECOAT_SPAN_SAMPLE);
	return 0;
}

static int take_span(struct recoat_load *load, uint64_t end, const struct recoat_span *event)
{
	struct recoat_span_in span = span_in(load, end, event);

	return add_span(load, &span, end, event);
}

static int take_span_costs(struct recoat_load *load, uint64_t end,
			   const struct recoat_span_costs *event)
{
	const struct recoat_span plain = {.duration = event->duration,
					  .link = event->link,
					  .depth = event->depth,
					  .flags = event->flags,
					  .path = event->path,
					  .size = event->size};
	struct recoat_span_in span = span_in(load, end, &plain);

	if (event->flags & RECOAT_SPAN_CPU) {
		span.sums.cpu_calls = 1;
		span.sums.cpu_time = event->cpu_time;
		span.sums.cpu_wall = span.sums.time;
	}
	span.sums.allocations = event->allocations;
	span.sums.bytes = event->bytes;
	span.sums.peak = event->peak;
	return add_span(load, &span, end, &plain);
}

static struct recoat_span_sums sums_of(const struct recoat_load *load,
				       const struct recoat_span_total *event)
{
	const struct recoat_clock *clock = &load->metadata->span;
	double tick = (double)recoat_clock_duration(clock, 1u << 30) / (1u << 30);
	struct recoat_span_sums sums = {
		.calls = event->count,
		.summed = event->count,
		.time = recoat_clock_duration(clock, event->time),
		.time_min = recoat_clock_duration(clock, event->time_min),
		.time_max = recoat_clock_duration(clock, event->time_max),
		.time_squares = event->time_squares * tick * tick,
		.cpu_calls = event->cpu_count,
		.cpu_time = event->cpu_time,
		.cpu_wall = recoat_clock_duration(clock, event->cpu_wall),
		.unwound = event->unwound,
		.allocations = event->allocations,
		.bytes = event->bytes,
		.peak = event->peak,
	};

	if (event->size_count) {
		sums.size_calls = event->size_count;
		sums.size = event->size;
		sums.size_min = event->size_min;
		sums.size_max = event->size_max;
		sums.size_time = recoat_clock_duration(clock, event->size_time);
	}
	return sums;
}

static int take_span_total(struct recoat_load *load, const struct recoat_span_total *event)
{
	struct recoat_span_total_in total = {
		.kernel = recoat_numbers_get(&load->link, event->link),
		.path = recoat_load_node(load, event->path),
		.outer = RECOAT_NONE,
		.depth = event->depth,
	};

	if (total.kernel == RECOAT_NONE)
		return refuse_link(load, event->link);
	load->total_begun = true;
	load->total_empty = !event->count;
	if (!event->count) /* The process was killed before it could count the first. */
		return 0;
	if (event->outer) {
		total.outer = recoat_numbers_get(&load->link, event->outer - 1u);
		total.outer_path = recoat_load_node(load, event->outer_path);
		if (total.outer == RECOAT_NONE)
			return refuse_link(load, event->outer - 1u);
	}
	total.sums = sums_of(load, event);
	recoat_span_totals_add(&load->model->totals, &total);
	return 0;
}

/* It stands right behind its span_total; recordings of older versions have none. */
static int take_span_period(struct recoat_load *load, const struct recoat_span_period *event)
{
	const struct recoat_span_totals *totals = &load->model->totals;
	struct recoat_span_total_in *total;

	if (!load->total_begun)
		return recoat_error_set(load->error, -EINVAL,
					"%s: a span_period without a span_total before it",
					load->process->trace);
	load->total_begun = false;
	if (load->total_empty)
		return 0;
	total = &totals->total[totals->count - 1];
	total->timed = true;
	total->begin = recoat_clock_time(&load->metadata->span, event->begin);
	total->end = recoat_clock_time(&load->metadata->span, event->end);
	total->first_thread = event->first_thread;
	total->latest_thread = event->latest_thread;
	recoat_load_see_time(load, total->end);
	return 0;
}

/* Spans of which no more than sums was written, on the lane of their thread. */
static void show_totals(struct recoat_load *load)
{
	struct recoat_lanes *lanes = &load->model->lanes;
	const struct recoat_span_totals *totals = &load->model->totals;

	for (size_t i = 0; i < totals->count; i++) {
		const struct recoat_span_total_in *total = &totals->total[i];
		const struct recoat_lane_sum sum = {
			.begin = total->begin,
			.end = total->end,
			.calls = total->sums.calls,
			.time = total->sums.time,
			.contexts = 1,
			.kernel = total->kernel,
			.outer = total->outer,
			.depth = total->depth,
			.handed_on = total->first_thread != total->latest_thread,
		};
		uint32_t lane;

		if (!total->timed)
			continue;
		lane = recoat_lanes_find(lanes, load->process->trace, total->first_thread);
		recoat_lanes_add_sum(lanes, lane, &sum);
	}
}

static int take_span_histogram(struct recoat_load *load, const struct recoat_span_histogram *event)
{
	uint32_t kernel = recoat_numbers_get(&load->link, event->link);

	if (kernel == RECOAT_NONE)
		return refuse_link(load, event->link);
	if (event->of >= RECOAT_HISTOGRAMS || event->bucket >= RECOAT_BUCKETS)
		return recoat_error_set(load->error, -EINVAL,
					"%s: bucket %u of histogram %u, expected one below %u of one "
					"below %u",
					load->process->trace, event->bucket, event->of,
					RECOAT_BUCKETS, RECOAT_HISTOGRAMS);
	recoat_histograms_of(&load->model->histograms, kernel)->count[event->of][event->bucket] +=
		event->count;
	return 0;
}

/* ---- The heap. ---- */

static void take_heap_total(struct recoat_load *load, const struct recoat_heap_total *event)
{
	struct recoat_process *process = load->process;
	int64_t peak_time = recoat_load_time(load, event->peak_time);

	load->heap_epoch = (uint32_t)event->epoch;
	process->has_heap = true;
	process->heap_live = event->live;
	process->heap_peak = event->peak;
	if (peak_time > process->first)
		process->heap_peak_time = (uint64_t)peak_time - (uint64_t)process->first;
}

/* A shard whose epoch is before the peak's has not changed the path since: now is as then. */
static void take_heap_path(struct recoat_load *load, const struct recoat_heap_path *event)
{
	struct recoat_heap_counts counts = {.allocations = event->allocations,
					    .bytes = event->bytes,
					    .frees = event->frees,
					    .freed_bytes = event->freed_bytes,
					    .temporary = event->temporary,
					    .at_peak = event->at_peak};

	if (!load->process->has_heap || recoat_epoch_before(event->epoch, load->heap_epoch))
		counts.at_peak = recoat_heap_counts_live(&counts);
	recoat_heap_counts_add(&load->model->cct.node[recoat_load_node(load, event->path)].heap,
			       &counts);
}

/* All heap_live events that the latest heap_snapshot announced must have come. */
static int end_snapshot(struct recoat_load *load)
{
	if (!load->paths_due)
		return 0;
	return recoat_error_set(load->error, -EINVAL,
				"%s: a heap_snapshot without its last %u call paths, expected "
				"heap_live events for all",
				load->process->trace, load->paths_due);
}

static int take_heap_snapshot(struct recoat_load *load, uint64_t ticks,
			      const struct recoat_heap_snapshot *event)
{
	const struct recoat_snapshot snapshot = {
		.time = (uint64_t)recoat_load_time(load, ticks) - (uint64_t)load->process->first,
		.live = event->live,
		.blocks = event->blocks,
		.rest_paths = event->rest_paths,
		.rest_bytes = event->rest_bytes,
		.rest_blocks = event->rest_blocks,
	};
	int result = end_snapshot(load);

	load->paths_due = event->paths;
	recoat_load_see_time(load, recoat_load_time(load, ticks));
	recoat_snapshots_add(&load->process->snapshots, &snapshot);
	return result;
}

static int take_heap_live(struct recoat_load *load, const struct recoat_heap_live *event)
{
	const struct recoat_held held = {
		.node = recoat_load_node(load, event->path),
		.bytes = event->bytes,
		.blocks = event->blocks,
	};
	struct recoat_snapshots *snapshots = &load->process->snapshots;

	if (!load->paths_due)
		return recoat_error_set(load->error, -EINVAL,
					"%s: a heap_live event of call path %u, expected no more "
					"than the heap_snapshot before says",
					load->process->trace, event->path);
	load->paths_due--;
	recoat_snapshot_hold(&snapshots->at[snapshots->count - 1], &held);
	return 0;
}

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

/* ---- Mappings. ---- */

static int take_mapping_path(struct recoat_load *load, const struct recoat_mapping_path *event)
{
	struct recoat_heap_counts counts = {.allocations = event->mappings,
					    .bytes = event->bytes,
					    .freed_bytes = event->unmapped_bytes,
					    .at_peak = (int64_t)event->peak};

	if (event->kind >= RECOAT_MAPPING_KINDS)
		return recoat_error_set(load->error, -EINVAL,
					"%s: a mapping of kind %u, expected one below %u",
					load->process->trace, event->kind, RECOAT_MAPPING_KINDS);
	recoat_mappings_add(&load->model->mappings, recoat_load_node(load, event->path),
			    event->kind, &counts);
	return 0;
}

static void take_mapping_total(struct recoat_load *load, const struct recoat_mapping_total *event)
{
	struct recoat_process *process = load->process;
	int64_t peak_time = recoat_load_time(load, event->peak_time);

	process->mapped_live = event->live;
	process->mapped_peak = event->peak;
	if (peak_time > process->first)
		process->mapped_peak_time = (uint64_t)peak_time - (uint64_t)process->first;
}

/* ---- The whole trace. ---- */

static int take_event(void *user, const struct recoat_event *event)
{
	struct recoat_load *load = user;

	load->process->events++;
	switch (event->key) {
	case RECOAT_KEY_span:
		return take_span(load, event->time, &event->as.span);
	case RECOAT_KEY_span_costs:
		return take_span_costs(load, event->time, &event->as.span_costs);
	case RECOAT_KEY_span_total:
		return take_span_total(load, &event->as.span_total);
	case RECOAT_KEY_span_period:
		return take_span_period(load, &event->as.span_period);
	case RECOAT_KEY_span_histogram:
		return take_span_histogram(load, &event->as.span_histogram);
	case RECOAT_KEY_heap_path:
		take_heap_path(load, &event->as.heap_path);
		return 0;
	case RECOAT_KEY_heap_total:
		take_heap_total(load, &event->as.heap_total);
		return 0;
	case RECOAT_KEY_heap_snapshot:
		return take_heap_snapshot(load, event->time, &event->as.heap_snapshot);
	case RECOAT_KEY_heap_live:
		return take_heap_live(load, &event->as.heap_live);
	case RECOAT_KEY_cpu_path:
		return take_cpu_path(load, &event->as.cpu_path);
	case RECOAT_KEY_cpu_total:
		take_cpu_total(load, &event->as.cpu_total);
		return 0;
	case RECOAT_KEY_mapping_path:
		return take_mapping_path(load, &event->as.mapping_path);
	case RECOAT_KEY_mapping_total:
		take_mapping_total(load, &event->as.mapping_total);
		return 0;
	}
	recoat_load_see_time(load, recoat_load_time(load, event->time));
	return recoat_load_process_event(load, event);
}

/* The packets of a stream count what it dropped so far; the last one's count is the sum. */
static void end_stream(struct recoat_load *load)
{
	load->process->packet_drops += load->drops;
	load->drops = 0;
	recoat_spans_flush(&load->model->spans);
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
		recoat_spans_flush(&load->model->spans);
	load->tid = packet->tid;
	load->lane = RECOAT_NONE;
	load->total_begun = false;
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
		show_totals(load);
	recoat_span_totals_settle(&load->model->totals, &load->model->spans);
	if (!result)
		result = end_snapshot(load);
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
