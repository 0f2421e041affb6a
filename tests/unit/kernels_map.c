/* SPDX-License-Identifier: Apache-2.0 */
/* Mapping points to voxels: expectations can be derived by hand. */
#include "tests/unit/kernels_testing.h"

#include <float.h>

static void nearest_takes_the_voxel_below(void **state)
{
	const float xyz[] = {1.9f, 0.0f, 0.0f}, signal[] = {7.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {NAN, NAN, NAN};
	struct amqadf_grid grid = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_nearest(&points, &grid), 0);
	expect_values(values, (float[]){NAN, 7.0f, NAN}, 3);
}

static void nearest_lets_the_last_point_win(void **state)
{
	const float xyz[] = {0.1f, 0, 0, 0.2f, 0, 0}, signal[] = {1.0f, 2.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_nearest(&points, &grid), 0);
	expect_values(values, (float[]){2.0f}, 1);
}

static void nearest_follows_origin_and_voxel_size(void **state)
{
	const float xyz[] = {10.5f, -1.0f, 3.0f}, signal[] = {4.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[8] = {0};
	struct amqadf_grid grid = GRID(2, 2, 2, values);

	(void)state;
	grid.voxel_size = 0.5;
	grid.origin[0] = 10.0; /* (10.5 - 10) / 0.5 = 1 */
	grid.origin[1] = -1.0; /* 0 */
	grid.origin[2] = 2.5;  /* 1 */
	assert_int_equal(amqadf_map_nearest(&points, &grid), 0);
	expect_values(values, (float[]){0, 0, 0, 0, 0, 4.0f, 0, 0}, 8);
}

static void nearest_passes_over_points_outside(void **state)
{
	const float xyz[] = {-0.1f, 0, 0, 2.0f, 0, 0, NAN, 0, 0, INFINITY, 0, 0, 1e30f, 0, 0};
	const float signal[] = {1, 2, 3, 4, 5};
	const struct amqadf_points points = POINTS(5, xyz, signal);
	float values[] = {NAN, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_nearest(&points, &grid), 0);
	expect_values(values, (float[]){NAN, NAN}, 2);
}

static void linear_shares_a_point_among_eight_voxels(void **state)
{
	const float xyz[] = {0.25f, 0.5f, 0.0f}, signal[] = {8.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
	struct amqadf_grid grid = GRID(2, 2, 2, values);

	(void)state;
	/* x: 0.75 and 0.25; y: half each; z: all in the lower, and 0 makes the upper active. */
	assert_int_equal(amqadf_map_linear(&points, &grid), 0);
	expect_values(values, (float[]){3, 0, 3, 0, 1, 0, 1, 0}, 8);
}

static void linear_accumulates_on_what_is_there(void **state)
{
	const float xyz[] = {0.5f, 0, 0, 0.5f, 0, 0}, signal[] = {2.0f, 4.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {10.0f, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_linear(&points, &grid), 0);
	expect_values(values, (float[]){13.0f, 3.0f}, 2);
}

static void linear_keeps_the_corners_inside(void **state)
{
	const float xyz[] = {-0.5f, 0, 0, 1.75f, 0, 0}, signal[] = {2.0f, 4.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {NAN, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_linear(&points, &grid), 0);
	expect_values(values, (float[]){1.0f, 1.0f}, 2);
}

static void linear_passes_over_what_is_not_finite(void **state)
{
	const float xyz[] = {NAN, 0, 0, -INFINITY, 0, 0}, signal[] = {2.0f, 4.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {NAN, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_linear(&points, &grid), 0);
	expect_values(values, (float[]){NAN, NAN}, 2);
}

static void idw_weighs_by_inverse_power_of_distance(void **state)
{
	/* Voxel 0: distances 1 and 2, so (6/1 + 3/4) / (1 + 1/4) = 5.4 with power 2. */
	const float xyz[] = {1, 0, 0, 2, 0, 0}, signal[] = {6.0f, 3.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 2), 0);
	expect_values(values, (float[]){5.4f}, 1);
	/* With power 1: (6 + 3/2) / (1 + 1/2) = 5. */
	assert_int_equal(amqadf_map_idw(&points, &grid, 1.0f, 2), 0);
	expect_values(values, (float[]){5.0f}, 1);
}

static void idw_takes_a_point_in_the_voxel_exactly(void **state)
{
	const float close = 1e-9f; /* Its square is below DBL_EPSILON. */
	const float xyz[] = {5, 0, 0, close, 0, 0}, signal[] = {1.0f, 0.1f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 2), 0);
	expect_values(values, (float[]){0.1f}, 1);
}

static void idw_takes_the_k_nearest_only(void **state)
{
	const float xyz[] = {9, 0, 0, 1, 0, 0, 2, 0, 0}, signal[] = {1000.0f, 6.0f, 3.0f};
	const struct amqadf_points points = POINTS(3, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 2), 0);
	expect_values(values, (float[]){5.4f}, 1);
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 1), 0);
	expect_values(values, (float[]){6.0f}, 1);
}

