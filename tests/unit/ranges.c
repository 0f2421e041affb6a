/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges of addresses against a model with one owner a page. */
#include "tests/unit/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

#include "preload/ranges.h"

#define PAGES 200

static struct recoat_ranges ranges;
static uint64_t lost_of[4]; /* By owner, who is a pointer to one of these. */

static void lose(void *owner, uint64_t bytes)
{
	*(uint64_t *)owner += bytes;
}

static int tear_down(void **state)
{
	(void)state;
	recoat_ranges_reset(&ranges);
	memset(lost_of, 0, sizeof lost_of);
	return 0;
}

static void matches_a_page_by_page_model(void **state)
{
	uint64_t *owner[PAGES] = {0}, lost[4] = {0};

	(void)state;
	srand(5);
	for (int step = 0; step < 20000; step++) {
		uint64_t start = (uint64_t)rand() % PAGES, end = start + (uint64_t)rand() % 20;
		uint64_t *who = rand() % 3 ? &lost_of[rand() % 4] : NULL;

		if (end > PAGES)
			end = PAGES;
		for (uint64_t i = start; i < end; i++) {
			if (owner[i])
				lost[owner[i] - lost_of]++;
			owner[i] = who;
		}
		if (who)
			assert_true(recoat_ranges_add(
				&ranges, &(struct recoat_range){start, end, who}, lose));
		else
			assert_true(recoat_ranges_remove(&ranges, start, end, lose));
		for (uint64_t i = 0; i < PAGES; i++)
			assert_ptr_equal(recoat_ranges_owner(&ranges, i), owner[i]);
		assert_memory_equal(lost, lost_of, sizeof lost);
	}
}

static void many_ranges_are_kept_in_order(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t start = i * 7919 % 10000 * 2;

		assert_true(recoat_ranges_add(
			&ranges, &(struct recoat_range){start, start + 1, &lost_of[0]}, lose));
	}
	assert_int_equal(ranges.count, 10000);
	for (size_t i = 0; i < ranges.count; i++)
		assert_int_equal(ranges.at[i].start, 2 * i);
	assert_true(recoat_ranges_remove(&ranges, 0, UINT64_MAX, lose));
	assert_int_equal(ranges.count, 0);
	assert_int_equal(lost_of[0], 10000);
}

static void nothing_is_in_an_empty_range(void **state)
{
	(void)state;
	assert_null(recoat_ranges_owner(&ranges, 5));
	assert_true(recoat_ranges_remove(&ranges, 0, 10, lose));
	assert_true(recoat_ranges_add(&ranges, &(struct recoat_range){5, 5, &lost_of[0]}, lose));
	assert_int_equal(ranges.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(matches_a_page_by_page_model, tear_down),
		cmocka_unit_test_teardown(many_ranges_are_kept_in_order, tear_down),
		cmocka_unit_test_teardown(nothing_is_in_an_empty_range, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
