/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the model: merging processes, the heap's peak, and nested spans. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/maps.h"
#include "analyzer/model.h"
#include "tests/unit/analyzer_fixture.h"

/* A directory for one process's trace, with its metadata. */
static char *add_trace(const char *run, const char *name)
{
	char *directory = fixture_directory(run, name);

	fixture_metadata(directory);
	return directory;
}

static struct recoat_model *load(const char *path)
{
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	if (recoat_model_create(&model, path, NULL, &error))
		fail_msg("%s", error.text);
	return model;
}

static void put_module(struct fixture_packet *packet, const char *path, uint64_t start,
		       uint64_t bias)
{
	fixture_put_module_load(packet, 1100,
				&(struct recoat_module_load){.bias = bias,
							     .start = start,
							     .end = start + 0x1000,
							     .build_id = "ab",
							     .path = path});
}

static void put_path(struct fixture_packet *packet, uint32_t node, uint32_t parent, uint64_t ip)
{
	fixture_put_call_path(packet, 1200,
			      &(struct recoat_call_path){.node = node, .parent = parent, .ip = ip});
}

/* Process `pid` whose program is mapped at `base`, with the path node 2 below node 1. */
static char *add_process(const char *run, const char *name, uint32_t pid, uint64_t base)
{
	char *trace = add_trace(run, name);
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, pid, "/bin/program");
	put_module(&packet, "/bin/program", base, base);
	put_path(&packet, 1, 0, base + 0x11);
	put_path(&packet, 2, 1, base + 0x22);
	fixture_store(trace, "process", &packet);
	return trace;
}

static void add_heap(const char *trace, const char *name, const struct recoat_heap_path *counts)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	packet.head.shard = (uint32_t)atoi(name + strlen("heap-"));
	fixture_put_heap_path(&packet, 2000, counts);
	fixture_store(trace, name, &packet);
}

static void test_merges_paths_of_processes(void **state)
{
	char *first = add_process(*state, "a-1-1", 1, 0x10000);
	char *second = add_process(*state, "b-2-2", 2, 0x70000);
	struct recoat_model *model;

	add_heap(first, "heap-0-0",
		 &(struct recoat_heap_path){.path = 2, .allocations = 3, .bytes = 30});
	add_heap(second, "heap-0-0",
		 &(struct recoat_heap_path){.path = 2, .allocations = 4, .bytes = 40});
	model = load(*state);
	assert_int_equal(model->processes, 2);
	assert_int_equal(model->process[0].pid, 1);
	assert_int_equal(model->cct.nodes, 3);
	assert_int_equal(model->cct.node[2].parent, 1);
	assert_int_equal(model->cct.node[2].heap.allocations, 7);
	assert_int_equal(model->cct.node[2].heap.bytes, 70);
	/* The frame is where the call stands, one byte before the return address. */
	assert_int_equal(model->cct.frame[model->cct.node[2].frame].offset, 0x21);
	assert_int_equal(model->heap.bytes, 70);
	recoat_model_destroy(model);
	free(first);
	free(second);
}

static void test_takes_the_peak_by_epoch(void **state)
{
	char *trace = add_process(*state, "a-1-1", 1, 0x10000);
	struct fixture_packet packet;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_total(&packet, 2000,
			       &(struct recoat_heap_total){
				       .live = 10, .peak = 500, .epoch = 7, .peak_time = 1500});
	fixture_store(trace, "heap-total", &packet);
	/* Touched since the peak: what was saved counts. Not touched: what is live counts. */
	add_heap(trace, "heap-0-0",
		 &(struct recoat_heap_path){
			 .path = 2, .epoch = 7, .bytes = 1000, .freed_bytes = 900, .at_peak = 450});
	add_heap(trace, "heap-1-0",
		 &(struct recoat_heap_path){
			 .path = 2, .epoch = 6, .bytes = 60, .freed_bytes = 10, .at_peak = 9999});
	/* Touched since a snapshot that was taken after the peak. */
	add_heap(trace, "heap-2-0",
		 &(struct recoat_heap_path){.path = 2, .epoch = 9, .bytes = 11, .at_peak = 5});
	model = load(*state);
	assert_int_equal(model->cct.node[2].heap.at_peak, 505);
	assert_int_equal(recoat_heap_counts_live(&model->cct.node[2].heap), 161);
	assert_int_equal(model->process[0].heap_peak, 500);
	assert_int_equal(model->process[0].heap_peak_time, 500);
	assert_int_equal(model->process[0].heap_shards, 3);
	recoat_model_destroy(model);
	free(trace);
}

