/* SPDX-License-Identifier: Apache-2.0 */
/* Digests of recordings, comparisons of them, and call trees of two sides. */
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/calls.h"
#include "analyzer/comparison.h"
#include "analyzer/difference.h"
#include "analyzer/error.h"
#include "analyzer/model.h"
#include "analyzer/view.h"
#include "tests/unit/analyzer_fixture.h"

static void put_link(struct fixture_packet *packet, uint32_t link, const char *kernel,
		     const char *operation, const char *implementation)
{
	fixture_put_kernel_link(packet, 1300,
				&(struct recoat_kernel_link){.link = link,
							     .kernel = kernel,
							     .operation = operation,
							     .abi = "c",
							     .implementation = implementation,
							     .symbol = kernel,
							     .mechanism = "got"});
}

static void put_span(struct fixture_packet *packet, uint64_t end, uint64_t duration, uint16_t link,
		     uint8_t depth)
{
	fixture_put_span(packet, end,
			 &(struct recoat_span){.duration = duration, .link = link, .depth = depth});
}

/* Links: 0 and 1 are a chain for `map`, 2 is `fuse` of the same operation, 3 is `stats`. */
static char *start_recording(const char *parent, const char *name, struct fixture_packet *spans)
{
	char *run = fixture_directory(parent, name), *trace = fixture_directory(run, "a-1-1");
	struct fixture_packet packet;

	fixture_metadata(trace);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/no/a");
	put_link(&packet, 0, "map", "mapping", "parallel");
	put_link(&packet, 1, "map", "mapping", "original");
	put_link(&packet, 2, "fuse", "mapping", "original");
	put_link(&packet, 3, "stats", "analytics", "original");
	fixture_store(trace, "process", &packet);
	fixture_begin(spans, RECOAT_STREAM_SPANS, 0);
	free(run);
	return trace;
}

static struct recoat_digest digest(const char *parent, const char *name)
{
	char *path = fixture_path(parent, name);
	struct recoat_digest digest;
	struct recoat_error error = {""};
	struct recoat_model *model;

	if (recoat_model_create(&model, path, NULL, &error))
		fail_msg("%s", error.text);
	recoat_digest_create(&digest, path, model);
	recoat_model_destroy(model);
	if (recoat_digest_read_calls(&digest, &error))
		fail_msg("%s", error.text);
	free(path);
	return digest;
}

static double value(const struct recoat_digest *digest, enum recoat_digest_kind kind,
		    const char *name)
{
	const struct recoat_digest_row *row = recoat_digest_find(digest, kind, name);

	return row ? row->value[RECOAT_METRIC_TIME] : -1;
}

/* map by parallel (90) calls the original (80), in which fuse (30) runs; then fuse (10) alone. */
static void test_a_chain_counts_once(void **state)
{
	struct fixture_packet spans;
	char *trace = start_recording(*state, "r", &spans);
	const struct recoat_digest_row *row;
	struct recoat_digest found;

	put_span(&spans, 2050, 30, 2, 2);
	put_span(&spans, 2090, 80, 1, 1);
	put_span(&spans, 2095, 90, 0, 0);
	put_span(&spans, 2200, 10, 2, 0);
	fixture_store(trace, "spans-1-0", &spans);
	free(trace);
	found = digest(*state, "r");
	assert_true(value(&found, RECOAT_DIGEST_KERNEL, "map") == 90);
	assert_true(value(&found, RECOAT_DIGEST_KERNEL, "fuse") == 40);
	assert_true(value(&found, RECOAT_DIGEST_OPERATION, "mapping") == 100);
	assert_true(value(&found, RECOAT_DIGEST_KERNEL, "stats") == -1);
	row = recoat_digest_find(&found, RECOAT_DIGEST_KERNEL, "map");
	assert_string_equal(row->served, "original+parallel");
	assert_int_equal(row->calls, 1);
	assert_int_equal(row->sampled, 1);
	assert_true(row->call[0] == 90);
	row = recoat_digest_find(&found, RECOAT_DIGEST_KERNEL, "fuse");
	assert_int_equal(row->sampled, 2);
	assert_true(row->call[0] + row->call[1] == 40);
	recoat_digest_destroy(&found);
}

static void count_call(void *user, const char *kernel, uint64_t time)
{
	uint64_t *sums = user; /* Calls and time of map, calls of the others. */

	sums[!strcmp(kernel, "map") ? 0 : 2]++;
	sums[1] += !strcmp(kernel, "map") ? time : 0;
}

