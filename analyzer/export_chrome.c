/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For chrome://tracing and Perfetto: the Trace Event Format, spans by thread, those that were summed
 * up, and live memory.
 */
#include "analyzer/export.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/format.h"
#include "analyzer/model.h"
#include "analyzer/numbers.h"
#include "analyzer/report_json.h"
#include "analyzer/trace.h"

/* Spans go from the recording to the file one by one: no model holds them all. */
struct writer {
	FILE *file;
	const struct recoat_process *process;
	const struct recoat_metadata *metadata;
	int64_t origin; /* Times are from here on. */
	bool first;     /* Nothing was written yet. */
	uint32_t tid;
	const struct recoat_filter *filter; /* NULL: all is written. */
	struct recoat_numbers link; /* Numbers of links to rows of kernels, in order of coming. */
	struct recoat_strings strings;
	const char **name, **operation;
	size_t names, name_room, operation_room;
	struct recoat_span_total total; /* Waits for its span_period; of no count if none does. */
	uint64_t sums;                  /* Numbers what is shown of these. */
};

/* Microseconds with all their nanoseconds, which is what readers of this format take. */
static void put_time(struct writer *writer, const char *key, uint64_t nano)
{
	fprintf(writer->file, ", \"%s\": %" PRIu64 ".%03u", key, nano / 1000,
		(unsigned)(nano % 1000));
}

static void begin_event(struct writer *writer, const char *phase, const char *name)
{
	fprintf(writer->file, "%s{\"ph\": \"%s\", \"pid\": %" PRIu32 ", \"name\": ",
		writer->first ? "\n" : ",\n", phase, writer->process->pid);
	put(writer->file, text(name));
	writer->first = false;
}

static void put_span(struct writer *writer, uint32_t row, uint64_t end,
		     const struct recoat_span_costs *span)
{
	uint64_t length = recoat_clock_duration(&writer->metadata->span, span->duration);
	uint64_t begin = (uint64_t)recoat_clock_time(&writer->metadata->span, end) - length -
			 (uint64_t)writer->origin;

	begin_event(writer, "X", writer->name[row]);
	fputs(", \"cat\": ", writer->file);
	put(writer->file, text(writer->operation[row]));
	fprintf(writer->file, ", \"tid\": %" PRIu32, writer->tid);
	/* A span may have begun before the first event of the recording. */
	put_time(writer, "ts", (int64_t)begin < 0 ? 0 : begin);
	put_time(writer, "dur", length);
	fprintf(writer->file, ", \"args\": {\"depth\": %u", span->depth);
	if (span->flags & RECOAT_SPAN_SIZE)
		fprintf(writer->file, ", \"N\": %" PRIu64, span->size);
	if (span->flags & RECOAT_SPAN_CPU)
		fprintf(writer->file, ", \"cpu_ns\": %" PRIu64, span->cpu_time);
	if (span->allocations)
		fprintf(writer->file,
			", \"allocations\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"peak\": %" PRIu64,
			span->allocations, span->bytes, span->peak);
	if (span->flags & RECOAT_SPAN_UNWOUND)
		fputs(", \"unwound\": true", writer->file);
	if (span->flags & RECOAT_SPAN_SAMPLE)
		fputs(", \"also_summed_up\": true", writer->file);
	fputs("}}", writer->file);
}

static bool is_wanted(const struct writer *writer, uint64_t end)
{
	const struct recoat_filter *filter = writer->filter;

	return !filter ||
	       (recoat_filter_has_thread(filter, writer->tid) &&
		recoat_filter_has_time(filter, recoat_clock_time(&writer->metadata->span, end)));
}

static int take_span(struct writer *writer, uint64_t end, const struct recoat_span_costs *span)
{
	uint32_t row = recoat_numbers_get(&writer->link, span->link);

	/* The model was made of the same file, so this has been checked; but it may have grown. */
	if (row != RECOAT_NONE && is_wanted(writer, end))
		put_span(writer, row, end, span);
	return 0;
}

/* ---- Spans that were summed up. ---- */