static void test_tells_modules_at_one_address_apart(void **state)
{
	char *trace = add_trace(*state, "a-1-1");
	struct fixture_packet packet;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/program");
	put_module(&packet, "/lib/first.so", 0x10000, 0x10000);
	put_path(&packet, 1, 0, 0x10010);
	fixture_put_module_unload(&packet, 1200, &(struct recoat_module_unload){.start = 0x10000});
	put_path(&packet, 2, 0, 0x10010);
	put_module(&packet, "/lib/second.so", 0x10000, 0xf000);
	put_path(&packet, 3, 0, 0x10010);
	fixture_store(trace, "process", &packet);
	model = load(*state);
	assert_int_equal(model->cct.nodes, 4);
	assert_string_equal(
		model->cct.module[model->cct.frame[model->cct.node[1].frame].module].path,
		"/lib/first.so");
	assert_int_equal(model->cct.frame[model->cct.node[2].frame].module, 0);
	assert_int_equal(model->cct.frame[model->cct.node[2].frame].offset, 0x1000f);
	assert_string_equal(
		model->cct.module[model->cct.frame[model->cct.node[3].frame].module].path,
		"/lib/second.so");
	assert_int_equal(model->cct.frame[model->cct.node[3].frame].offset, 0x100f);
	recoat_model_destroy(model);
	free(trace);
}

static void test_hides_frames_of_the_runtime(void **state)
{
	char *trace = add_trace(*state, "a-1-1");
	struct fixture_packet packet;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/program");
	put_module(&packet, "/bin/program", 0x10000, 0x10000);
	put_module(&packet, "/usr/lib/librecoat.so", 0x20000, 0x20000);
	put_path(&packet, 1, 0, 0x10010);
	put_path(&packet, 2, 1, 0x20010);
	put_path(&packet, 3, 2, 0x10020);
	fixture_store(trace, "process", &packet);
	model = load(*state);
	assert_int_equal(model->cct.nodes, 3);
	assert_int_equal(model->cct.node[2].parent, 1);
	recoat_model_destroy(model);
	free(trace);
}

/* A span of link 1 or 2 from `begin` to `end`. */
static void put_span(struct fixture_packet *packet, unsigned link, unsigned depth, uint64_t begin,
		     uint64_t end)
{
	fixture_put_span_costs(packet, end,
			       &(struct recoat_span_costs){.duration = end - begin,
							   .link = (uint16_t)link,
							   .depth = (uint8_t)depth,
							   .flags = RECOAT_SPAN_SIZE,
							   .path = depth ? 2 : 1,
							   .size = 10,
							   .allocations = 1,
							   .bytes = 8,
							   .peak = link * 100});
}

static char *add_span_process(const char *run)
{
	char *trace = add_trace(run, "a-1-1");
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/program");
	put_module(&packet, "/bin/program", 0x10000, 0x10000);
	put_path(&packet, 1, 0, 0x10010);
	put_path(&packet, 2, 1, 0x10020);
	fixture_put_link(&packet, 1300, 1, "outer");
	fixture_put_link(&packet, 1300, 2, "inner");
	fixture_store(trace, "process", &packet);
	return trace;
}

