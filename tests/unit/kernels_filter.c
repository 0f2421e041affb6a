/* SPDX-License-Identifier: Apache-2.0 */
/* Filters and synchronisation in time. */
#include "tests/unit/kernels_testing.h"

#define N NAN

static void gaussian_keeps_a_flat_grid(void **state)
{
	float a[27], b[27];
	const struct amqadf_grid in = GRID(3, 3, 3, a);
	struct amqadf_grid out = GRID(3, 3, 3, b);

	(void)state;
	for (int n = 0; n < 27; n++)
		a[n] = 4.0f;
	assert_int_equal(amqadf_filter_gaussian(&in, &out, 1.0f), 0);
	expect_values(b, a, 27);
}

static void gaussian_weighs_by_distance_over_the_active(void **state)
{
	/* Voxel 0 sees 1 at distance 0 and 3 at 2; the hole between does not count. */
	float a[] = {1, N, 3}, b[] = {0, 0, 0};
	const struct amqadf_grid in = GRID(1, 1, 3, a);
	struct amqadf_grid out = GRID(1, 1, 3, b);
	double g = exp(-2.0);

	(void)state;
	assert_int_equal(amqadf_filter_gaussian(&in, &out, 1.0f), 0);
	expect_near((double)b[0], (1.0 + 3.0 * g) / (1.0 + g), 1e-6);
	assert_true(isnan(b[1]));
	expect_near((double)b[2], (3.0 + g) / (1.0 + g), 1e-6);
}

static void gaussian_reaches_three_sigma(void **state)
{
	/* sigma 1: r = 3, so the voxel 4 away is not seen; at 0.5 r = 2, at 0.34 again. */
	float far[] = {1, N, N, N, 3}, near[] = {1, N, 3}, b[5];
	const struct amqadf_grid four = GRID(5, 1, 1, far), two = GRID(3, 1, 1, near);
	struct amqadf_grid out = GRID(5, 1, 1, b), out_two = GRID(3, 1, 1, b);

	(void)state;
	assert_int_equal(amqadf_filter_gaussian(&four, &out, 1.0f), 0);
	expect_values(b, far, 5);
	assert_int_equal(amqadf_filter_gaussian(&two, &out_two, 0.34f), 0);
	assert_true(b[0] > 1.0f);
	assert_int_equal(amqadf_filter_gaussian(&two, &out_two, 0.33f), 0);
	expect_values(b, near, 3);
}

static void gaussian_uses_all_three_axes(void **state)
{
	/* Only the opposite corner is active besides: distance sqrt(3), weight exp(-1.5). */
	float a[] = {1, N, N, N, N, N, N, 3}, b[8];
	const struct amqadf_grid in = GRID(2, 2, 2, a);
	struct amqadf_grid out = GRID(2, 2, 2, b);
	double g = exp(-1.5);

	(void)state;
	assert_int_equal(amqadf_filter_gaussian(&in, &out, 1.0f), 0);
	expect_near((double)b[0], (1.0 + 3.0 * g) / (1.0 + g), 1e-6);
}

static void median_removes_a_spike(void **state)
{
	float a[] = {1, 2, 100, 4, 5}, b[5];
	const struct amqadf_grid in = GRID(5, 1, 1, a);
	struct amqadf_grid out = GRID(5, 1, 1, b);

	(void)state;
	/* At the border two values are left: the mean of the middle two. */
	assert_int_equal(amqadf_filter_median(&in, &out, 3), 0);
	expect_values(b, (float[]){1.5f, 2, 4, 5, 4.5f}, 5);
}

static void median_of_size_one_changes_nothing(void **state)
{
	float a[] = {1, N, 100}, b[3];
	const struct amqadf_grid in = GRID(3, 1, 1, a);
	struct amqadf_grid out = GRID(3, 1, 1, b);

	(void)state;
	assert_int_equal(amqadf_filter_median(&in, &out, 1), 0);
	expect_values(b, a, 3);
}

static void bilateral_keeps_an_edge(void **state)
{
	/* Across the edge the range weight is exp(-5000), that is 0. */
	float a[] = {0, 0, 10, 10}, b[4];
	const struct amqadf_grid in = GRID(4, 1, 1, a);
	struct amqadf_grid out = GRID(4, 1, 1, b);

	(void)state;
	assert_int_equal(amqadf_filter_bilateral(&in, &out, 1.0f, 0.1f), 0);
	expect_values(b, a, 4);
}

static void bilateral_weighs_space_and_range(void **state)
{
	float a[] = {0, 1}, b[2];
	const struct amqadf_grid in = GRID(2, 1, 1, a);
	struct amqadf_grid out = GRID(2, 1, 1, b);
	double w = exp(-0.5) * exp(-0.125); /* Distance 1 by sigma 1; difference 1 by range 2. */

	(void)state;
	assert_int_equal(amqadf_filter_bilateral(&in, &out, 1.0f, 2.0f), 0);
	expect_near((double)b[0], w / (1.0 + w), 1e-6);
}

