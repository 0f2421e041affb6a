/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a recording with every kind of event into a directory, for tests/run/analyzer_dump.sh. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/analyzer_fixture.h"

/* Every character that a quoted string may have to escape. */
static const char awkward[] = "\a\b\f\n\r\t\v\"\\ ? '%s' \x01\x1f\x7f \xc3\xa9";

static void write_process(const char *trace)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 4000000000u, "/bin/program");
	fixture_put_argument(&packet, 1000, &(struct recoat_argument){.index = 1, .value = ""});
	fixture_put_setting(&packet, 1000,
			    &(struct recoat_setting){.name = "RECOAT_X", .value = awkward});
	fixture_put_module_load(&packet, 1000,
				&(struct recoat_module_load){.bias = 0xabcdef0123456789,
							     .start = 0x1000,
							     .end = 0x2000,
							     .build_id = "00ff",
							     .path = "/bin/program"});
	fixture_put_module_unload(&packet, 1000, &(struct recoat_module_unload){.start = 0});
	fixture_put_kernel_link(&packet, 1000,
				&(struct recoat_kernel_link){.link = 1,
							     .entry = 0x10,
							     .kernel = "k",
							     .operation = "o",
							     .abi = "c",
							     .implementation = "original",
							     .symbol = "s",
							     .mechanism = "got"});
	fixture_put_plugin_note(
		&packet, 1000,
		&(struct recoat_plugin_note){.plugin = "p", .kind = "log", .text = awkward});
	fixture_put_counter(&packet, 1000,
			    &(struct recoat_counter){.plugin = "p", .name = "hits", .value = -7});
	fixture_put_plugin_count(&packet, 1000,
				 &(struct recoat_plugin_count){.value = 9,
							       .plugin = "p",
							       .name = "misses",
							       .padding = " "});
	fixture_put_mismatch(&packet, 1000,
			     &(struct recoat_mismatch){.plugin = "p",
						       .kernel = "k",
						       .abi = "c",
						       .what = "w",
						       .size = 3,
						       .values = 2,
						       .differing = 1,
						       .max_absolute = 0.1,
						       .max_relative = 1e-300});
	fixture_put_thread_name(&packet, 1000,
				&(struct recoat_thread_name){.tid = 1, .name = awkward});
	fixture_put_heap_recording(
		&packet, 1000, &(struct recoat_heap_recording){.level = "sample", .period = 4096});
	fixture_store(trace, "process", &packet);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	fixture_put_call_path(&packet, 2000,
			      &(struct recoat_call_path){.node = 1, .ip = UINT64_MAX});
	fixture_put_heap_sample(&packet, 2000,
				&(struct recoat_heap_sample){.live = 1, .peak = UINT64_MAX});
	fixture_put_dropped(&packet, 2000,
			    &(struct recoat_dropped){.count = 2, .reason = "of no room"});
	fixture_put_hook_refused(
		&packet, 2000,
		&(struct recoat_hook_refused){
			.kernel = "k", .symbol = "s", .module = "m", .reason = "because"});
	fixture_put_call_path_counts(&packet, 2000,
				     &(struct recoat_call_path_counts){.lookups = 1,
								       .unwound = 2,
								       .verified = 3,
								       .disagreements = 4,
								       .incomplete = 5,
								       .truncated = 6});
	fixture_put_call_path_fallback(&packet, 2000,
				       &(struct recoat_call_path_fallback){
					       .met = 7, .completed = 6, .library = "libother.so"});
	fixture_put_cpu_sampling(
		&packet, 2000,
		&(struct recoat_cpu_sampling){.period_ns = 1003009, .signal = 62, .stopped = ""});
	fixture_put_process_end(&packet, 3000,
				&(struct recoat_process_end){.user_time = 1, .max_resident = 2});
	fixture_store(trace, "process.live", &packet);
}

static void write_spans(const char *trace)
{
	struct fixture_packet packet;

	for (uint64_t i = 0; i < 100; i++) {
		fixture_begin(&packet, RECOAT_STREAM_SPANS, i);
		packet.head.time_begin = 3000 + i * 100;
		packet.head.time_end = 3000 + i * 100 + 99;
		fixture_put_span(&packet, 3001 + i * 100,
				 &(struct recoat_span){.duration = i, .link = 1, .depth = 255});
		fixture_put_span_costs(&packet, 3002 + i * 100,
				       &(struct recoat_span_costs){.duration = i,
								   .link = 1,
								   .flags = 255,
								   .size = UINT64_MAX,
								   .cpu_time = 3});
		fixture_store(trace, "spans-0", &packet);
	}
}