static void idw_breaks_ties_by_the_lowest_index(void **state)
{
	const float xyz[] = {0, 2, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};
	const float signal[] = {9.0f, 5.0f, 7.0f, 8.0f};
	const struct amqadf_points points = POINTS(4, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 1), 0);
	expect_values(values, (float[]){5.0f}, 1);
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 2), 0);
	expect_values(values, (float[]){6.0f}, 1);
}

static void idw_takes_all_when_k_exceeds_the_points(void **state)
{
	const float xyz[] = {1, 0, 0, 2, 0, 0}, signal[] = {6.0f, 3.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, INT32_MAX), 0);
	expect_values(values, (float[]){5.4f}, 1);
}

static void idw_fills_every_voxel(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {3.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {NAN, 1, NAN, 2, NAN, NAN, NAN, NAN};
	struct amqadf_grid grid = GRID(2, 2, 2, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 10), 0);
	expect_values(values, (float[]){3, 3, 3, 3, 3, 3, 3, 3}, 8);
}

static void idw_without_points_leaves_the_grid(void **state)
{
	const struct amqadf_points none = {0};
	float values[] = {1.0f, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&none, &grid, 2.0f, 10), 0);
	expect_values(values, (float[]){1.0f, NAN}, 2);
}

static void idw_refuses_power_and_k_not_above_zero(void **state)
{
	const float xyz[] = {1, 0, 0}, signal[] = {1.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {NAN};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_idw(&points, &grid, 0.0f, 10), -EINVAL);
	assert_int_equal(amqadf_map_idw(&points, &grid, -1.0f, 10), -EINVAL);
	assert_int_equal(amqadf_map_idw(&points, &grid, NAN, 10), -EINVAL);
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, 0), -EINVAL);
	assert_int_equal(amqadf_map_idw(&points, &grid, 2.0f, -1), -EINVAL);
	expect_values(values, (float[]){NAN}, 1);
}