static void bilateral_with_a_wide_range_is_the_gaussian(void **state)
{
	float a[] = {1, 5, 2, 8}, b[4], c[4];
	const struct amqadf_grid in = GRID(4, 1, 1, a);
	struct amqadf_grid out = GRID(4, 1, 1, b), plain = GRID(4, 1, 1, c);

	(void)state;
	assert_int_equal(amqadf_filter_bilateral(&in, &out, 1.0f, 1e6f), 0);
	assert_int_equal(amqadf_filter_gaussian(&in, &plain, 1.0f), 0);
	for (int n = 0; n < 4; n++)
		expect_near((double)b[n], (double)c[n], 1e-6);
}

static void filters_take_the_transform(void **state)
{
	float a[] = {1}, b[1];
	struct amqadf_grid in = GRID(1, 1, 1, a), out = GRID(1, 1, 1, b);

	(void)state;
	in.voxel_size = 0.25;
	in.origin[0] = 7.0;
	assert_int_equal(amqadf_filter_median(&in, &out, 3), 0);
	expect_near(out.voxel_size, 0.25, 0.0);
	expect_near(out.origin[0], 7.0, 0.0);
}

static void filters_refuse_bad_parameters(void **state)
{
	float a[] = {1}, b[] = {9};
	const struct amqadf_grid in = GRID(1, 1, 1, a);
	struct amqadf_grid out = GRID(1, 1, 1, b);

	(void)state;
	assert_int_equal(amqadf_filter_gaussian(&in, &out, 0.0f), -EINVAL);
	assert_int_equal(amqadf_filter_gaussian(&in, &out, 65.0f), -EINVAL);
	assert_int_equal(amqadf_filter_gaussian(&in, &out, N), -EINVAL);
	assert_int_equal(amqadf_filter_bilateral(&in, &out, 1.0f, 0.0f), -EINVAL);
	assert_int_equal(amqadf_filter_bilateral(&in, &out, -1.0f, 1.0f), -EINVAL);
	assert_int_equal(amqadf_filter_median(&in, &out, 0), -EINVAL);
	assert_int_equal(amqadf_filter_median(&in, &out, -3), -EINVAL);
	assert_int_equal(amqadf_filter_median(&in, &out, 2), -EINVAL);
	assert_int_equal(amqadf_filter_median(&in, &out, 131), -EINVAL);
	expect_values(b, (float[]){9}, 1);
}

static void filters_refuse_to_work_in_place_or_across_shapes(void **state)
{
	float a[] = {1, 2}, b[] = {9, 9};
	const struct amqadf_grid in = GRID(2, 1, 1, a);
	struct amqadf_grid same = GRID(2, 1, 1, a), tall = GRID(1, 2, 1, b);

	(void)state;
	assert_int_equal(amqadf_filter_gaussian(&in, &same, 1.0f), -EINVAL);
	assert_int_equal(amqadf_filter_median(&in, &same, 3), -EINVAL);
	assert_int_equal(amqadf_filter_median(&in, &tall, 3), -EINVAL);
	assert_int_equal(amqadf_filter_bilateral(NULL, &tall, 1.0f, 1.0f), -EINVAL);
	expect_values(a, (float[]){1, 2}, 2);
}

/* Two grids of three voxels, of which they share the first. */
static float early[] = {1, 2, N};
static float late[] = {5, N, 6};
static const struct amqadf_grid grid_early = GRID(3, 1, 1, early);
static const struct amqadf_grid grid_late = GRID(3, 1, 1, late);
static const struct amqadf_grid *const both[] = {&grid_early, &grid_late};

static void sync_joins_what_falls_in_one_bin(void **state)
{
	/* Bin [0, 4), centre 2: weights exp(-2) and exp(-1). */
	const double a[] = {0.0}, b[] = {3.0};
	const struct amqadf_stamps stamps[] = {{1, a}, {1, b}};
	float values[] = {9, 9, 9};
	struct amqadf_grid result = GRID(3, 1, 1, values);
	double wa = exp(-2.0), wb = exp(-1.0);

	(void)state;
	assert_int_equal(amqadf_sync_temporal(both, stamps, 2, 4.0, &result), 0);
	expect_near((double)values[0], (wa + 5.0 * wb) / (wa + wb), 1e-6);
	expect_values(values + 1, (float[]){2, 6}, 2);
}

static void sync_lets_a_later_bin_overwrite(void **state)
{
	/* Bins [0, 1) and [1, 2): the second grid has a stamp in the latter only. */
	const double a[] = {0.0}, b[] = {1.0};
	const struct amqadf_stamps stamps[] = {{1, a}, {1, b}};
	float values[3];
	struct amqadf_grid result = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_sync_temporal(both, stamps, 2, 1.0, &result), 0);
	expect_values(values, (float[]){5, 2, 6}, 3);
}

