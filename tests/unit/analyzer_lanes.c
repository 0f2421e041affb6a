/* SPDX-License-Identifier: Apache-2.0 */
/* Lanes: nothing is lost where there is room, and there always is a bound. */
#include "tests/unit/cmocka_all.h"

#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/lanes.h"

#define START 1700000000000000000ll

static const char trace[] = "a";

static struct recoat_lane_piece span(int64_t begin, int64_t end, uint32_t kernel)
{
	return (struct recoat_lane_piece){.begin = START + begin,
					  .end = START + end,
					  .busy = (uint64_t)(end - begin),
					  .count = 1,
					  .kernel = kernel};
}

static void add(struct recoat_lanes *lanes, uint32_t lane, unsigned depth, int64_t begin,
		int64_t end, uint32_t kernel)
{
	const struct recoat_lane_piece piece = span(begin, end, kernel);

	recoat_lanes_add(lanes, lane, depth, &piece);
}

/* Calls and time of all pieces; checks that no two of a row overlap. */
static void sum(struct recoat_lanes *lanes, uint64_t *count, uint64_t *busy)
{
	size_t pieces = 0;

	*count = *busy = 0;
	recoat_lanes_sort(lanes);
	for (size_t i = 0; i < lanes->count; i++)
		for (size_t r = 0; r < RECOAT_LANE_ROWS; r++) {
			const struct recoat_lane_row *row = &lanes->lane[i].row[r];

			pieces += row->count;
			for (size_t j = 0; j < row->count; j++) {
				*count += row->piece[j].count;
				*busy += row->piece[j].busy;
				if (j)
					assert_true(row->piece[j].begin >= row->piece[j - 1].end);
			}
		}
	assert_int_equal(pieces, lanes->pieces);
	assert_true(pieces <= RECOAT_LANES_PIECES);
}

static void few_spans_are_kept_one_by_one(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 7);

	(void)state;
	add(&lanes, lane, 1, 10, 20, 3);
	add(&lanes, lane, 1, 20, 21, 4);
	add(&lanes, lane, 0, 5, 30, 2);
	recoat_lanes_sort(&lanes);
	assert_int_equal(recoat_lanes_find(&lanes, trace, 7), lane);
	assert_int_not_equal(recoat_lanes_find(&lanes, trace, 8), lane);
	assert_int_equal(lanes.quantum, 0);
	assert_int_equal(lanes.lane[lane].row[0].count, 1);
	assert_int_equal(lanes.lane[lane].row[1].count, 2);
	assert_int_equal(lanes.lane[lane].row[1].piece[1].begin, START + 20);
	assert_int_equal(lanes.lane[lane].row[1].piece[1].kernel, 4);
	recoat_lanes_fini(&lanes);
}

static void many_are_summed_up_and_none_is_lost(void **state)
{
	struct recoat_lanes lanes = {0};
	uint64_t count, busy, time = 0;
	int64_t at = 0;

	(void)state;
	srand(3);
	for (int i = 0; i < 1000000; i++) {
		int64_t length = rand() % 4000;

		at += rand() % 3000;
		add(&lanes, recoat_lanes_find(&lanes, trace, (uint32_t)(i % 5)), (unsigned)(i % 3),
		    at, at + length, (uint32_t)(i % 2));
		time += (uint64_t)length;
		at += length;
	}
	sum(&lanes, &count, &busy);
	assert_true(lanes.quantum > 0);
	assert_int_equal(lanes.left_out, 0);
	assert_int_equal(count, 1000000);
	assert_int_equal(busy, time);
	recoat_lanes_fini(&lanes);
}

static void different_kernels_make_a_piece_of_several(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 1);
	bool several = false, one = false;

	(void)state;
	for (int i = 0; i < 4 * RECOAT_LANES_PIECES; i++) {
		add(&lanes, lane, 0, 10 * i, 10 * i + 5, (uint32_t)(i & 1));
		add(&lanes, lane, 1, 10 * i, 10 * i + 5, 6);
	}
	for (size_t i = 0; i < lanes.lane[lane].row[0].count; i++)
		several |= lanes.lane[lane].row[0].piece[i].kernel == RECOAT_NONE;
	for (size_t i = 0; i < lanes.lane[lane].row[1].count; i++)
		one |= lanes.lane[lane].row[1].piece[i].kernel != 6;
	assert_true(several);
	assert_false(one);
	recoat_lanes_fini(&lanes);
}

static void what_is_beyond_the_bounds_is_counted(void **state)
{
	struct recoat_lanes lanes = {0};

	(void)state;
	for (uint32_t tid = 0; tid < RECOAT_LANES + 10; tid++)
		add(&lanes, recoat_lanes_find(&lanes, trace, tid), 0, 0, 1, 0);
	assert_int_equal(lanes.count, RECOAT_LANES);
	assert_int_equal(lanes.left_out, 10);
	add(&lanes, 0, RECOAT_LANE_ROWS, 0, 1, 0);
	assert_int_equal(lanes.left_out, 11);
	add(&lanes, 0, 0, 5, 4, 0);
	assert_int_equal(lanes.left_out, 12);
	recoat_lanes_fini(&lanes);
}

