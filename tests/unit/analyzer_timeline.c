/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline: no time is lost or made, however far the run reaches in either direction. */
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>

#include "analyzer/timeline.h"

#define SECOND 1000000000ll
#define START (1700000000ll * SECOND)

static void time_is_kept_as_the_run_grows(void **state)
{
	struct recoat_timeline timeline = {0};
	double sum = 0;

	(void)state;
	srand(5);
	for (int i = 0; i < 2000; i++) {
		int64_t begin = START + (int64_t)(rand() % 1000) * (rand() % 3600) * 1000000;
		int64_t length = rand() % 1000000;

		recoat_timeline_add(&timeline, (uint32_t)(i % 3), begin, begin + length);
		sum += (double)length;
	}
	for (uint32_t kernel = 0; kernel < 3; kernel++)
		sum -= recoat_timeline_busy(&timeline, kernel, START - 10000 * SECOND,
					    START + 20000 * SECOND);
	assert_true(sum > -1 && sum < 1);
	recoat_timeline_fini(&timeline);
}

static void a_span_lies_where_it_ran(void **state)
{
	struct recoat_timeline timeline = {0};

	(void)state;
	recoat_timeline_see(&timeline, START);
	recoat_timeline_see(&timeline, START + 100 * SECOND);
	recoat_timeline_add(&timeline, 0, START + 40 * SECOND, START + 60 * SECOND);
	/* To the width of a slot. */
	assert_true(recoat_timeline_busy(&timeline, 0, START, START + 39 * SECOND) == 0);
	assert_true(recoat_timeline_busy(&timeline, 0, START + 61 * SECOND, START + 100 * SECOND) ==
		    0);
	assert_true(recoat_timeline_busy(&timeline, 0, START + 45 * SECOND, START + 50 * SECOND) >
		    4.7e9);
	recoat_timeline_fini(&timeline);
}

static void an_earlier_process_may_come_later(void **state)
{
	struct recoat_timeline timeline = {0};

	(void)state;
	recoat_timeline_add(&timeline, 0, START, START + SECOND);
	recoat_timeline_add(&timeline, 1, START - 1000 * SECOND, START - 999 * SECOND);
	assert_true(recoat_timeline_busy(&timeline, 1, START - 1100 * SECOND,
					 START - 900 * SECOND) > 0.99e9);
	assert_true(recoat_timeline_busy(&timeline, 0, START - 100 * SECOND, START + 100 * SECOND) >
		    0.99e9);
	recoat_timeline_fini(&timeline);
}

static void what_was_never_seen_did_not_run(void **state)
{
	struct recoat_timeline timeline = {0};

	(void)state;
	assert_true(recoat_timeline_busy(&timeline, 0, START, START + SECOND) == 0);
	recoat_timeline_add(&timeline, 4, START, START - 1);
	recoat_timeline_add(&timeline, 4, START, START + 10);
	assert_true(recoat_timeline_busy(&timeline, 3, START, START + SECOND) == 0);
	assert_true(recoat_timeline_busy(&timeline, 9, START, START + SECOND) == 0);
	recoat_timeline_fini(&timeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_kept_as_the_run_grows),
		cmocka_unit_test(a_span_lies_where_it_ran),
		cmocka_unit_test(an_earlier_process_may_come_later),
		cmocka_unit_test(what_was_never_seen_did_not_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