static void sync_weighs_by_the_closest_of_all_stamps(void **state)
{
	/*
	 * Bin [0, 4), centre 2. The first grid has a stamp at 0 in it and one at 2, distance 0;
	 * the second at 3, distance 1. In bin [4, 8) is nothing, in [8, 12) only the first.
	 */
	const double a[] = {2.0, 0.0}, b[] = {3.0};
	const struct amqadf_stamps stamps[] = {{2, a}, {1, b}};
	float values[3];
	struct amqadf_grid result = GRID(3, 1, 1, values);
	double w = exp(-1.0);

	(void)state;
	assert_int_equal(amqadf_sync_temporal(both, stamps, 2, 4.0, &result), 0);
	expect_near((double)values[0], (1.0 + 5.0 * w) / (1.0 + w), 1e-6);
}

static void sync_passes_over_a_grid_without_stamps(void **state)
{
	const double b[] = {5.0};
	const struct amqadf_stamps stamps[] = {{0, NULL}, {1, b}};
	float values[3];
	struct amqadf_grid result = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_sync_temporal(both, stamps, 2, 1.0, &result), 0);
	expect_values(values, (float[]){5, N, 6}, 3);
}

static void sync_of_nothing_is_empty(void **state)
{
	const struct amqadf_stamps stamps[] = {{0, NULL}, {0, NULL}};
	float values[] = {1, 2, 3};
	struct amqadf_grid result = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_sync_temporal(both, stamps, 2, 1.0, &result), 0);
	expect_values(values, (float[]){N, N, N}, 3);
	values[0] = 1;
	assert_int_equal(amqadf_sync_temporal(NULL, NULL, 0, 1.0, &result), 0);
	expect_values(values, (float[]){N, N, N}, 3);
}

static int sync_with(double stamp, double window)
{
	const double a[] = {0.0}, b[] = {stamp};
	const struct amqadf_stamps stamps[] = {{1, a}, {1, b}};
	float values[3];
	struct amqadf_grid result = GRID(3, 1, 1, values);

	return amqadf_sync_temporal(both, stamps, 2, window, &result);
}

static void sync_refuses_a_window_that_would_not_end(void **state)
{
	(void)state;
	assert_int_equal(sync_with(1.0, 0.0), -EINVAL);
	assert_int_equal(sync_with(1.0, -1.0), -EINVAL);
	assert_int_equal(sync_with(1.0, (double)N), -EINVAL);
	assert_int_equal(sync_with(1.0, (double)INFINITY), -EINVAL);
	assert_int_equal(sync_with(1.0, 1e-9), -ERANGE);
	assert_int_equal(sync_with(1e9, 1e-300), -ERANGE);
}

static void sync_refuses_a_window_below_the_stamps_resolution(void **state)
{
	const double a[] = {1e16};
	const struct amqadf_stamps stamps[] = {{1, a}, {0, NULL}};
	float values[3];
	struct amqadf_grid result = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_sync_temporal(both, stamps, 2, 0.1, &result), -ERANGE);
}

static void sync_refuses_bad_arguments(void **state)
{
	const double a[] = {0.0};
	const struct amqadf_stamps good[] = {{1, a}, {1, a}}, missing[] = {{1, a}, {1, NULL}};
	float values[] = {8, 8, 8};
	struct amqadf_grid result = GRID(3, 1, 1, values), tall = GRID(1, 3, 1, values);
	struct amqadf_grid same = GRID(3, 1, 1, late);

	(void)state;
	assert_int_equal(sync_with((double)N, 1.0), -EINVAL);
	assert_int_equal(amqadf_sync_temporal(both, missing, 2, 1.0, &result), -EINVAL);
	assert_int_equal(amqadf_sync_temporal(both, NULL, 2, 1.0, &result), -EINVAL);
	assert_int_equal(amqadf_sync_temporal(both, good, 2, 1.0, &tall), -EINVAL);
	assert_int_equal(amqadf_sync_temporal(both, good, 2, 1.0, &same), -EINVAL);
	expect_values(values, (float[]){8, 8, 8}, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gaussian_keeps_a_flat_grid),
		cmocka_unit_test(gaussian_weighs_by_distance_over_the_active),
		cmocka_unit_test(gaussian_reaches_three_sigma),
		cmocka_unit_test(gaussian_uses_all_three_axes),
		cmocka_unit_test(median_removes_a_spike),
		cmocka_unit_test(median_of_size_one_changes_nothing),
		cmocka_unit_test(bilateral_keeps_an_edge),
		cmocka_unit_test(bilateral_weighs_space_and_range),
		cmocka_unit_test(bilateral_with_a_wide_range_is_the_gaussian),
		cmocka_unit_test(filters_take_the_transform),
		cmocka_unit_test(filters_refuse_bad_parameters),
		cmocka_unit_test(filters_refuse_to_work_in_place_or_across_shapes),
		cmocka_unit_test(sync_joins_what_falls_in_one_bin),
		cmocka_unit_test(sync_lets_a_later_bin_overwrite),
		cmocka_unit_test(sync_weighs_by_the_closest_of_all_stamps),
		cmocka_unit_test(sync_passes_over_a_grid_without_stamps),
		cmocka_unit_test(sync_of_nothing_is_empty),
		cmocka_unit_test(sync_refuses_a_window_that_would_not_end),
		cmocka_unit_test(sync_refuses_a_window_below_the_stamps_resolution),
		cmocka_unit_test(sync_refuses_bad_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
