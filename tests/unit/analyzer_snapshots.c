/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots of the heap in the model, and those that are refused. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/model.h"
#include "tests/unit/analyzer_fixture.h"

static char *trace;

/* A process with one call path, node 2. */
static int setup(void **state)
{
	struct fixture_packet packet;

	*state = fixture_create();
	trace = fixture_directory(*state, "a-1-1");
	fixture_metadata(trace);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/a");
	fixture_put_call_path(&packet, 1200, &(struct recoat_call_path){.node = 2, .ip = 0x10001});
	fixture_store(trace, "process.live", &packet);
	return 0;
}

static int teardown(void **state)
{
	free(trace);
	return fixture_teardown(state);
}

/* A file of one snapshot that announces `paths` call paths and has `count` of them. */
static void add_snapshot(const char *name, uint64_t time, uint32_t paths, uint32_t count)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_snapshot(&packet, time,
				  &(struct recoat_heap_snapshot){.live = 1000 + time,
								 .blocks = 10,
								 .paths = paths,
								 .rest_paths = 3,
								 .rest_bytes = 4,
								 .rest_blocks = 5});
	for (uint32_t i = 0; i < count; i++)
		fixture_put_heap_live(
			&packet, time,
			&(struct recoat_heap_live){.path = 2, .bytes = 100 + i, .blocks = 1 + i});
	fixture_store(trace, name, &packet);
}

static void test_takes_them_in_order(void **state)
{
	const struct recoat_snapshots *snapshots;
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	add_snapshot("snapshot-10", 9000, 0, 0);
	add_snapshot("snapshot-9", 5000, 2, 2);
	assert_int_equal(recoat_model_create(&model, *state, NULL, &error), 0);
	snapshots = &model->process[0].snapshots;
	assert_int_equal(snapshots->count, 2);
	assert_int_equal(snapshots->at[0].time + (uint64_t)model->process[0].first, 5000);
	assert_int_equal(snapshots->at[0].live, 6000);
	assert_int_equal(snapshots->at[0].count, 2);
	assert_int_equal(snapshots->at[0].held[1].bytes, 101);
	assert_int_equal(snapshots->at[0].held[1].blocks, 2);
	assert_int_equal(snapshots->at[0].held[1].node, 1);
	assert_int_equal(snapshots->at[0].rest_bytes, 4);
	assert_int_equal(snapshots->at[1].live, 10000);
	assert_int_equal(snapshots->at[1].count, 0);
	recoat_model_destroy(model);
}

static void refuse(const char *path, const char *reason)
{
	struct recoat_model *model;
	struct recoat_error error;

	assert_true(recoat_model_create(&model, path, NULL, &error) < 0);
	assert_non_null(strstr(error.text, trace));
	if (!strstr(error.text, reason))
		fail_msg("%s", error.text);
}

static void test_refuses_one_with_too_few_paths(void **state)
{
	add_snapshot("snapshot-0", 5000, 3, 2);
	refuse(*state, "a heap_snapshot without its last 1 call paths");
}

static void test_refuses_too_few_paths_before_another(void **state)
{
	add_snapshot("snapshot-0", 5000, 3, 1);
	add_snapshot("snapshot-1", 6000, 0, 0);
	refuse(*state, "a heap_snapshot without its last 2 call paths");
}

static void test_refuses_paths_that_were_not_announced(void **state)
{
	add_snapshot("snapshot-0", 5000, 1, 2);
	refuse(*state, "a heap_live event of call path 2");
}

static void test_refuses_one_of_another_stream(void **state)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_CPU, 0);
	fixture_store(trace, "snapshot-0", &packet);
	refuse(*state, "snapshot-0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_takes_them_in_order),
		TEST(test_refuses_one_with_too_few_paths),
		TEST(test_refuses_too_few_paths_before_another),
		TEST(test_refuses_paths_that_were_not_announced),
		TEST(test_refuses_one_of_another_stream),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
