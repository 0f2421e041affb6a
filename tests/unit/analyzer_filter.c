/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of filters: spans and blocks of some threads, in a part of the time. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/model.h"
#include "tests/unit/analyzer_fixture.h"

static void test_reads_times(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} good[] = {{"1.5s", 1500000000},   {"200ms", 200000000}, {"30us", 30000},      {"5ns", 5},
		    {"2min", 120000000000}, {"3", 3000000000},    {"-1s", -1000000000}, {"0", 0}};
	static const char *const bad[] = {"",    "s",   "1.5x", "1 s",  "0x10", "inf",
					  "nan", "1e3", "1-2s", "--1s", "1s ",  "99999999999s"};
	struct recoat_moment moment;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_true(recoat_moment_parse(good[i].text, &moment));
		assert_int_equal(moment.ns, good[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (recoat_moment_parse(bad[i], &moment))
			fail_msg("\"%s\" was taken", bad[i]);
}

/* ---- Recordings: a process with the kernels outer, 1, and inner, 2, from 1,000 ns on. ---- */

static char *add_process(const char *run)
{
	char *trace = fixture_directory(run, "p-1-1");
	struct fixture_packet packet;

	fixture_metadata(trace);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/p");
	fixture_put_link(&packet, 1000, 1, "outer");
	fixture_put_link(&packet, 1000, 2, "inner");
	fixture_store(trace, "process", &packet);
	return trace;
}

static void put_span(struct fixture_packet *packet, unsigned link, unsigned depth, uint64_t begin,
		     uint64_t end)
{
	fixture_put_span(packet, end,
			 &(struct recoat_span){.duration = end - begin,
					       .link = (uint16_t)link,
					       .depth = (uint8_t)depth});
}

/* Thread 1: an outer span with two inner ones, then an inner one; thread 7: another outer one. */
static void add_spans(const char *trace)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	put_span(&packet, 2, 1, 1100, 1300);
	put_span(&packet, 2, 1, 1400, 1500);
	put_span(&packet, 1, 0, 1000, 2000);
	put_span(&packet, 2, 0, 3000, 3050);
	fixture_store(trace, "spans-0", &packet);
	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	packet.head.tid = 7;
	put_span(&packet, 1, 0, 2000, 5000);
	fixture_store(trace, "spans-1", &packet);
}

/* A filter by one thread, if that is not NULL, and by times. */
struct part {
	const char *thread, *since, *until;
};

static void set(struct recoat_filter *filter, const struct part *part)
{
	if (part->thread)
		recoat_filter_add_thread(filter, part->thread);
	if (part->since)
		assert_true(recoat_moment_parse(part->since, &filter->since));
	if (part->until)
		assert_true(recoat_moment_parse(part->until, &filter->until));
}

static struct recoat_model *load(const char *run, struct recoat_filter *filter,
				 const struct part *part)
{
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	set(filter, part);
	if (recoat_model_create_part(&model, run, filter, NULL, &error))
		fail_msg("%s", error.text);
	return model;
}

static void unload(struct recoat_model *model, struct recoat_filter *filter)
{
	recoat_model_destroy(model);
	recoat_filter_fini(filter);
}

static void check_calls(const struct recoat_model *model, uint64_t outer, uint64_t inner)
{
	assert_int_equal(model->kernel[0].sums.calls, outer);
	assert_int_equal(model->kernel[1].sums.calls, inner);
	assert_int_equal(model->spans.orphans, 0);
}

static void test_takes_spans_of_a_thread(void **state)
{
	struct recoat_filter filter = {0};
	struct recoat_model *model;
	char *trace = add_process(*state);

	add_spans(trace);
	model = load(*state, &filter, &(struct part){.thread = "7"});
	check_calls(model, 1, 0);
	assert_int_equal(model->kernel[0].sums.time, 3000);
	assert_int_equal(model->threads.count, 2);
	assert_int_equal(recoat_model_duration(model), 4000);
	unload(model, &filter);
	free(trace);
}

/* From 400 ns on, which is 1,400: an inner span has ended, and is no time of the outer itself. */
static void test_takes_spans_that_ended_later(void **state)
{
	struct recoat_filter filter = {0};
	struct recoat_model *model;
	char *trace = add_process(*state);

	add_spans(trace);
	model = load(*state, &filter, &(struct part){.thread = "1", .since = "400ns"});
	check_calls(model, 1, 2);
	assert_int_equal(model->kernel[0].sums.time, 1000);
	assert_int_equal(model->kernel[0].self_time, 700);
	assert_int_equal(model->kernel[1].sums.time, 150);
	assert_int_equal(recoat_model_span_total(model).time, 1050);
	unload(model, &filter);
	free(trace);
}