static void test_nests_spans(void **state)
{
	char *trace = add_span_process(*state);
	struct fixture_packet packet;
	struct recoat_model *model;
	const struct recoat_kernel_row *outer, *inner;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_span(&packet, 2, 1, 1100, 1300);
	put_span(&packet, 2, 1, 1400, 1500);
	put_span(&packet, 1, 0, 1000, 2000); /* Encloses both. */
	put_span(&packet, 2, 0, 3000, 3050);
	fixture_store(trace, "spans-0", &packet);
	model = load(*state);
	outer = &model->kernel[0];
	inner = &model->kernel[1];
	assert_string_equal(outer->kernel, "outer");
	assert_int_equal(outer->sums.calls, 1);
	assert_int_equal(outer->sums.time, 1000);
	assert_int_equal(outer->self_time, 700);
	assert_int_equal(inner->sums.calls, 3);
	assert_int_equal(inner->sums.time, 350);
	assert_int_equal(inner->self_time, 350);
	assert_int_equal(inner->sums.time_min, 50);
	assert_int_equal(inner->sums.time_max, 200);
	assert_int_equal(inner->sums.size, 30);
	assert_int_equal(inner->sums.peak, 200);
	assert_int_equal(recoat_model_span_total(model).time, 1050);
	assert_int_equal(model->spans.count, 3);
	assert_int_equal(model->spans.orphans, 0);
	recoat_model_destroy(model);
	free(trace);
}

static void put_total(struct fixture_packet *packet, unsigned link, unsigned outer, uint64_t count,
		      uint64_t time)
{
	fixture_put_span_total(packet, 1000,
			       &(struct recoat_span_total){.path = outer ? 2 : 1,
							   .outer_path = outer ? 1 : 0,
							   .link = (uint16_t)link,
							   .outer = (uint16_t)(outer ? outer + 1 : 0),
							   .depth = outer != 0,
							   .count = count,
							   .time = time,
							   .time_min = 5,
							   .time_max = 100,
							   .size_count = count,
							   .size = 10 * count,
							   .size_min = 10,
							   .size_max = 10});
}

/* Written spans, sums, and a sample of those that are summed up: each is counted once. */
static void test_adds_sums_to_spans(void **state)
{
	char *trace = add_span_process(*state);
	struct fixture_packet packet;
	struct recoat_model *model;
	const struct recoat_kernel_row *outer, *inner;
	const struct recoat_span sample = {
		.duration = 30, .link = 1, .path = 1, .flags = RECOAT_SPAN_SAMPLE | 1 << 5};

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_span(&packet, 2, 1, 1100, 1300);
	put_span(&packet, 1, 0, 1000, 2000);
	fixture_put_span(&packet, 3000, &sample);
	fixture_store(trace, "spans-0", &packet);
	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_total(&packet, 2, 1, 4, 100); /* Before what is around it. */
	put_total(&packet, 1, 0, 3, 500);
	put_total(&packet, 2, 2, 7, 70); /* In a span that was lost. */
	put_total(&packet, 1, 0, 0, 0);  /* Not yet counted. */
	fixture_store(trace, "sums-0-0", &packet);
	model = load(*state);
	outer = &model->kernel[0];
	inner = &model->kernel[1];
	assert_int_equal(outer->sums.calls, 4);
	assert_int_equal(outer->sums.summed, 3);
	assert_int_equal(outer->sums.time, 1500);
	assert_int_equal(outer->self_time, 1500 - 300);
	assert_int_equal(outer->sums.size, 40);
	assert_int_equal(outer->sums.time_min, 5);
	assert_int_equal(outer->sums.time_max, 1000);
	assert_int_equal(inner->sums.calls, 12);
	assert_int_equal(inner->sums.time, 370);
	assert_int_equal(model->spans.orphans, 7);
	assert_int_equal(model->spans.count, 3);
	recoat_model_destroy(model);
	free(trace);
}

