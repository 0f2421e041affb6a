/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of kernels, one by one: inner ones come first, so they wait for what is around. */
#include "analyzer/calls.h"

#include <errno.h>
#include <stdlib.h>

#include "analyzer/error.h"
#include "analyzer/event.h"
#include "analyzer/memory.h"
#include "analyzer/metadata.h"
#include "analyzer/numbers.h"
#include "analyzer/run.h"
#include "analyzer/strings.h"
#include "analyzer/trace.h"

struct waiting {
	const char *kernel;
	uint64_t time;
	unsigned depth;
};

struct reading {
	recoat_call_taker *take;
	void *user;
	struct recoat_error *error;
	const char *trace;
	const struct recoat_metadata *metadata;
	struct recoat_strings strings;
	const char **kernel; /* By a number of our own, */
	size_t kernels, room;
	struct recoat_numbers link; /* which a link has here. */
	struct recoat_map summed;   /* Kernels of which not all calls were written. */
	struct waiting *waiting;
	size_t waits, waiting_room;
};

static int take_process_event(void *user, const struct recoat_event *event)
{
	struct reading *reading = user;

	if (event->key != RECOAT_KEY_kernel_link)
		return 0;
	reading->kernel = recoat_grow(reading->kernel, reading->kernels, &reading->room,
				      sizeof(*reading->kernel));
	recoat_numbers_put(&reading->link, event->as.kernel_link.link, (uint32_t)reading->kernels);
	reading->kernel[reading->kernels++] =
		recoat_strings_intern(&reading->strings, event->as.kernel_link.kernel);
	return 0;
}

static int take_total(void *user, const struct recoat_event *event)
{
	struct reading *reading = user;
	uint32_t kernel;

	if (event->key != RECOAT_KEY_span_total)
		return 0;
	kernel = recoat_numbers_get(&reading->link, event->as.span_total.link);
	if (kernel != RECOAT_NONE)
		recoat_map_put(&reading->summed, (uintptr_t)reading->kernel[kernel], 0, 0);
	return 0;
}

static bool is_summed(const struct reading *reading, const char *kernel)
{
	return recoat_map_get(&reading->summed, (uintptr_t)kernel, 0) != RECOAT_NONE;
}

static void flush(struct reading *reading)
{
	for (size_t i = 0; i < reading->waits; i++)
		reading->take(reading->user, reading->waiting[i].kernel, reading->waiting[i].time);
	reading->waits = 0;
}

/*
 * What waits at a greater depth ran inside this call: those are the last ones. Of other kernels
 * they stay, and can now be inside what is around this call only.
 */
static void end_inner(struct reading *reading, const char *kernel, unsigned depth)
{
	struct waiting *waiting = reading->waiting;
	size_t first = reading->waits, kept;

	while (first && waiting[first - 1].depth > depth)
		first--;
	kept = first;
	for (size_t i = first; i < reading->waits; i++) {
		if (waiting[i].kernel == kernel)
			continue;
		waiting[kept] = waiting[i];
		waiting[kept++].depth = depth;
	}
	reading->waits = kept;
}

static void take_call(struct reading *reading, const char *kernel, uint64_t time, unsigned depth)
{
	end_inner(reading, kernel, depth);
	/* Around it may be a call that was not written. */
	if (depth && is_summed(reading, kernel))
		return;
	if (!depth) {
		reading->take(reading->user, kernel, time);
		flush(reading);
	} else if (reading->waits < RECOAT_CALLS_WAITING) {
		reading->waiting = recoat_grow(reading->waiting, reading->waits,
					       &reading->waiting_room, sizeof(*reading->waiting));
		reading->waiting[reading->waits++] =
			(struct waiting){.kernel = kernel, .time = time, .depth = depth};
	}
}

static int take_span(void *user, const struct recoat_event *event)
{
	struct reading *reading = user;
	bool costs = event->key == RECOAT_KEY_span_costs;
	unsigned link = costs ? event->as.span_costs.link : event->as.span.link;
	unsigned depth = costs ? event->as.span_costs.depth : event->as.span.depth;
	uint64_t ticks = costs ? event->as.span_costs.duration : event->as.span.duration;
	uint32_t kernel = recoat_numbers_get(&reading->link, link);

	if (!costs && event->key != RECOAT_KEY_span)
		return 0;
	if (kernel == RECOAT_NONE)
		return recoat_error_set(reading->error, -EINVAL,
					"%s: a span of link %u, expected one that a kernel_link "
					"event announces",
					reading->trace, link);
	take_call(reading, reading->kernel[kernel],
		  recoat_clock_duration(&reading->metadata->span, ticks), depth);
	return 0;
}

/* A thread's spans are over. */
static int end_stream(void *user, const char *name)
{
	(void)name;
	flush(user);
	return 0;
}

static int read_trace(struct reading *reading, const char *directory)
{
	struct recoat_visitor process = {.user = reading, .event = take_process_event};
	struct recoat_visitor sums = {.user = reading, .event = take_total};
	struct recoat_visitor spans = {.user = reading, .event = take_span, .stream = end_stream};
	struct recoat_trace *trace;
	int result = recoat_trace_open(directory, &trace, reading->error);

	if (result)
		return result;
	reading->trace = directory;
	reading->metadata = recoat_trace_metadata(trace);
	result = recoat_trace_read(trace, RECOAT_PART_PROCESS, &process, reading->error);
	if (!result)
		result = recoat_trace_read(trace, RECOAT_PART_SUMS, &sums, reading->error);
	if (!result)
		result = recoat_trace_read(trace, RECOAT_PART_SPANS, &spans, reading->error);
	flush(reading);
	recoat_numbers_fini(&reading->link);
	recoat_map_fini(&reading->summed);
	reading->link = (struct recoat_numbers){0};
	reading->summed = (struct recoat_map){0};
	recoat_trace_close(trace);
	return result;
}

int recoat_calls_read(const char *path, recoat_call_taker *take, void *user,
		      struct recoat_error *error)
{
	struct reading reading = {.take = take, .user = user, .error = error};
	struct recoat_run run;
	int result = recoat_run_open(&run, path, error);

	if (result)
		return result;
	for (size_t i = 0; !result && i < run.count; i++)
		result = read_trace(&reading, run.trace[i]);
	recoat_run_close(&run);
	free(reading.waiting);
	free(reading.kernel);
	recoat_strings_fini(&reading.strings);
	return result;
}