/* All inner ones have ended: what they took is still not the outer one's. */
static void test_all_callees_may_be_left_out(void **state)
{
	struct recoat_filter filter = {0};
	struct recoat_model *model;
	char *trace = add_process(*state);

	add_spans(trace);
	model = load(*state, &filter,
		     &(struct part){.thread = "1", .since = "600ns", .until = "1500ns"});
	check_calls(model, 1, 0);
	assert_int_equal(model->kernel[0].self_time, 700);
	unload(model, &filter);
	free(trace);
}

/* Until 600 ns: the outer one ends later, so the inner ones are at the top, and not lost. */
static void test_takes_spans_that_ended_before(void **state)
{
	struct recoat_filter filter = {0};
	struct recoat_model *model;
	char *trace = add_process(*state);

	add_spans(trace);
	model = load(*state, &filter, &(struct part){.until = "600ns"});
	check_calls(model, 0, 2);
	assert_int_equal(recoat_model_span_total(model).time, 300);
	assert_int_equal(recoat_model_duration(model), 4000);
	unload(model, &filter);
	free(trace);
}

/* From the end: the last event is at 5,000. */
static void test_counts_from_the_end(void **state)
{
	struct recoat_filter filter = {0};
	struct recoat_model *model;
	char *trace = add_process(*state);

	add_spans(trace);
	model = load(*state, &filter, &(struct part){.since = "-2us", .until = "-1us"});
	check_calls(model, 0, 1);
	unload(model, &filter);
	free(trace);
}

static void test_leaves_sums_out(void **state)
{
	struct recoat_filter filter = {0};
	struct fixture_packet packet;
	struct recoat_model *model;
	char *trace = add_process(*state);

	add_spans(trace);
	fixture_begin(&packet, RECOAT_STREAM_SPANS, 0);
	packet.head.tid = 0;
	fixture_put_span_total(&packet, 1000,
			       &(struct recoat_span_total){.link = 1, .count = 9, .time = 90});
	fixture_store(trace, "sums-0-0", &packet);
	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_path(&packet, 2000,
			      &(struct recoat_heap_path){.allocations = 3, .bytes = 30});
	fixture_store(trace, "heap-0-0", &packet);
	fixture_begin(&packet, RECOAT_STREAM_CPU, 0);
	fixture_put_cpu_total(&packet, 2000, &(struct recoat_cpu_total){.samples = 2});
	fixture_put_cpu_path(&packet, 2000, &(struct recoat_cpu_path){.samples = 2, .link = 2});
	fixture_store(trace, "cpu-0-0", &packet);
	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_mapping_path(&packet, 2000, &(struct recoat_mapping_path){.mappings = 1});
	fixture_store(trace, "mappings-0", &packet);
	model = load(*state, &filter, &(struct part){.thread = "1"});
	check_calls(model, 1, 3);
	assert_int_equal(model->left_out.summed_calls, 9);
	assert_true(model->left_out.heap && model->left_out.cpu && model->left_out.mappings);
	assert_int_equal(model->heap.allocations, 0);
	assert_int_equal(model->cpu.samples, 0);
	assert_int_equal(model->kernel[1].cpu.samples, 0);
	assert_int_equal(model->mappings.count, 0);
	unload(model, &filter);
	free(trace);
}

/* ---- Heap traces; ticks are milliseconds. ---- */

struct step {
	uint32_t tid;
	uint64_t tick;
	uint64_t block;
	uint32_t size; /* 0: freed. */
};

static const struct step steps[] = {
	{1, 10, 1, 1000}, {1, 20, 2, 200}, {1, 30, 1, 0}, {1, 40, 3, 30}, {1, 60, 3, 0},
	{7, 20, 4, 4},    {7, 25, 2, 0},   {7, 30, 5, 5}, {7, 50, 6, 6},
};

static void put_step(struct fixture_packet *packet, const struct step *step)
{
	if (step->size)
		fixture_put_trace_alloc(
			packet, step->tick,
			&(struct recoat_trace_alloc){.block = step->block, .size = step->size});
	else
		fixture_put_trace_free(packet, step->tick,
				       &(struct recoat_trace_free){.block = step->block});
}