static void kde_is_a_mean_weighted_by_a_gaussian(void **state)
{
	/* Voxel 0: distances 0 and 1; (1 + 3 g) / (1 + g) where g = exp(-0.5 / 4). */
	const float xyz[] = {0, 0, 0, 1, 0, 0}, signal[] = {1.0f, 3.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[] = {0.0f};
	struct amqadf_grid grid = GRID(1, 1, 1, values);
	double g = exp(-0.125);

	(void)state;
	assert_int_equal(amqadf_map_kde(&points, &grid, 2.0f, AMQADF_KDE_GAUSSIAN), 0);
	expect_near((double)values[0], (1.0 + 3.0 * g) / (1.0 + g), 1e-6);
}

static void kde_takes_an_unknown_kernel_for_the_gaussian(void **state)
{
	const float xyz[] = {0, 0, 0, 1, 0, 0}, signal[] = {1.0f, 3.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float one[] = {0.0f}, other[] = {0.0f};
	struct amqadf_grid first = GRID(1, 1, 1, one), second = GRID(1, 1, 1, other);

	(void)state;
	assert_int_equal(amqadf_map_kde(&points, &first, 2.0f, AMQADF_KDE_GAUSSIAN), 0);
	assert_int_equal(amqadf_map_kde(&points, &second, 2.0f, (enum amqadf_kde_kernel)9), 0);
	assert_true(one[0] > 0.0f);
	expect_values(one, other, 1);
}

static void kde_epanechnikov_ends_at_the_bandwidth(void **state)
{
	/* u = 0.5: 0.75 * 0.75; u = 0: 0.75; u = 1.5: nothing. (4 * 0.75 + 1) / 1.75. */
	const float xyz[] = {1, 0, 0, 0, 0, 0, 3, 0, 0}, signal[] = {4.0f, 1.0f, 1000.0f};
	const struct amqadf_points points = POINTS(3, xyz, signal);
	float values[] = {0.0f};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_kde(&points, &grid, 2.0f, AMQADF_KDE_EPANECHNIKOV), 0);
	expect_near((double)values[0], 4.0 / 1.75, 1e-6);
}

static void kde_fills_the_active_box_only(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {NAN, 5, NAN, 5, NAN};
	struct amqadf_grid grid = GRID(5, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_kde(&points, &grid, 1.0f, AMQADF_KDE_GAUSSIAN), 0);
	expect_values(values, (float[]){NAN, 2, 2, 2, NAN}, 5);
}

static void kde_without_an_active_voxel_does_nothing(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {NAN, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_kde(&points, &grid, 1.0f, AMQADF_KDE_GAUSSIAN), 0);
	expect_values(values, (float[]){NAN, NAN}, 2);
}

static void kde_leaves_voxels_out_of_reach(void **state)
{
	/* exp(-0.5 * 15^2) is 0 in float, exp(-0.5 * 14^2) is not. */
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[16];
	struct amqadf_grid grid = GRID(16, 1, 1, values);

	(void)state;
	for (int n = 0; n < 16; n++)
		values[n] = 9.0f;
	assert_int_equal(amqadf_map_kde(&points, &grid, 1.0f, AMQADF_KDE_GAUSSIAN), 0);
	expect_near((double)values[14], 2.0, 0.5); /* Subnormal weights are coarse. */
	expect_values(values + 15, (float[]){9.0f}, 1);
}

static void kde_without_points_leaves_the_grid(void **state)
{
	const struct amqadf_points none = {0};
	float values[] = {1.0f};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_kde(&none, &grid, 1.0f, AMQADF_KDE_GAUSSIAN), 0);
	expect_values(values, (float[]){1.0f}, 1);
}

static void kde_does_not_validate_the_bandwidth(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {1.0f};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_kde(&points, &grid, 0.0f, AMQADF_KDE_GAUSSIAN), 0);
	expect_values(values, (float[]){NAN}, 1);
}

static void rbf_passes_through_its_points(void **state)
{
	/* No two of them 1 apart, where the thin plate's function is 0. */
	const float xyz[] = {0, 0, 0, 2, 0, 0, 5, 0, 0}, signal[] = {1.0f, -2.0f, 0.5f};
	const struct amqadf_points points = POINTS(3, xyz, signal);
	float values[6];
	struct amqadf_grid grid = GRID(6, 1, 1, values);

	(void)state;
	for (int kernel = AMQADF_RBF_GAUSSIAN; kernel <= AMQADF_RBF_THIN_PLATE; kernel++) {
		int status = amqadf_map_rbf(&points, &grid, (enum amqadf_rbf_kernel)kernel, 1.0f);

		assert_int_equal(status, 0);
		expect_near((double)values[0], 1.0, 1e-4);
		expect_near((double)values[2], -2.0, 1e-4);
		expect_near((double)values[5], 0.5, 1e-4);
	}
}