static void put_period(struct fixture_packet *packet, uint64_t begin, uint64_t end, uint32_t first,
		       uint32_t latest)
{
	fixture_put_span_period(packet, 1000,
				&(struct recoat_span_period){.begin = begin,
							     .end = end,
							     .first_thread = first,
							     .latest_thread = latest});
}

/* Those without a span_period, as older recordings have them, are on no lane. */
static void test_shows_when_sums_began_and_ended(void **state)
{
	char *trace = add_span_process(*state);
	struct fixture_packet packet;
	struct recoat_error error = {""};
	const struct recoat_lane *lane;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_total(&packet, 1, 0, 3, 500);
	put_period(&packet, 2000, 9000, 77, 77);
	put_total(&packet, 1, 0, 0, 0); /* Not yet counted. */
	put_period(&packet, 1, 99999, 77, 77);
	put_total(&packet, 1, 0, 5, 50);
	put_total(&packet, 2, 1, 4, 100);
	put_period(&packet, 3000, 4000, 77, 78);
	fixture_store(trace, "sums-0-0", &packet);
	assert_int_equal(recoat_model_create_with_lanes(&model, *state, NULL, &error), 0);
	assert_int_equal(model->kernel[0].sums.calls, 8);
	assert_int_equal(model->process[0].last, 9000);
	assert_int_equal(model->lanes.count, 1);
	lane = &model->lanes.lane[0];
	assert_int_equal(lane->tid, 77);
	assert_int_equal(lane->sums, 2);
	assert_int_equal(lane->sum[0].kernel, 0);
	assert_int_equal(lane->sum[0].outer, RECOAT_NONE);
	assert_int_equal(lane->sum[0].calls, 3);
	assert_int_equal(lane->sum[0].time, 500);
	assert_int_equal(lane->sum[0].begin, 2000);
	assert_int_equal(lane->sum[0].end, 9000);
	assert_false(lane->sum[0].handed_on);
	assert_int_equal(lane->sum[1].kernel, 1);
	assert_int_equal(lane->sum[1].outer, 0);
	assert_int_equal(lane->sum[1].depth, 1);
	assert_true(lane->sum[1].handed_on);
	recoat_model_destroy(model);
	free(trace);
}

static void test_refuses_a_period_of_nothing(void **state)
{
	char *trace = add_span_process(*state);
	struct fixture_packet packet;
	struct recoat_model *model;
	struct recoat_error error;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_total(&packet, 1, 0, 3, 500);
	put_period(&packet, 2000, 9000, 77, 77);
	put_period(&packet, 2000, 9000, 77, 77);
	fixture_store(trace, "sums-0-0", &packet);
	assert_true(recoat_model_create(&model, *state, NULL, &error) < 0);
	assert_non_null(strstr(error.text, "a span_period without a span_total before it"));
	free(trace);
}

static void test_counts_recursion_once(void **state)
{
	char *trace = add_span_process(*state);
	struct fixture_packet packet;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_span(&packet, 1, 2, 1200, 1300);
	put_span(&packet, 1, 1, 1100, 1400);
	put_span(&packet, 1, 0, 1000, 2000);
	fixture_store(trace, "spans-0", &packet);
	model = load(*state);
	assert_int_equal(model->kernel[0].sums.calls, 3);
	assert_int_equal(model->kernel[0].sums.time, 1000);
	assert_int_equal(model->kernel[0].self_time, 1000);
	assert_int_equal(model->kernel[0].sums.bytes, 8);
	recoat_model_destroy(model);
	free(trace);
}