/* Recursion at any depth, calls side by side, and a thread whose outermost span never ended. */
static void test_calls_are_the_outermost(void **state)
{
	struct recoat_error error = {""};
	struct fixture_packet spans;
	char *trace = start_recording(*state, "r", &spans);
	uint64_t sums[3] = {0};

	put_span(&spans, 2010, 1, 1, 3); /* Inside the map that is inside stats. */
	put_span(&spans, 2020, 5, 2, 2);
	put_span(&spans, 2030, 20, 1, 1);
	put_span(&spans, 2035, 4, 1, 1);
	put_span(&spans, 2038, 2, 2, 1); /* Beside the other fuse, not around it. */
	put_span(&spans, 2040, 39, 3, 0);
	put_span(&spans, 2050, 7, 1, 1); /* Around it was a span that never ended. */
	fixture_store(trace, "spans-1-0", &spans);
	assert_int_equal(recoat_calls_read(trace, count_call, sums, &error), 0);
	assert_int_equal(sums[0], 3);
	assert_int_equal(sums[1], 20 + 4 + 7);
	assert_int_equal(sums[2], 3);
	free(trace);
}

/* Around a call of a kernel that was summed up there may be one that was not written. */
static void test_of_summed_kernels_only_outermost_calls_count(void **state)
{
	struct recoat_error error = {""};
	struct fixture_packet spans, sums_packet;
	char *trace = start_recording(*state, "r", &spans);
	uint64_t sums[3] = {0};

	put_span(&spans, 2010, 3, 2, 1);
	put_span(&spans, 2020, 20, 1, 1);
	put_span(&spans, 2040, 30, 1, 0);
	fixture_store(trace, "spans-1-0", &spans);
	fixture_begin(&sums_packet, RECOAT_STREAM_SPANS, 0);
	fixture_put_span_total(&sums_packet, 2100,
			       &(struct recoat_span_total){.link = 0, .count = 9, .time = 900});
	fixture_store(trace, "sums-0-0", &sums_packet);
	assert_int_equal(recoat_calls_read(trace, count_call, sums, &error), 0);
	assert_int_equal(sums[0], 1);
	assert_int_equal(sums[1], 30);
	assert_int_equal(sums[2], 1);
	/* Alone, a nested call of a summed kernel is passed over. */
	fixture_begin(&spans, RECOAT_STREAM_SPANS, 1);
	put_span(&spans, 2200, 20, 1, 1);
	fixture_store(trace, "spans-2-0", &spans);
	assert_int_equal(recoat_calls_read(trace, count_call, sums, &error), 0);
	assert_int_equal(sums[0], 2);
	free(trace);
}

static void test_a_span_of_no_link_is_refused(void **state)
{
	struct recoat_error error = {""};
	struct fixture_packet spans;
	char *trace = start_recording(*state, "r", &spans);
	uint64_t sums[3] = {0};

	put_span(&spans, 2010, 1, 9, 0);
	fixture_store(trace, "spans-1-0", &spans);
	assert_int_equal(recoat_calls_read(trace, count_call, sums, &error), -EINVAL);
	assert_non_null(strstr(error.text, "a span of link 9, expected"));
	free(trace);
}

/* A recording in which each of `calls` calls of a link takes `time`, less and more by one. */
static void record(const char *parent, const char *name, uint16_t link, unsigned calls,
		   uint64_t time)
{
	struct fixture_packet spans;
	char *trace = start_recording(parent, name, &spans);

	for (unsigned i = 0; i < calls; i++)
		put_span(&spans, 2000 + 1000 * i + time + i % 3, time + i % 3 - 1, link, 0);
	fixture_store(trace, "spans-1-0", &spans);
	free(trace);
}

static const struct recoat_comparison_row *find_row(const struct recoat_comparison *comparison,
						    const char *name)
{
	for (size_t i = 0; i < comparison->rows; i++)
		if (comparison->row[i].kind == RECOAT_DIGEST_KERNEL &&
		    !strcmp(comparison->row[i].name, name))
			return &comparison->row[i];
	fail_msg("no row %s", name);
	return NULL;
}

