/* SPDX-License-Identifier: Apache-2.0 */
/* The span streams: single spans, and those that the runtime has summed up. */
#include "analyzer/load_state.h"

#include <errno.h>

#include "analyzer/error.h"

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
		load->lane =
			recoat_lanes_find(&load->model->lanes, load->process->trace, load->tid);
	recoat_lanes_add(&load->model->lanes, load->lane, span->depth, &piece);
}

/*
 * Is the span in the part of the recording that is looked at? What ended before that is still no
 * time of the span around it, which may not have; what ends after it has nothing in it around it.
 */
static bool is_seen(struct recoat_load *load, const struct recoat_span_in *span, int64_t end,
		    unsigned flags)
{
	const struct recoat_filter *filter = load->model->filter;

	if (!filter)
		return true;
	if (load->left_out)
		return false;
	if (end < filter->begin && !(flags & (RECOAT_SPAN_SAMPLE | RECOAT_SPAN_APART)))
		recoat_spans_add_hidden(&load->model->spans, span);
	return recoat_filter_has_time(filter, end);
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
	if (!is_seen(load, span, end, event->flags))
		return 0;
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
	load->total_skipped = !event->count || load->model->filter;
	if (!event->count) /* The process was killed before it could count the first. */
		return 0;
	if (load->model->filter) {
		load->model->left_out.summed_calls += event->count;
		return 0;
	}
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
	if (load->total_skipped)
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

static int take_span_histogram(struct recoat_load *load, const struct recoat_span_histogram *event)
{
	uint32_t kernel = recoat_numbers_get(&load->link, event->link);

	if (kernel == RECOAT_NONE)
		return refuse_link(load, event->link);
	if (load->model->filter)
		return 0;
	if (event->of >= RECOAT_HISTOGRAMS || event->bucket >= RECOAT_BUCKETS)
		return recoat_error_set(
			load->error, -EINVAL,
			"%s: bucket %u of histogram %u, expected one below %u of one "
			"below %u",
			load->process->trace, event->bucket, event->of, RECOAT_BUCKETS,
			RECOAT_HISTOGRAMS);
	recoat_histograms_of(&load->model->histograms, kernel)->count[event->of][event->bucket] +=
		event->count;
	return 0;
}

void recoat_load_show_totals(struct recoat_load *load)
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

int recoat_load_span_event(struct recoat_load *load, const struct recoat_event *event)
{
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
	}
	return 0;
}