static void test_keeps_spans_whose_outer_one_is_lost(void **state)
{
	char *trace = add_span_process(*state);
	struct fixture_packet packet;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_span(&packet, 2, 1, 1100, 1300); /* Its outer one was dropped... */
	put_span(&packet, 1, 0, 2000, 3000); /* ...for this began later. */
	put_span(&packet, 2, 1, 4000, 4010); /* Killed before the outer one ended. */
	fixture_store(trace, "spans-0", &packet);
	model = load(*state);
	assert_int_equal(model->spans.orphans, 2);
	assert_int_equal(model->kernel[0].self_time, 1000);
	assert_int_equal(model->kernel[1].sums.time, 210);
	recoat_model_destroy(model);
	free(trace);
}

static void test_refuses_spans_of_unknown_links(void **state)
{
	char *trace = add_span_process(*state);
	struct recoat_model *model;
	struct fixture_packet packet;
	struct recoat_error error;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_span(&packet, 9, 0, 1000, 2000);
	fixture_store(trace, "spans-0", &packet);
	assert_true(recoat_model_create(&model, *state, NULL, &error) < 0);
	assert_non_null(strstr(error.text, "a span of link 9"));
	free(trace);
}

static void test_refuses_recordings_without_a_start(void **state)
{
	struct recoat_model *model;
	struct recoat_error error;

	free(add_trace(*state, "a-1-1"));
	assert_true(recoat_model_create(&model, *state, NULL, &error) < 0);
	assert_non_null(strstr(error.text, "no process_start event, expected it first"));
}

static void test_tells_how_processes_ended(void **state)
{
	char *first = add_process(*state, "a-1-1", 1, 0x10000);
	char *second = add_process(*state, "b-2-2", 2, 0x10000);
	struct fixture_packet packet;
	struct recoat_model *model;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	fixture_put_process_end(&packet, 5000,
				&(struct recoat_process_end){.user_time = 3, .system_time = 4});
	fixture_store(second, "process.live", &packet);
	model = load(*state);
	assert_false(model->process[0].ended);
	assert_true(model->process[1].ended);
	assert_int_equal(model->process[1].user_time, 3);
	assert_int_equal(recoat_model_duration(model), 4000);
	recoat_model_destroy(model);
	free(first);
	free(second);
}

static void test_maps_drop_what_is_overlapped(void **state)
{
	struct recoat_maps maps = {0};

	(void)state;
	recoat_maps_load(&maps, &(struct recoat_mapping){.start = 100, .end = 200, .module = 1});
	recoat_maps_load(&maps, &(struct recoat_mapping){.start = 300, .end = 400, .module = 2});
	recoat_maps_load(&maps, &(struct recoat_mapping){.start = 200, .end = 300, .module = 3});
	assert_int_equal(maps.count, 3);
	assert_int_equal(recoat_maps_borrow(&maps, 200)->module, 3);
	assert_int_equal(recoat_maps_borrow(&maps, 199)->module, 1);
	recoat_maps_load(&maps, &(struct recoat_mapping){.start = 150, .end = 250, .module = 4});
	assert_int_equal(maps.count, 2);
	assert_null(recoat_maps_borrow(&maps, 100));
	assert_int_equal(recoat_maps_borrow(&maps, 249)->module, 4);
	recoat_maps_unload(&maps, 151);
	assert_int_equal(maps.count, 2);
	recoat_maps_unload(&maps, 150);
	assert_null(recoat_maps_borrow(&maps, 150));
	recoat_maps_fini(&maps);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_merges_paths_of_processes),
		TEST(test_takes_the_peak_by_epoch),
		TEST(test_tells_modules_at_one_address_apart),
		TEST(test_hides_frames_of_the_runtime),
		TEST(test_nests_spans),
		TEST(test_adds_sums_to_spans),
		TEST(test_shows_when_sums_began_and_ended),
		TEST(test_refuses_a_period_of_nothing),
		TEST(test_counts_recursion_once),
		TEST(test_keeps_spans_whose_outer_one_is_lost),
		TEST(test_refuses_spans_of_unknown_links),
		TEST(test_refuses_recordings_without_a_start),
		TEST(test_tells_how_processes_ended),
		TEST(test_maps_drop_what_is_overlapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