static void write_sums(const char *trace)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	packet.head.time_begin = 3000;
	fixture_put_span_total(&packet, 3000,
			       &(struct recoat_span_total){.path = 1,
							   .outer_path = UINT32_MAX,
							   .link = 1,
							   .outer = 2,
							   .depth = 7,
							   .count = 1,
							   .time_squares = 2.5,
							   .size_squares = -0.5,
							   .peak = UINT64_MAX});
	fixture_put_span_period(&packet, 3000,
				&(struct recoat_span_period){.begin = 2500,
							     .end = 2999,
							     .first_thread = 7,
							     .latest_thread = UINT32_MAX});
	fixture_put_span_histogram(
		&packet, 3000,
		&(struct recoat_span_histogram){.path = 1, .link = 1, .of = 1, .bucket = 64, .count = 3});
	fixture_store(trace, "sums-0-0", &packet);
}

static void write_heap(const char *trace)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_total(&packet, 2000,
			       &(struct recoat_heap_total){.live = -5, .peak = INT64_MIN});
	fixture_store(trace, "heap-total", &packet);
	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_path(&packet, 2000,
			      &(struct recoat_heap_path){.path = 1, .bytes = 3, .at_peak = -1});
	fixture_store(trace, "heap-0-0", &packet);
	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_snapshot(&packet, 2000,
				  &(struct recoat_heap_snapshot){.live = UINT64_MAX,
								 .blocks = 2,
								 .paths = 1,
								 .rest_paths = UINT32_MAX,
								 .rest_bytes = 3,
								 .rest_blocks = 4});
	fixture_put_heap_live(&packet, 2000,
			      &(struct recoat_heap_live){.path = 1, .bytes = 5, .blocks = 6});
	fixture_store(trace, "snapshot-7", &packet);
	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_mapping_total(&packet, 2000,
				  &(struct recoat_mapping_total){.live = 1, .peak = UINT64_MAX});
	fixture_put_mapping_path(
		&packet, 2000, &(struct recoat_mapping_path){.path = 1, .kind = 1, .bytes = 4096});
	fixture_store(trace, "mappings-0", &packet);
}

static void write_trace(const char *trace)
{
	const struct recoat_trace_alloc alloc = {
		.block = (1ull << 44) - 1, .path = UINT32_MAX, .size = 0x89abcdef};
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_TRACE, 0);
	packet.head.time_begin = 0x1fff0;
	fixture_put_trace_alloc(&packet, 0x1ffff, &alloc);
	fixture_put_trace_free(&packet, 0x20000, &(struct recoat_trace_free){.block = 1});
	fixture_put_trace_kept(&packet, 0x20000, &(struct recoat_trace_kept){.block = 1});
	fixture_put_trace_alloc_large(&packet, 0x20001,
				      &(struct recoat_trace_alloc_large){
					      .block = 5, .path = 1, .size = 0x123456789abcdef});
	fixture_store(trace, "trace-0", &packet);
}

static void write_cpu(const char *trace)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_CPU, 0);
	fixture_put_cpu_total(
		&packet, 2000,
		&(struct recoat_cpu_total){.samples = 2, .periods = 6, .in_runtime = 2, .lost = 1});
	fixture_put_cpu_path(
		&packet, 2000,
		&(struct recoat_cpu_path){.path = 1, .link = 2, .samples = 3, .periods = 4});
	fixture_store(trace, "cpu-0-0", &packet);
}

int main(int argc, char **argv)
{
	char *trace;

	if (argc != 2) {
		fprintf(stderr, "usage: analyzer_example DIR\n");
		return 2;
	}
	trace = fixture_directory(argv[1], "program-1-1");
	fixture_metadata(trace);
	write_process(trace);
	write_spans(trace);
	write_sums(trace);
	write_heap(trace);
	write_cpu(trace);
	write_trace(trace);
	free(trace);
	return 0;
}