static void rbf_of_one_point_is_its_function(void **state)
{
	/* phi(0) = 1 for both, so the weight is 2 and voxel 2 is 2 phi(2), epsilon 0.5. */
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[3];
	struct amqadf_grid grid = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, 0.5f), 0);
	expect_near((double)values[2], 2.0 * exp(-2.0), 1e-6);
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_MULTIQUADRIC, 0.5f), 0);
	expect_near((double)values[2], 2.0 * sqrt(2.0), 1e-6);
}

static void rbf_thin_plate_of_two_points(void **state)
{
	/*
	 * phi(2) = 4 ln 2 and phi(0) = 0: w0 = v1 / (4 ln 2), w1 = v0 / (4 ln 2). At voxel 1,
	 * phi(1) = 0 for both; at voxel 4, phi(4) = 16 ln 4 and phi(2): 8 v1 + v0.
	 */
	const float xyz[] = {0, 0, 0, 2, 0, 0}, signal[] = {3.0f, 5.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[5];
	struct amqadf_grid grid = GRID(5, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_THIN_PLATE, 1.0f), 0);
	expect_near((double)values[0], 3.0, 1e-5);
	expect_near((double)values[1], 0.0, 1e-5);
	expect_near((double)values[4], 43.0, 1e-4);
}

static void rbf_solves_duplicate_points(void **state)
{
	const float xyz[] = {0, 0, 0, 2, 0, 0, 0, 0, 0}, signal[] = {1.0f, 5.0f, 1.0f};
	const struct amqadf_points points = POINTS(3, xyz, signal);
	float values[3];
	struct amqadf_grid grid = GRID(3, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, 1.0f), 0);
	expect_near((double)values[0], 1.0, 1e-5);
	expect_near((double)values[2], 5.0, 1e-5);
}

static void rbf_of_contradicting_duplicates_is_the_least_squares_mean(void **state)
{
	const float xyz[] = {0, 0, 0, 0, 0, 0}, signal[] = {1.0f, 3.0f};
	const struct amqadf_points points = POINTS(2, xyz, signal);
	float values[1];
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, 1.0f), 0);
	expect_near((double)values[0], 2.0, 1e-5);
}

static void rbf_without_points_leaves_the_grid(void **state)
{
	const struct amqadf_points none = {0};
	float values[] = {1.0f, NAN};
	struct amqadf_grid grid = GRID(2, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_rbf(&none, &grid, AMQADF_RBF_GAUSSIAN, 1.0f), 0);
	expect_values(values, (float[]){1.0f, NAN}, 2);
}

static void rbf_refuses_epsilon_and_kernel(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {1.0f};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, 0.0f), -EINVAL);
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, -1.0f), -EINVAL);
	assert_int_equal(amqadf_map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, NAN), -EINVAL);
	assert_int_equal(amqadf_map_rbf(&points, &grid, (enum amqadf_rbf_kernel)3, 1.0f), -EINVAL);
	expect_values(values, (float[]){1.0f}, 1);
}

static void expect_refused(const struct amqadf_points *points, struct amqadf_grid *grid)
{
	assert_int_equal(amqadf_map_nearest(points, grid), -EINVAL);
	assert_int_equal(amqadf_map_linear(points, grid), -EINVAL);
	assert_int_equal(amqadf_map_idw(points, grid, 2.0f, 1), -EINVAL);
	assert_int_equal(amqadf_map_kde(points, grid, 1.0f, AMQADF_KDE_GAUSSIAN), -EINVAL);
	assert_int_equal(amqadf_map_rbf(points, grid, AMQADF_RBF_GAUSSIAN, 1.0f), -EINVAL);
}

static void mappers_refuse_bad_points(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points no_values = POINTS(1, xyz, NULL);
	const struct amqadf_points no_places = POINTS(1, NULL, signal);
	const struct amqadf_points too_many = POINTS(UINT64_MAX, xyz, signal);
	float values[] = {1.0f};
	struct amqadf_grid grid = GRID(1, 1, 1, values);

	(void)state;
	expect_refused(NULL, &grid);
	expect_refused(&no_values, &grid);
	expect_refused(&no_places, &grid);
	expect_refused(&too_many, &grid);
	expect_values(values, (float[]){1.0f}, 1);
}