/* A damaged recording may say that one thing at a time was done at all times. */
static void overlapping_spans_end_in_the_bound(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 1);

	(void)state;
	for (int i = 0; i < 2 * RECOAT_LANES_PIECES; i++)
		add(&lanes, lane, 0, 0, 1000, 0);
	assert_int_equal(lanes.pieces, RECOAT_LANES_PIECES);
	assert_int_equal(lanes.left_out, RECOAT_LANES_PIECES);
	recoat_lanes_fini(&lanes);
}

static void fewer_pieces_count_as_many_spans(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 1);
	uint64_t count, busy;

	(void)state;
	for (int i = 0; i < 10000; i++)
		add(&lanes, lane, 0, 1000000ll * i, 1000000ll * i + 5, 0);
	recoat_lanes_coarsen(&lanes, 10000);
	assert_int_equal(lanes.pieces, 10000);
	recoat_lanes_coarsen(&lanes, 100);
	sum(&lanes, &count, &busy);
	assert_in_range(lanes.pieces, 1, 100);
	assert_int_equal(count, 10000);
	assert_int_equal(busy, 50000);
	recoat_lanes_fini(&lanes);
}

static void sums_of_a_kernel_are_one(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 1);
	struct recoat_lane_sum added = {.begin = START + 10,
				      .end = START + 20,
				      .calls = 5,
				      .time = 7,
				      .contexts = 1,
				      .kernel = 3,
				      .outer = RECOAT_NONE};

	(void)state;
	recoat_lanes_add_sum(&lanes, lane, &added);
	added.begin = START + 5;
	added.end = START + 15;
	added.handed_on = true;
	recoat_lanes_add_sum(&lanes, lane, &added);
	added.depth = 1;
	recoat_lanes_add_sum(&lanes, lane, &added);
	added.outer = 2;
	recoat_lanes_add_sum(&lanes, lane, &added);
	added.kernel = 4;
	recoat_lanes_add_sum(&lanes, lane, &added);
	assert_int_equal(lanes.lane[lane].sums, 4);
	assert_int_equal(lanes.lane[lane].sum[0].begin, START + 5);
	assert_int_equal(lanes.lane[lane].sum[0].end, START + 20);
	assert_int_equal(lanes.lane[lane].sum[0].calls, 10);
	assert_int_equal(lanes.lane[lane].sum[0].time, 14);
	assert_int_equal(lanes.lane[lane].sum[0].contexts, 2);
	assert_true(lanes.lane[lane].sum[0].handed_on);
	recoat_lanes_fini(&lanes);
}

static void sums_beyond_the_bounds_are_counted(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 1);
	struct recoat_lane_sum added = {.begin = START, .end = START + 20, .calls = 5};

	(void)state;
	for (; added.kernel < RECOAT_LANES_SUMS + 3; added.kernel++)
		recoat_lanes_add_sum(&lanes, lane, &added);
	assert_int_equal(lanes.sums, RECOAT_LANES_SUMS);
	assert_int_equal(lanes.left_out_sums, 15);
	recoat_lanes_add_sum(&lanes, RECOAT_NONE, &added);
	assert_int_equal(lanes.left_out_sums, 20);
	added.kernel = 0;
	added.end = START - 1;
	recoat_lanes_add_sum(&lanes, lane, &added);
	assert_int_equal(lanes.left_out_sums, 25);
	recoat_lanes_fini(&lanes);
}

/* One of a sample is told apart also where it has become part of a larger piece. */
static void samples_stay_known(void **state)
{
	struct recoat_lanes lanes = {0};
	uint32_t lane = recoat_lanes_find(&lanes, trace, 1);
	uint64_t sampled = 0, busy = 0;

	(void)state;
	for (int i = 0; i < 4 * RECOAT_LANES_PIECES; i++) {
		struct recoat_lane_piece piece = span(10 * i, 10 * i + 5, 0);

		piece.sampled = i % 4 == 0;
		piece.sampled_busy = piece.sampled ? 5 : 0;
		recoat_lanes_add(&lanes, lane, 0, &piece);
	}
	assert_true(lanes.quantum > 0);
	for (size_t i = 0; i < lanes.lane[lane].row[0].count; i++) {
		sampled += lanes.lane[lane].row[0].piece[i].sampled;
		busy += lanes.lane[lane].row[0].piece[i].sampled_busy;
	}
	assert_int_equal(sampled, RECOAT_LANES_PIECES);
	assert_int_equal(busy, 5 * RECOAT_LANES_PIECES);
	recoat_lanes_fini(&lanes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_spans_are_kept_one_by_one),
		cmocka_unit_test(many_are_summed_up_and_none_is_lost),
		cmocka_unit_test(different_kernels_make_a_piece_of_several),
		cmocka_unit_test(what_is_beyond_the_bounds_is_counted),
		cmocka_unit_test(overlapping_spans_end_in_the_bound),
		cmocka_unit_test(fewer_pieces_count_as_many_spans),
		cmocka_unit_test(sums_of_a_kernel_are_one),
		cmocka_unit_test(sums_beyond_the_bounds_are_counted),
		cmocka_unit_test(samples_stay_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
