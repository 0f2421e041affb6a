/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion, quality and statistics of small grids. */
#include "tests/unit/kernels_testing.h"

#define N NAN

/* Three grids of four voxels: all active, two, one, none. */
static float one[] = {1, 2, N, N};
static float two[] = {4, N, N, N};
static float six[] = {7, 8, 9, N};
static const struct amqadf_grid grid_one = GRID(4, 1, 1, one);
static const struct amqadf_grid grid_two = GRID(4, 1, 1, two);
static const struct amqadf_grid grid_six = GRID(4, 1, 1, six);
static const struct amqadf_grid *const three[] = {&grid_one, &grid_two, &grid_six};

static void expect_fused(enum amqadf_fusion strategy, const float expected[4])
{
	float values[4] = {-1, -1, -1, -1};
	struct amqadf_grid result = GRID(4, 1, 1, values);

	assert_int_equal(amqadf_fuse(three, 3, strategy, &result), 0);
	expect_values(values, expected, 4);
}

static void fuse_averages_over_the_active(void **state)
{
	(void)state;
	expect_fused(AMQADF_FUSE_WEIGHTED_AVERAGE, (float[]){4, 5, 9, N});
}

static void fuse_takes_the_maximum(void **state)
{
	(void)state;
	expect_fused(AMQADF_FUSE_MAX, (float[]){7, 8, 9, N});
}

static void fuse_takes_the_minimum(void **state)
{
	(void)state;
	expect_fused(AMQADF_FUSE_MIN, (float[]){1, 2, 9, N});
}

static void fuse_takes_the_median_or_the_mean_of_the_middle_two(void **state)
{
	(void)state;
	expect_fused(AMQADF_FUSE_MEDIAN, (float[]){4, 5, 9, N});
}

static void fuse_median_sorts(void **state)
{
	float a[] = {9}, b[] = {-3}, c[] = {2}, d[] = {4}, values[1];
	const struct amqadf_grid ga = GRID(1, 1, 1, a), gb = GRID(1, 1, 1, b);
	const struct amqadf_grid gc = GRID(1, 1, 1, c), gd = GRID(1, 1, 1, d);
	const struct amqadf_grid *const grids[] = {&ga, &gb, &gc, &gd};
	struct amqadf_grid result = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_fuse(grids, 4, AMQADF_FUSE_MEDIAN, &result), 0);
	expect_values(values, (float[]){3}, 1);
}

static void fuse_with_an_unknown_strategy_is_empty(void **state)
{
	(void)state;
	expect_fused((enum amqadf_fusion)4, (float[]){N, N, N, N});
}

static void fuse_of_no_grids_is_empty(void **state)
{
	float values[] = {1, 2};
	struct amqadf_grid result = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_fuse(NULL, 0, AMQADF_FUSE_MAX, &result), 0);
	expect_values(values, (float[]){N, N}, 2);
	values[0] = 1;
	assert_int_equal(amqadf_fuse_weighted(NULL, 0, NULL, 0, &result), 0);
	expect_values(values, (float[]){N, N}, 2);
}

static void fuse_takes_the_first_grids_transform(void **state)
{
	float a[] = {1}, b[] = {2}, values[1];
	struct amqadf_grid first = GRID(1, 1, 1, a), second = GRID(1, 1, 1, b);
	const struct amqadf_grid *const grids[] = {&first, &second};
	struct amqadf_grid result = GRID(1, 1, 1, values);

	(void)state;
	first.voxel_size = 0.5;
	first.origin[1] = 3.0;
	assert_int_equal(amqadf_fuse(grids, 2, AMQADF_FUSE_MAX, &result), 0);
	expect_near(result.voxel_size, 0.5, 0.0);
	expect_near(result.origin[1], 3.0, 0.0);
	expect_values(values, (float[]){2}, 1);
}

static void fuse_may_write_over_a_source(void **state)
{
	float a[] = {1, 5}, b[] = {3, N};
	struct amqadf_grid first = GRID(2, 1, 1, a), second = GRID(2, 1, 1, b);
	const struct amqadf_grid *const grids[] = {&first, &second};

	(void)state;
	assert_int_equal(amqadf_fuse(grids, 2, AMQADF_FUSE_WEIGHTED_AVERAGE, &first), 0);
	expect_values(a, (float[]){2, 5}, 2);
}