static void add_trace(const char *trace)
{
	for (uint32_t tid = 1; tid <= 7; tid += 6) {
		struct fixture_packet packet;

		fixture_begin(&packet, RECOAT_STREAM_TRACE, 0);
		packet.head.tid = tid;
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
			if (steps[i].tid == tid)
				put_step(&packet, &steps[i]);
		fixture_store(trace, tid == 1 ? "trace-0" : "trace-1", &packet);
	}
}

/* Load a part of that heap trace and check its figures. */
static void check_heap(const char *run, const struct part *part,
		       const struct recoat_heap_counts *expected, int64_t peak)
{
	struct recoat_filter filter = {0};
	char *trace = add_process(run);
	struct recoat_model *model;

	add_trace(trace);
	model = load(run, &filter, part);
	assert_int_equal(model->heap.allocations, expected->allocations);
	assert_int_equal(model->heap.bytes, expected->bytes);
	assert_int_equal(model->heap.frees, expected->frees);
	assert_int_equal(model->heap.freed_bytes, expected->freed_bytes);
	assert_int_equal(model->process[0].heap_peak, peak);
	assert_int_equal(model->process[0].strangers + model->process[0].overlaps, 0);
	assert_false(model->left_out.heap);
	/* All of the process: from 1,000 ns to the tick 60. */
	assert_int_equal(recoat_model_duration(model), 60000000 - 1000);
	unload(model, &filter);
	free(trace);
}

/* Blocks 1, 2 and 3; the second is freed by the other thread. */
static void test_takes_blocks_of_a_thread(void **state)
{
	check_heap(*state, &(struct part){.thread = "1"},
		   &(struct recoat_heap_counts){
			   .allocations = 3, .bytes = 1230, .frees = 3, .freed_bytes = 1230},
		   1200);
}

/* 2, 4 and 5; the free of 1 is none of theirs, and those of later are not seen. */
static void test_takes_blocks_of_a_time(void **state)
{
	check_heap(*state, &(struct part){.since = "15ms", .until = "35ms"},
		   &(struct recoat_heap_counts){
			   .allocations = 3, .bytes = 209, .frees = 1, .freed_bytes = 200},
		   204);
}

/* 3 is live at the end of the part. */
static void test_takes_blocks_of_both(void **state)
{
	check_heap(*state, &(struct part){.thread = "1", .since = "35ms", .until = "55ms"},
		   &(struct recoat_heap_counts){.allocations = 1, .bytes = 30}, 30);
}

/* ---- What cannot be. ---- */

static void check_refused(const char *run, const struct part *part, const char *expected)
{
	struct recoat_filter filter = {0};
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	set(&filter, part);
	assert_true(recoat_model_create_part(&model, run, &filter, NULL, &error) < 0);
	assert_string_equal(error.text, expected);
	recoat_filter_fini(&filter);
}

static void test_refuses_what_is_not_there(void **state)
{
	char *trace = add_process(*state);

	check_refused(*state, &(struct part){.thread = "1"},
		      "--thread: found \"1\", but the recording tells no threads apart: it has "
		      "neither spans nor a heap trace");
	add_spans(trace);
	check_refused(*state, &(struct part){.thread = "8"},
		      "--thread: found \"8\", expected one of 1, 7");
	check_refused(*state, &(struct part){.since = "5us"},
		      "--since: found \"5us\", but the recording is 4.00 us long");
	check_refused(*state, &(struct part){.until = "-5us"},
		      "--until: found \"-5us\", but the recording is 4.00 us long");
	check_refused(*state, &(struct part){.since = "2us", .until = "-2us"},
		      "--since: found 2.00 us, expected a time before 2.00 us, which is --until");
	check_refused(*state, &(struct part){.since = "4us"},
		      "--since: found 4.00 us, expected a time before 4.00 us, which is the end");
	free(trace);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_times),
		TEST(test_takes_spans_of_a_thread),
		TEST(test_takes_spans_that_ended_later),
		TEST(test_all_callees_may_be_left_out),
		TEST(test_takes_spans_that_ended_before),
		TEST(test_counts_from_the_end),
		TEST(test_leaves_sums_out),
		TEST(test_takes_blocks_of_a_thread),
		TEST(test_takes_blocks_of_a_time),
		TEST(test_takes_blocks_of_both),
		TEST(test_refuses_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