static void mappers_refuse_bad_grids(void **state)
{
	const float xyz[] = {0, 0, 0}, signal[] = {2.0f};
	const struct amqadf_points points = POINTS(1, xyz, signal);
	float values[] = {1.0f};
	struct amqadf_grid bad[] = {
		GRID(1, 1, 1, NULL),
		GRID(0, 1, 1, values),
		GRID(1, 0, 1, values),
		GRID(1, 1, 0, values),
		GRID(UINT64_C(1) << 32, UINT64_C(1) << 31, 2, values),
		GRID(1, 1, 1, values),
		GRID(1, 1, 1, values),
		GRID(1, 1, 1, values),
	};

	(void)state;
	bad[5].voxel_size = 0.0;
	bad[6].voxel_size = NAN;
	bad[7].origin[2] = INFINITY;
	expect_refused(&points, NULL);
	for (size_t n = 0; n < COUNT(bad); n++)
		expect_refused(&points, &bad[n]);
}

static void observers_read_sizes_at_the_front(void **state)
{
	struct amqadf_points points = {.count = 11};
	struct amqadf_grid grid = {.nx = 2, .ny = 3, .nz = 5};

	(void)state;
	assert_int_equal(((uint64_t *)&points)[0], 11);
	assert_int_equal(((uint64_t *)&grid)[0] * ((uint64_t *)&grid)[1] * ((uint64_t *)&grid)[2],
			 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_takes_the_voxel_below),
		cmocka_unit_test(nearest_lets_the_last_point_win),
		cmocka_unit_test(nearest_follows_origin_and_voxel_size),
		cmocka_unit_test(nearest_passes_over_points_outside),
		cmocka_unit_test(linear_shares_a_point_among_eight_voxels),
		cmocka_unit_test(linear_accumulates_on_what_is_there),
		cmocka_unit_test(linear_keeps_the_corners_inside),
		cmocka_unit_test(linear_passes_over_what_is_not_finite),
		cmocka_unit_test(idw_weighs_by_inverse_power_of_distance),
		cmocka_unit_test(idw_takes_a_point_in_the_voxel_exactly),
		cmocka_unit_test(idw_takes_the_k_nearest_only),
		cmocka_unit_test(idw_breaks_ties_by_the_lowest_index),
		cmocka_unit_test(idw_takes_all_when_k_exceeds_the_points),
		cmocka_unit_test(idw_fills_every_voxel),
		cmocka_unit_test(idw_without_points_leaves_the_grid),
		cmocka_unit_test(idw_refuses_power_and_k_not_above_zero),
		cmocka_unit_test(kde_is_a_mean_weighted_by_a_gaussian),
		cmocka_unit_test(kde_takes_an_unknown_kernel_for_the_gaussian),
		cmocka_unit_test(kde_epanechnikov_ends_at_the_bandwidth),
		cmocka_unit_test(kde_fills_the_active_box_only),
		cmocka_unit_test(kde_without_an_active_voxel_does_nothing),
		cmocka_unit_test(kde_leaves_voxels_out_of_reach),
		cmocka_unit_test(kde_without_points_leaves_the_grid),
		cmocka_unit_test(kde_does_not_validate_the_bandwidth),
		cmocka_unit_test(rbf_passes_through_its_points),
		cmocka_unit_test(rbf_of_one_point_is_its_function),
		cmocka_unit_test(rbf_thin_plate_of_two_points),
		cmocka_unit_test(rbf_solves_duplicate_points),
		cmocka_unit_test(rbf_of_contradicting_duplicates_is_the_least_squares_mean),
		cmocka_unit_test(rbf_without_points_leaves_the_grid),
		cmocka_unit_test(rbf_refuses_epsilon_and_kernel),
		cmocka_unit_test(mappers_refuse_bad_points),
		cmocka_unit_test(mappers_refuse_bad_grids),
		cmocka_unit_test(observers_read_sizes_at_the_front),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