static void fuse_refuses_other_dimensions(void **state)
{
	float a[] = {1, 2}, values[] = {5, 6};
	const struct amqadf_grid wide = GRID(2, 1, 1, a);
	const struct amqadf_grid *const grids[] = {&wide}, *const none[] = {NULL};
	struct amqadf_grid tall = GRID(1, 2, 1, values);
	const float weight[] = {1};

	(void)state;
	assert_int_equal(amqadf_fuse(grids, 1, AMQADF_FUSE_MAX, &tall), -EINVAL);
	assert_int_equal(amqadf_fuse(none, 1, AMQADF_FUSE_MAX, &tall), -EINVAL);
	assert_int_equal(amqadf_fuse(NULL, 1, AMQADF_FUSE_MAX, &tall), -EINVAL);
	assert_int_equal(amqadf_fuse(grids, 1, AMQADF_FUSE_MAX, NULL), -EINVAL);
	assert_int_equal(amqadf_fuse_weighted(grids, 1, weight, 1, &tall), -EINVAL);
	expect_values(values, (float[]){5, 6}, 2);
}

static void fuse_weighted_normalises_over_the_active(void **state)
{
	/* (1 + 2 * 4 + 5 * 7) / 8; (2 + 5 * 8) / 6; 9; none. */
	const float weights[] = {1, 2, 5};
	float values[4];
	struct amqadf_grid result = GRID(4, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_fuse_weighted(three, 3, weights, 3, &result), 0);
	expect_values(values, (float[]){5.5f, 7, 9, N}, 4);
}

static void fuse_weighted_leaves_out_what_weighs_nothing(void **state)
{
	const float weights[] = {1, 1, 0};
	float values[4];
	struct amqadf_grid result = GRID(4, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_fuse_weighted(three, 3, weights, 3, &result), 0);
	expect_values(values, (float[]){2.5f, 2, N, N}, 4);
}

static void fuse_weighted_refuses_bad_weights(void **state)
{
	const float zero[] = {0, 0, 0}, negative[] = {1, 1, -3}, odd[] = {1, N, 1};
	float values[4] = {5, 5, 5, 5};
	struct amqadf_grid result = GRID(4, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_fuse_weighted(three, 3, zero, 3, &result), -EINVAL);
	assert_int_equal(amqadf_fuse_weighted(three, 3, negative, 3, &result), -EINVAL);
	assert_int_equal(amqadf_fuse_weighted(three, 3, odd, 3, &result), -EINVAL);
	assert_int_equal(amqadf_fuse_weighted(three, 3, odd, 2, &result), -EINVAL);
	assert_int_equal(amqadf_fuse_weighted(three, 3, NULL, 3, &result), -EINVAL);
	expect_values(values, (float[]){5, 5, 5, 5}, 4);
}

static void quality_of_a_perfect_copy_is_one(void **state)
{
	float a[] = {1, 2, 4};
	const struct amqadf_grid grid = GRID(3, 1, 1, a);
	const struct amqadf_grid *const sources[] = {&grid};
	struct amqadf_quality_report report;

	(void)state;
	assert_int_equal(amqadf_quality(&grid, sources, 1, &report, NULL), 0);
	expect_near(report.coverage, 1.0, 0.0);
	expect_near(report.accuracy, 1.0, 1e-15);
	expect_near(report.consistency, 1.0, 0.0);
	expect_near(report.quality, 1.0, 1e-15);
	expect_near(report.residual_max, 0.0, 0.0);
}

static void quality_weighs_its_three_parts(void **state)
{
	/*
	 * Source: fused - 1, so r = 1, RMSE = 1, maximum 4: consistency 0.75. Four of the box
	 * of five voxels are active: 0.8. 0.4 + 0.225 + 0.24 = 0.865.
	 */
	float a[] = {N, 4, 3, N, 4, 3, N}, b[] = {1, 3, 2, 7, 3, 2, 1};
	const struct amqadf_grid fused = GRID(7, 1, 1, a), source = GRID(7, 1, 1, b);
	const struct amqadf_grid *const sources[] = {&source};
	struct amqadf_quality_report report;
	double correlation;

	(void)state;
	assert_int_equal(amqadf_quality(&fused, sources, 1, &report, &correlation), 0);
	expect_near(report.coverage, 0.8, 1e-15);
	expect_near(report.accuracy, 1.0, 1e-15);
	expect_near(correlation, 1.0, 1e-15);
	expect_near(report.consistency, 0.75, 1e-15);
	expect_near(report.quality, 0.865, 1e-15);
	expect_near(report.residual_mean, 1.0, 1e-15);
	expect_near(report.residual_max, 1.0, 1e-15);
	expect_near(report.residual_std, 0.0, 1e-12);
}

