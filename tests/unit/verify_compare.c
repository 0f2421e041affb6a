/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing results: what is equal, what is within tolerance, and what is told of the rest. */
#include <math.h>
#include <string.h>

#include "plugins/verify/compare.h"
#include "tests/unit/cmocka_all.h"

static struct difference difference;

static void compare(float found, float expected, double absolute, double relative)
{
	const struct tolerance within = {absolute, relative};

	difference = (struct difference){0};
	compare_floats(&difference, "v", &found, &expected, 1, &within);
}

static void test_equal(void **state)
{
	(void)state;
	compare(1, 1, 0, 0);
	assert_int_equal(difference.differing, 0);
	compare(NAN, -NAN, 0, 0);
	assert_int_equal(difference.differing, 0);
	compare(INFINITY, INFINITY, 0, 0);
	assert_int_equal(difference.differing, 0);
	compare(0.0f, -0.0f, 0, 0);
	assert_int_equal(difference.differing, 0);
	assert_int_equal(difference.values, 1);
}

static void test_tolerance(void **state)
{
	(void)state;
	compare(8.5f, 8, 0.25, 0.03125);
	assert_int_equal(difference.differing, 0);
	assert_true(difference.max_absolute == 0.5);
	assert_true(difference.max_relative == 0.0625);
	compare(8.5f, 8, 0.25, 0.03);
	assert_int_equal(difference.differing, 1);
	assert_string_equal(difference.first, "v[0] is 8.5, expected 8");
	compare(nextafterf(1, 2), 1, 0, 0);
	assert_int_equal(difference.differing, 1);
}

static void test_no_numbers(void **state)
{
	(void)state;
	compare(NAN, 1, 1e300, 1);
	assert_int_equal(difference.differing, 1);
	assert_true(isinf(difference.max_absolute));
	compare(1, NAN, 1e300, 1);
	assert_int_equal(difference.differing, 1);
	compare(INFINITY, -INFINITY, 1e300, 0);
	assert_int_equal(difference.differing, 1);
	compare(1, 0, 0, 1);
	assert_int_equal(difference.differing, 1);
	assert_true(isinf(difference.max_relative));
	compare(1, 0, 1, 0);
	assert_int_equal(difference.differing, 0);
}

static void test_many(void **state)
{
	const double found[] = {1, 2, 30, 4}, expected[] = {1, 2.5, 3, 4};
	const struct tolerance within = {0, 0};

	(void)state;
	difference = (struct difference){0};
	compare_doubles(&difference, "report", found, expected, 4, &within);
	compare_integers(&difference, "result", -22, 0);
	assert_int_equal(difference.values, 5);
	assert_int_equal(difference.differing, 3);
	assert_true(difference.max_absolute == 27);
	assert_string_equal(difference.first, "report[1] is 2, expected 2.5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_tolerance),
		cmocka_unit_test(test_no_numbers),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