static void test_one_recording_a_side_compares_calls(void **state)
{
	const struct recoat_comparison_row *row;
	struct recoat_comparison comparison;
	struct recoat_digest side[2];

	record(*state, "a", 1, 30, 300);
	record(*state, "b", 1, 20, 150);
	side[0] = digest(*state, "a");
	side[1] = digest(*state, "b");
	recoat_comparison_create(&comparison, &side[0], 1, &side[1], 1);
	row = find_row(&comparison, "map");
	assert_true(row->by_call);
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].samples[0], 30);
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].samples[1], 20);
	assert_true(row->metric[RECOAT_METRIC_TIME].median[0] == 300);
	assert_true(row->metric[RECOAT_METRIC_TIME].ratio == 0.5);
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].verdict, RECOAT_LESS);
	assert_int_equal(comparison.row[0].kind, RECOAT_DIGEST_PROGRAM);
	assert_int_equal(comparison.row[0].metric[RECOAT_METRIC_TIME].verdict, RECOAT_TOO_FEW);
	recoat_comparison_destroy(&comparison);
	recoat_digest_destroy(&side[0]);
	recoat_digest_destroy(&side[1]);
}

static void test_several_recordings_compare_runs(void **state)
{
	const struct recoat_comparison_row *row;
	struct recoat_comparison comparison;
	struct recoat_digest side[8];
	char name[] = "0";

	for (unsigned i = 0; i < 8; i++, ++*name) {
		record(*state, name, i < 4 ? 1 : 0, 3, i < 4 ? 200 + i : 400 + i);
		side[i] = digest(*state, name);
	}
	recoat_comparison_create(&comparison, side, 4, side + 4, 4);
	row = find_row(&comparison, "map");
	assert_false(row->by_call);
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].samples[0], 4);
	assert_true(row->metric[RECOAT_METRIC_TIME].median[0] == 3 * 201.5);
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].verdict, RECOAT_MORE);
	assert_string_equal(row->served[0], "original");
	assert_string_equal(row->served[1], "parallel");
	assert_true(recoat_row_is_slower(row, 50));
	assert_false(recoat_row_is_slower(row, 110));
	recoat_comparison_destroy(&comparison);
	/* Three are too few, however far apart. */
	recoat_comparison_create(&comparison, side, 3, side + 4, 3);
	row = find_row(&comparison, "map");
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].verdict, RECOAT_TOO_FEW);
	assert_false(recoat_row_is_slower(row, 0));
	recoat_comparison_destroy(&comparison);
	/* Each with itself. */
	recoat_comparison_create(&comparison, side, 4, side, 4);
	row = find_row(&comparison, "map");
	assert_int_equal(row->metric[RECOAT_METRIC_TIME].verdict, RECOAT_SAME);
	assert_true(row->metric[RECOAT_METRIC_TIME].ratio == 1);
	recoat_comparison_destroy(&comparison);
	for (unsigned i = 0; i < 8; i++)
		recoat_digest_destroy(&side[i]);
}

static void test_tells_what_appeared_and_vanished(void **state)
{
	struct recoat_comparison comparison;
	struct recoat_digest side[8];
	char name[] = "0";

	for (unsigned i = 0; i < 8; i++, ++*name) {
		record(*state, name, i < 4 ? 2 : 3, 5, 100 + i);
		side[i] = digest(*state, name);
	}
	recoat_comparison_create(&comparison, side, 4, side + 4, 4);
	assert_int_equal(find_row(&comparison, "fuse")->presence, RECOAT_VANISHED);
	assert_int_equal(find_row(&comparison, "stats")->presence, RECOAT_APPEARED);
	assert_false(recoat_row_is_slower(find_row(&comparison, "stats"), 0));
	recoat_comparison_destroy(&comparison);
	for (unsigned i = 0; i < 8; i++)
		recoat_digest_destroy(&side[i]);
}

static void test_a_verdict_needs_p_and_interval(void **state)
{
	const double low[] = {10, 11, 12, 13, 14, 15}, high[] = {20, 21, 22, 23, 24, 25};
	const double zero[] = {0, 0, 0, 0}, odd[] = {9, 10, 11, 12, 13, 30};
	struct recoat_contrast contrast = recoat_contrast_make(low, 6, high, 6);
	double a[20], b[20];

	(void)state;
	assert_int_equal(contrast.verdict, RECOAT_MORE);
	assert_true(contrast.between.low > 1 && contrast.between.low < contrast.ratio &&
		    contrast.ratio < contrast.between.high);
	assert_int_equal(recoat_contrast_make(high, 6, low, 6).verdict, RECOAT_LESS);
	assert_int_equal(recoat_contrast_make(low, 6, odd, 6).verdict, RECOAT_SAME);
	assert_int_equal(recoat_contrast_make(low, 3, high, 6).verdict, RECOAT_TOO_FEW);
	assert_int_equal(recoat_contrast_make(low, 6, high, 3).verdict, RECOAT_TOO_FEW);
	/* Medians 1 and 2 beyond doubt, but some are far on the other side. */
	for (unsigned i = 0; i < 20; i++) {
		a[i] = i < 16 ? 1 : 9;
		b[i] = i < 16 ? 2 : 0.5;
	}
	contrast = recoat_contrast_make(a, 20, b, 20);
	assert_true(contrast.between.low > 1 && contrast.p >= RECOAT_P_LEAST);
	assert_int_equal(contrast.verdict, RECOAT_SAME);
	assert_int_equal(recoat_contrast_make(zero, 4, high, 6).verdict, RECOAT_MORE);
	assert_true(isnan(recoat_contrast_make(zero, 4, high, 6).ratio));
	assert_int_equal(recoat_contrast_make(NULL, 0, high, 6).verdict, RECOAT_TOO_FEW);
}