static void quality_takes_the_size_of_a_negative_correlation(void **state)
{
	/* Residuals 2, 0, 2: mean 4/3, std sqrt(8/3 - 16/9). */
	float a[] = {1, 2, 3}, b[] = {3, 2, 1};
	const struct amqadf_grid fused = GRID(3, 1, 1, a), source = GRID(3, 1, 1, b);
	const struct amqadf_grid *const sources[] = {&source, &fused};
	struct amqadf_quality_report report;
	double correlations[2];

	(void)state;
	assert_int_equal(amqadf_quality(&fused, sources, 1, &report, correlations), 0);
	expect_near(report.accuracy, 1.0, 1e-15);
	expect_near(report.residual_mean, 4.0 / 3.0, 1e-15);
	expect_near(report.residual_std, sqrt(8.0 / 9.0), 1e-12);
	assert_int_equal(amqadf_quality(&fused, sources, 2, &report, correlations), 0);
	expect_near(report.residual_mean, 2.0 / 3.0, 1e-15);
}

static void quality_passes_over_values_that_are_not_valid(void **state)
{
	float a[] = {1, 2, 0, 1e-11f, INFINITY, 3}, b[] = {1, 2, 9, 9, 9, 0};
	const struct amqadf_grid fused = GRID(6, 1, 1, a), source = GRID(6, 1, 1, b);
	const struct amqadf_grid *const sources[] = {&source};
	struct amqadf_quality_report report;

	(void)state;
	assert_int_equal(amqadf_quality(&fused, sources, 1, &report, NULL), 0);
	expect_near(report.accuracy, 1.0, 1e-15);
	expect_near(report.consistency, 1.0, 0.0);
	expect_near(report.coverage, 1.0, 0.0);
}

static void quality_without_variance_or_sources_has_no_accuracy(void **state)
{
	float a[] = {2, 2}, none[] = {N, N};
	const struct amqadf_grid flat = GRID(2, 1, 1, a), empty = GRID(2, 1, 1, none);
	const struct amqadf_grid *const sources[] = {&flat};
	struct amqadf_quality_report report;

	(void)state;
	assert_int_equal(amqadf_quality(&flat, sources, 1, &report, NULL), 0);
	expect_near(report.accuracy, 0.0, 0.0);
	expect_near(report.quality, 0.6, 1e-15);
	assert_int_equal(amqadf_quality(&flat, NULL, 0, &report, NULL), 0);
	expect_near(report.quality, 0.3, 1e-15);
	assert_int_equal(amqadf_quality(&empty, sources, 1, &report, NULL), 0);
	expect_near(report.quality, 0.0, 0.0);
}

static void quality_refuses_other_dimensions(void **state)
{
	float a[] = {2, 2};
	const struct amqadf_grid wide = GRID(2, 1, 1, a), tall = GRID(1, 1, 2, a);
	const struct amqadf_grid *const sources[] = {&tall};
	struct amqadf_quality_report report = {.quality = 7.0};

	(void)state;
	assert_int_equal(amqadf_quality(&wide, sources, 1, &report, NULL), -EINVAL);
	assert_int_equal(amqadf_quality(NULL, sources, 1, &report, NULL), -EINVAL);
	assert_int_equal(amqadf_quality(&tall, sources, 1, NULL, NULL), -EINVAL);
	expect_near(report.quality, 7.0, 0.0);
}

static void statistics_describe_the_active(void **state)
{
	/* 1 to 5: mean 3, variance 2; percentile p lies at 1 + 4 p. */
	float a[] = {5, N, 3, 1, N, 4, 2, N};
	const struct amqadf_grid grid = GRID(2, 2, 2, a);
	struct amqadf_statistics_report report;

	(void)state;
	assert_int_equal(amqadf_statistics(&grid, &report), 0);
	assert_int_equal(report.voxels, 8);
	assert_int_equal(report.active, 5);
	expect_near(report.minimum, 1.0, 0.0);
	expect_near(report.maximum, 5.0, 0.0);
	expect_near(report.mean, 3.0, 1e-15);
	expect_near(report.std, sqrt(2.0), 1e-15);
	expect_near(report.percentile[0], 1.2, 1e-12);
	expect_near(report.percentile[1], 2.0, 1e-12);
	expect_near(report.percentile[2], 3.0, 1e-12);
	expect_near(report.percentile[3], 4.0, 1e-12);
	expect_near(report.percentile[4], 4.8, 1e-12);
}