/* From the begin of the run on; what began before its first event, then. */
static uint64_t since_origin(const struct writer *writer, uint64_t ticks)
{
	int64_t time = recoat_clock_time(&writer->metadata->span, ticks);

	return time > writer->origin ? (uint64_t)time - (uint64_t)writer->origin : 0;
}

/* An event named "1,000 calls of KERNEL summed up, total 3.1 ms". */
static void begin_sum(struct writer *writer, const char *phase, const char *kernel)
{
	const struct recoat_span_total *total = &writer->total;
	uint64_t time = recoat_clock_duration(&writer->metadata->span, total->time);
	char *name = recoat_asprintf("%s calls of %s summed up, total %s",
				     recoat_format_count(total->count).text, kernel,
				     recoat_format_time(time).text);

	begin_event(writer, phase, name);
	free(name);
}

static void put_sum_arguments(struct writer *writer, const char *kernel)
{
	const struct recoat_span_total *total = &writer->total;
	uint32_t outer = total->outer ? recoat_numbers_get(&writer->link, total->outer - 1u)
				      : RECOAT_NONE;

	fputs(", \"args\": {\"kernel\": ", writer->file);
	put(writer->file, text(kernel));
	fprintf(writer->file, ", \"calls\": %" PRIu64 ", \"total_ns\": %" PRIu64 ", \"depth\": %u",
		total->count, recoat_clock_duration(&writer->metadata->span, total->time),
		total->depth);
	if (outer != RECOAT_NONE) {
		fputs(", \"in\": ", writer->file);
		put(writer->file, text(writer->name[outer]));
	}
}

/* From the first to the last of them, on a track of its own: single ones are not known. */
static void put_timed_sum(struct writer *writer, const char *kernel,
			  const struct recoat_span_period *period)
{
	for (int end = 0; end < 2; end++) {
		begin_sum(writer, end ? "e" : "b", kernel);
		fprintf(writer->file,
			", \"cat\": \"summed up\", \"id\": %" PRIu64 ", \"tid\": %" PRIu32,
			writer->sums, period->first_thread);
		put_time(writer, "ts", since_origin(writer, end ? period->end : period->begin));
		if (!end) {
			put_sum_arguments(writer, kernel);
			if (period->latest_thread != period->first_thread)
				fprintf(writer->file, ", \"latest_thread\": %" PRIu32,
					period->latest_thread);
			putc('}', writer->file);
		}
		putc('}', writer->file);
	}
	writer->sums++;
}

/* Recordings of older versions do not say when: a mark at the begin of the process tells them. */
static void put_untimed_sum(struct writer *writer, const char *kernel)
{
	uint64_t begin = (uint64_t)writer->process->first - (uint64_t)writer->origin;

	begin_sum(writer, "i", kernel);
	fputs(", \"cat\": \"summed up\", \"s\": \"p\"", writer->file);
	put_time(writer, "ts", begin);
	put_sum_arguments(writer, kernel);
	fputs(", \"when\": \"not recorded\"}}", writer->file);
}

/* The sum that waits is complete; `period` is NULL if none came. */
static void end_sum(struct writer *writer, const struct recoat_span_period *period)
{
	uint32_t row = recoat_numbers_get(&writer->link, writer->total.link);

	if (!writer->total.count)
		return;
	if (row != RECOAT_NONE && period)
		put_timed_sum(writer, writer->name[row], period);
	else if (row != RECOAT_NONE)
		put_untimed_sum(writer, writer->name[row]);
	writer->total.count = 0;
}

static int take_sum(void *user, const struct recoat_event *event)
{
	struct writer *writer = user;

	if (writer->filter) /* They are of the whole run. */
		return 0;
	if (event->key == RECOAT_KEY_span_period)
		end_sum(writer, &event->as.span_period);
	if (event->key != RECOAT_KEY_span_total)
		return 0;
	end_sum(writer, NULL);
	writer->total = event->as.span_total;
	return 0;
}

/* ---- A process. ---- */