/* Both trees have main -> work; each has a callee of its own. */
static void test_trees_are_merged_by_name(void **state)
{
	struct recoat_view_node before[] = {
		{.label = "", .value = {100}},
		{.parent = 0, .label = "main", .value = {100}},
		{.parent = 1, .label = "work", .value = {70}},
		{.parent = 2, .label = "old", .value = {20}},
	};
	struct recoat_view_node after[] = {
		{.label = "", .value = {44}},
		{.parent = 0, .label = "main", .value = {44}},
		{.parent = 1, .label = "new", .value = {4}},
		{.parent = 1, .label = "work", .value = {40}},
	};
	const struct recoat_view a = {.node = before, .count = 4}, b = {.node = after, .count = 4};
	struct recoat_difference difference = {0};
	double self[2] = {0};

	(void)state;
	recoat_difference_add(&difference, &a, 0, 0, 0.5);
	recoat_difference_add(&difference, &a, 0, 0, 0.5);
	recoat_difference_add(&difference, &b, 0, 1, 1);
	assert_int_equal(difference.count, 5);
	for (size_t i = 0; i < difference.count; i++) {
		const struct recoat_difference_node *node = &difference.node[i];

		self[0] += node->self[0];
		self[1] += node->self[1];
		if (!strcmp(node->label, "work")) {
			assert_true(node->whole[0] == 70 && node->whole[1] == 40);
			assert_true(node->self[0] == 50 && node->self[1] == 40);
		}
	}
	assert_true(self[0] == 100 && self[1] == 44);
	recoat_difference_fini(&difference);
}

/* A plugin takes a kernel over; a function may be called alike. */
static void test_kernels_are_the_same_whoever_serves_them(void **state)
{
	struct recoat_view_node before[] = {
		{.label = "", .value = {100}},
		{.label = "<map.idw>", .kernel = true, .value = {90}},
		{.label = "f(A<int> by value)", .value = {10}},
	};
	struct recoat_view_node after[] = {
		{.label = "", .value = {60}},
		{.label = "<map.idw> by cached", .kernel = true, .value = {50}},
		{.parent = 1, .label = "<map.idw>", .kernel = true, .value = {30}},
		{.label = "f(A<int> by value)", .value = {10}},
	};
	const struct recoat_view a = {.node = before, .count = 3}, b = {.node = after, .count = 4};
	struct recoat_difference difference = {0};

	(void)state;
	recoat_difference_add(&difference, &a, 0, 0, 1);
	recoat_difference_add(&difference, &b, 0, 1, 1);
	assert_int_equal(difference.count, 4);
	assert_string_equal(difference.node[1].label, "<map.idw>");
	assert_true(difference.node[1].whole[0] == 90 && difference.node[1].whole[1] == 50);
	assert_string_equal(difference.node[2].label, "f(A<int> by value)");
	assert_int_equal(difference.node[3].parent, 1);
	assert_true(difference.node[3].whole[0] == 0 && difference.node[3].whole[1] == 30);
	recoat_difference_fini(&difference);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_chain_counts_once),
		TEST(test_calls_are_the_outermost),
		TEST(test_of_summed_kernels_only_outermost_calls_count),
		TEST(test_a_span_of_no_link_is_refused),
		TEST(test_one_recording_a_side_compares_calls),
		TEST(test_several_recordings_compare_runs),
		TEST(test_tells_what_appeared_and_vanished),
		cmocka_unit_test(test_a_verdict_needs_p_and_interval),
		cmocka_unit_test(test_trees_are_merged_by_name),
		cmocka_unit_test(test_kernels_are_the_same_whoever_serves_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