static void statistics_of_one_voxel(void **state)
{
	float a[] = {-2};
	const struct amqadf_grid grid = GRID(1, 1, 1, a);
	struct amqadf_statistics_report report;

	(void)state;
	assert_int_equal(amqadf_statistics(&grid, &report), 0);
	expect_near(report.std, 0.0, 0.0);
	expect_near(report.percentile[0], -2.0, 0.0);
	expect_near(report.percentile[4], -2.0, 0.0);
}

static void statistics_of_nothing_are_not_numbers(void **state)
{
	float a[] = {N, N};
	const struct amqadf_grid grid = GRID(2, 1, 1, a);
	struct amqadf_statistics_report report;

	(void)state;
	assert_int_equal(amqadf_statistics(&grid, &report), 0);
	assert_int_equal(report.active, 0);
	assert_true(isnan(report.mean) && isnan(report.minimum) && isnan(report.percentile[2]));
	assert_int_equal(amqadf_statistics(&grid, NULL), -EINVAL);
	assert_int_equal(amqadf_statistics(NULL, &report), -EINVAL);
}

static void grids_begin_inactive_and_end_empty(void **state)
{
	struct amqadf_grid grid;
	const double origin[3] = {1, 2, 3};

	(void)state;
	assert_int_equal(amqadf_grid_init(&grid, (uint64_t[]){2, 3, 1}, origin, 0.5), 0);
	for (int n = 0; n < 6; n++)
		assert_true(isnan(grid.values[n]));
	expect_near(grid.origin[2], 3.0, 0.0);
	amqadf_grid_free(&grid);
	assert_null(grid.values);
	assert_int_equal(grid.nx, 0);
	amqadf_grid_free(NULL);
}

static void grids_refuse_impossible_sizes(void **state)
{
	struct amqadf_grid grid;
	const double origin[3] = {0};
	const uint64_t huge = UINT64_C(1) << 40;

	(void)state;
	assert_int_equal(amqadf_grid_init(&grid, (uint64_t[]){0, 1, 1}, origin, 1.0), -EINVAL);
	assert_int_equal(amqadf_grid_init(&grid, (uint64_t[]){huge, huge, 1}, origin, 1.0),
			 -EINVAL);
	assert_int_equal(amqadf_grid_init(&grid, (uint64_t[]){1, 1, 1}, origin, 0.0), -EINVAL);
	assert_int_equal(amqadf_grid_init(NULL, (uint64_t[]){1, 1, 1}, origin, 1.0), -EINVAL);
}

static void codes_have_words(void **state)
{
	(void)state;
	assert_string_equal(amqadf_strerror(0), "success");
	assert_non_null(strstr(amqadf_strerror(-EINVAL), "out of range"));
	assert_string_equal(amqadf_strerror(-ENOMEM), strerror(ENOMEM));
	assert_string_equal(amqadf_strerror(-99999), "unknown error code");
	assert_string_equal(amqadf_strerror(7), "unknown error code");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuse_averages_over_the_active),
		cmocka_unit_test(fuse_takes_the_maximum),
		cmocka_unit_test(fuse_takes_the_minimum),
		cmocka_unit_test(fuse_takes_the_median_or_the_mean_of_the_middle_two),
		cmocka_unit_test(fuse_median_sorts),
		cmocka_unit_test(fuse_with_an_unknown_strategy_is_empty),
		cmocka_unit_test(fuse_of_no_grids_is_empty),
		cmocka_unit_test(fuse_takes_the_first_grids_transform),
		cmocka_unit_test(fuse_may_write_over_a_source),
		cmocka_unit_test(fuse_refuses_other_dimensions),
		cmocka_unit_test(fuse_weighted_normalises_over_the_active),
		cmocka_unit_test(fuse_weighted_leaves_out_what_weighs_nothing),
		cmocka_unit_test(fuse_weighted_refuses_bad_weights),
		cmocka_unit_test(quality_of_a_perfect_copy_is_one),
		cmocka_unit_test(quality_weighs_its_three_parts),
		cmocka_unit_test(quality_takes_the_size_of_a_negative_correlation),
		cmocka_unit_test(quality_passes_over_values_that_are_not_valid),
		cmocka_unit_test(quality_without_variance_or_sources_has_no_accuracy),
		cmocka_unit_test(quality_refuses_other_dimensions),
		cmocka_unit_test(statistics_describe_the_active),
		cmocka_unit_test(statistics_of_one_voxel),
		cmocka_unit_test(statistics_of_nothing_are_not_numbers),
		cmocka_unit_test(grids_begin_inactive_and_end_empty),
		cmocka_unit_test(grids_refuse_impossible_sizes),
		cmocka_unit_test(codes_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