static void take_link(struct writer *writer, const struct recoat_kernel_link *link)
{
	bool original = !strcmp(link->implementation, "original");
	char *name = original ? recoat_strdup(link->kernel)
			      : recoat_asprintf("%s by %s", link->kernel, link->implementation);

	writer->name = recoat_grow(writer->name, writer->names, &writer->name_room,
				   sizeof(*writer->name));
	writer->operation = recoat_grow(writer->operation, writer->names, &writer->operation_room,
					sizeof(*writer->operation));
	writer->name[writer->names] = recoat_strings_intern(&writer->strings, name);
	writer->operation[writer->names] =
		recoat_strings_intern(&writer->strings, link->operation);
	recoat_numbers_put(&writer->link, link->link, (uint32_t)writer->names++);
	free(name);
}

static int take_event(void *user, const struct recoat_event *event)
{
	const struct recoat_span *span = &event->as.span;

	if (event->key == RECOAT_KEY_kernel_link)
		take_link(user, &event->as.kernel_link);
	if (event->key == RECOAT_KEY_span_costs)
		return take_span(user, event->time, &event->as.span_costs);
	if (event->key == RECOAT_KEY_span)
		return take_span(user, event->time,
				 &(struct recoat_span_costs){.duration = span->duration,
							     .link = span->link,
							     .depth = span->depth,
							     .flags = span->flags,
							     .size = span->size});
	return 0;
}

static int take_packet(void *user, const struct recoat_packet *packet)
{
	((struct writer *)user)->tid = packet->tid;
	return 0;
}

static void put_process_name(struct writer *writer)
{
	begin_event(writer, "M", "process_name");
	fputs(", \"args\": {\"name\": ", writer->file);
	put(writer->file, text(recoat_module_name(writer->process->program)));
	fputs("}}", writer->file);
}

static void put_memory(struct writer *writer)
{
	const struct recoat_process *process = writer->process;

	for (size_t i = 0; i < process->samples; i++) {
		uint64_t time = (uint64_t)recoat_add(process->first, (int64_t)process->sample[i].time);

		if (writer->filter && !recoat_filter_has_time(writer->filter, (int64_t)time))
			continue;
		begin_event(writer, "C", "live heap");
		put_time(writer, "ts", time - (uint64_t)writer->origin);
		fprintf(writer->file, ", \"args\": {\"bytes\": %" PRIu64 "}}",
			process->sample[i].live);
	}
}

static int put_process(struct writer *writer, struct recoat_error *error)
{
	const struct recoat_visitor visitor = {
		.user = writer, .packet = take_packet, .event = take_event};
	const struct recoat_visitor sums = {.user = writer, .event = take_sum};
	struct recoat_trace *trace;
	int result = recoat_trace_open(writer->process->trace, &trace, error);

	if (result)
		return result;
	writer->metadata = recoat_trace_metadata(trace);
	put_process_name(writer);
	put_memory(writer);
	result = recoat_trace_read(trace, RECOAT_PART_PROCESS, &visitor, error);
	if (!result)
		result = recoat_trace_read(trace, RECOAT_PART_SPANS, &visitor, error);
	if (!result)
		result = recoat_trace_read(trace, RECOAT_PART_SUMS, &sums, error);
	end_sum(writer, NULL);
	recoat_trace_close(trace);
	recoat_numbers_fini(&writer->link);
	writer->link = (struct recoat_numbers){0};
	return result;
}

int recoat_export_chrome(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_model *model = from->model;
	struct writer writer = {
		.file = file, .first = true, .origin = recoat_model_origin(model),
		.filter = model->filter};
	int result = 0;

	fputs("{\"displayTimeUnit\": \"ns\", \"otherData\": {\"exporter\": \"recoat " RECOAT_VERSION
	      "\"},\n\"traceEvents\": [",
	      file);
	for (size_t i = 0; !result && i < model->processes; i++) {
		writer.process = &model->process[i];
		if (!from->process || from->process == writer.process)
			result = put_process(&writer, error);
	}
	fputs("\n]}\n", file);
	free(writer.name);
	free(writer.operation);
	recoat_strings_fini(&writer.strings);
	return result;
}
