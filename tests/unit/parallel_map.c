/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of the plugin `parallel` against the reference's: every bit, at every level. */
#include "tests/unit/parallel_testing.h"

/* What a case calls: both with the same parameters. */
struct mapping {
	const char *name;
	int (*run)(const struct parallel_kernels *kernels, const struct amqadf_points *points,
		   struct amqadf_grid *grid, const double *parameters);
	double parameters[2];
};

static const struct parallel_kernels reference = {
	.map_nearest = amqadf_map_nearest,
	.map_linear = amqadf_map_linear,
	.map_idw = amqadf_map_idw,
	.map_kde = amqadf_map_kde,
	.map_rbf = amqadf_map_rbf,
};

static int run_nearest(const struct parallel_kernels *kernels, const struct amqadf_points *points,
		       struct amqadf_grid *grid, const double *parameters)
{
	(void)parameters;
	return kernels->map_nearest(points, grid);
}

static int run_linear(const struct parallel_kernels *kernels, const struct amqadf_points *points,
		      struct amqadf_grid *grid, const double *parameters)
{
	(void)parameters;
	return kernels->map_linear(points, grid);
}

static int run_idw(const struct parallel_kernels *kernels, const struct amqadf_points *points,
		   struct amqadf_grid *grid, const double *parameters)
{
	return kernels->map_idw(points, grid, (float)parameters[0], (int32_t)parameters[1]);
}

static int run_kde(const struct parallel_kernels *kernels, const struct amqadf_points *points,
		   struct amqadf_grid *grid, const double *parameters)
{
	return kernels->map_kde(points, grid, (float)parameters[0],
				(enum amqadf_kde_kernel)parameters[1]);
}

static int run_rbf(const struct parallel_kernels *kernels, const struct amqadf_points *points,
		   struct amqadf_grid *grid, const double *parameters)
{
	return kernels->map_rbf(points, grid, (enum amqadf_rbf_kernel)parameters[0],
				(float)parameters[1]);
}

static const struct mapping nearest[] = {{"nearest", run_nearest, {0}}};
static const struct mapping linear[] = {{"linear", run_linear, {0}}};
static const struct mapping idw[] = {
	{"idw p 2 k 10", run_idw, {2, 10}}, {"idw p 1 k 1", run_idw, {1, 1}},
	{"idw p 3 k 4", run_idw, {3, 4}},   {"idw p 8 k 32", run_idw, {8, 32}},
	{"idw p 2 k 33", run_idw, {2, 33}}, {"idw p 2.5 k 7", run_idw, {2.5, 7}},
	{"idw p 20 k 5", run_idw, {20, 5}}, {"idw p 2 k all", run_idw, {2, 2147483647}},
};
static const struct mapping kde[] = {
	{"kde h 1", run_kde, {1, 0}},
	{"kde h 0.1", run_kde, {0.1, 0}},
	{"kde h 30", run_kde, {30, 0}},
	{"kde h -2", run_kde, {-2, 0}},
	{"kde h 1e-6", run_kde, {1e-6, 0}},
	{"kde h 1e9", run_kde, {1e9, 0}},
	{"kde epanechnikov 2", run_kde, {2, 1}},
	{"kde epanechnikov 0.3", run_kde, {0.3, 1}},
	{"kde unknown", run_kde, {1.5, 9}},
};
static const struct mapping rbf[] = {
	{"rbf gaussian 1", run_rbf, {0, 1}},     {"rbf gaussian 0.01", run_rbf, {0, 0.01}},
	{"rbf gaussian 100", run_rbf, {0, 100}}, {"rbf multiquadric", run_rbf, {1, 0.5}},
	{"rbf thin plate", run_rbf, {2, 1}},
};

static void compare(const struct mapping *mapping, const struct amqadf_points *points,
		    const struct amqadf_grid *grid)
{
	struct amqadf_grid expected = grid_copy(grid);

	assert_int_equal(mapping->run(&reference, points, &expected, mapping->parameters), 0);
	for (size_t n = 0; n < COUNT(variants); n++) {
		const struct parallel_kernels *kernels = variant_begin(n);
		struct amqadf_grid found = grid_copy(grid);

		if (kernels) {
			int status = mapping->run(kernels, points, &found, mapping->parameters);

			if (status)
				fail_msg("%s: declined", mapping->name);
			expect_same(mapping->name, n, &found, &expected);
		}
		amqadf_grid_free(&found);
	}
	amqadf_grid_free(&expected);
}

static void compare_all(void **state, const struct amqadf_points *points,
			const struct amqadf_grid *grid)
{
	const struct mapping *const *mappings = *state;

	for (size_t n = 0; mappings[n]; n++)
		compare(mappings[n], points, grid);
}

/* Points of a kind, all finite, within and around the cube from 0 to `size`. */
enum kind { RANDOM, LATTICE, DUPLICATES, CLUSTERS, OUTLIER, PLANE, SIGNED, SPARSE, KINDS };

static float coordinate(enum kind kind, uint64_t point, int axis, double size)
{
	switch (kind) {
	case LATTICE:
	case DUPLICATES:
		return floorf(random_between(0.0, kind == LATTICE ? size : 3.0));
	case CLUSTERS:
		return random_between(0.0, 0.01) + (float)(point % 3) * (float)size * 0.4f;
	case OUTLIER:
		return random_between(0.0, size) * (point == 5 ? 1e6f : 1.0f);
	case PLANE:
		return axis == 1 ? 2.25f : random_between(0.0, size);
	case SPARSE:
		return random_between(-5.0 * size, 6.0 * size);
	default:
		return random_between(-0.2 * size, 1.2 * size);
	}
}

static struct amqadf_points make_points(enum kind kind, uint64_t count, double size)
{
	struct amqadf_points points = points_of(count);
	float *xyz = (float *)points.xyz, *values = (float *)points.values;

	for (uint64_t p = 0; p < count; p++) {
		for (int axis = 0; axis < 3; axis++)
			xyz[3 * p + (uint64_t)axis] = coordinate(kind, p, axis, size);
		values[p] = kind == SIGNED ? random_between(-1.0, 1.0) : random_between(0.5, 1.5);
	}
	return points;
}

static void every_kind_of_points(void **state)
{
	for (int kind = 0; kind < KINDS; kind++) {
		struct amqadf_points points = make_points((enum kind)kind, 150, 9.0);
		struct amqadf_grid grid = grid_of(10, 9, 11);

		grid_fill(&grid, 0.0, 1.0, 0.5);
		compare_all(state, &points, &grid);
		amqadf_grid_free(&grid);
		amqadf_points_free(&points);
	}
}

static void every_shape_of_grid(void **state)
{
	static const uint64_t shapes[][3] = {{1, 1, 1}, {1, 1, 37}, {19, 1, 1}, {3, 70, 2},
					     {8, 8, 8}, {9, 17, 5}, {1, 13, 13}};

	for (size_t n = 0; n < COUNT(shapes); n++) {
		struct amqadf_points points = make_points(RANDOM, 90, 8.0);
		struct amqadf_grid grid = grid_of(shapes[n][0], shapes[n][1], shapes[n][2]);

		grid_fill(&grid, 0.0, 1.0, 0.0);
		compare_all(state, &points, &grid);
		amqadf_grid_free(&grid);
		amqadf_points_free(&points);
	}
}

static void few_points(void **state)
{
	for (uint64_t count = 1; count < 6; count++) {
		struct amqadf_points points = make_points(RANDOM, count, 6.0);
		struct amqadf_grid grid = grid_of(7, 6, 5);

		grid_fill(&grid, 0.0, 1.0, 0.2);
		compare_all(state, &points, &grid);
		amqadf_grid_free(&grid);
		amqadf_points_free(&points);
	}
}

static void many_points(void **state)
{
	struct amqadf_points points = make_points(RANDOM, 300, 6.0);
	struct amqadf_grid grid = grid_of(7, 8, 9);

	grid_fill(&grid, 0.0, 1.0, 0.2);
	compare_all(state, &points, &grid);
	amqadf_grid_free(&grid);
	amqadf_points_free(&points);
}

static void any_origin_and_voxel_size(void **state)
{
	static const double origins[] = {0.1, -3.7, 1e5, -1e7}, sizes[] = {0.37, 1e-3, 12.5, 0.9};

	for (size_t n = 0; n < COUNT(origins); n++) {
		struct amqadf_points points = make_points(RANDOM, 80, 8.0);
		struct amqadf_grid grid = grid_of(6, 7, 8);
		float *xyz = (float *)points.xyz;

		grid_fill(&grid, 0.0, 1.0, 0.3);
		grid.voxel_size = sizes[n];
		for (int axis = 0; axis < 3; axis++)
			grid.origin[axis] = origins[n] * (1.0 + axis);
		for (uint64_t c = 0; c < 3 * points.count; c++)
			xyz[c] = (float)((double)xyz[c] * sizes[n] + grid.origin[c % 3]);
		compare_all(state, &points, &grid);
		amqadf_grid_free(&grid);
		amqadf_points_free(&points);
	}
}

/* Squared distances overflow in float, not in double. */
static void huge_coordinates(void **state)
{
	struct amqadf_points points = make_points(RANDOM, 40, 8.0);
	struct amqadf_grid grid = grid_of(5, 6, 4);
	float *xyz = (float *)points.xyz;

	grid_fill(&grid, 0.0, 1.0, 0.3);
	for (uint64_t c = 0; c < 3 * points.count; c++)
		xyz[c] *= c % 7 ? 1e30f : 1.0f;
	compare_all(state, &points, &grid);
	amqadf_grid_free(&grid);
	amqadf_points_free(&points);
}

static void values_of_all_sizes(void **state)
{
	struct amqadf_points points = make_points(LATTICE, 120, 6.0);
	struct amqadf_grid grid = grid_of(7, 6, 5);
	float *values = (float *)points.values;

	grid_fill(&grid, 0.0, 1.0, 0.3);
	for (uint64_t p = 0; p < points.count; p++)
		values[p] = p % 3 ? powf(10.0f, random_between(-30.0, 20.0)) : p % 2 ? -0.0f : 0.0f;
	compare_all(state, &points, &grid);
	amqadf_grid_free(&grid);
	amqadf_points_free(&points);
}

/* The order that hatch lines give: neighbours in time are neighbours in space. */
static void points_along_lines(void **state)
{
	struct amqadf_points points = points_of(270);
	struct amqadf_grid grid = grid_of(12, 12, 9);
	float *xyz = (float *)points.xyz, *values = (float *)points.values;

	for (uint64_t p = 0; p < points.count; p++) {
		xyz[3 * p] = (float)(p % 30) * 0.4f;
		xyz[3 * p + 1] = (float)(p / 30 % 3) * 3.6f;
		xyz[3 * p + 2] = (float)(p / 90) * 4.0f;
		values[p] = random_between(0.8, 1.2);
	}
	grid_fill(&grid, 0.0, 1.0, 0.3);
	compare_all(state, &points, &grid);
	amqadf_grid_free(&grid);
	amqadf_points_free(&points);
}

static void what_is_not_finite_is_declined(void **state)
{
	static const float odd[] = {NAN, INFINITY, -INFINITY};
	const struct parallel_kernels *kernels = parallel_level(PARALLEL_AUTO);
	struct amqadf_grid grid = grid_of(3, 3, 3);

	(void)state;
	grid_fill(&grid, 0.0, 1.0, 0.0);
	for (size_t n = 0; n < COUNT(odd); n++)
		for (int where = 0; where < 2; where++) {
			struct amqadf_points points = make_points(RANDOM, 20, 3.0);

			*(where ? (float *)&points.xyz[31] : (float *)&points.values[7]) = odd[n];
			assert_int_equal(kernels->map_idw(&points, &grid, 2.0f, 3),
					 PARALLEL_DECLINED);
			assert_int_equal(
				kernels->map_kde(&points, &grid, 2.0f, AMQADF_KDE_GAUSSIAN),
				PARALLEL_DECLINED);
			assert_int_equal(
				kernels->map_rbf(&points, &grid, AMQADF_RBF_GAUSSIAN, 1.0f),
				PARALLEL_DECLINED);
			compare(&nearest[0], &points, &grid);
			compare(&linear[0], &points, &grid);
			amqadf_points_free(&points);
		}
	amqadf_grid_free(&grid);
}

static int begin(void **state, const struct mapping *mappings, size_t count)
{
	static const struct mapping *list[16];

	for (size_t n = 0; n < count; n++)
		list[n] = &mappings[n];
	list[count] = NULL;
	random_state = 1;
	*state = (void *)list;
	return 0;
}

static int begin_nearest(void **state)
{
	return begin(state, nearest, COUNT(nearest));
}

static int begin_linear(void **state)
{
	return begin(state, linear, COUNT(linear));
}

static int begin_idw(void **state)
{
	return begin(state, idw, COUNT(idw));
}

static int begin_kde(void **state)
{
	return begin(state, kde, COUNT(kde));
}

static int begin_rbf(void **state)
{
	return begin(state, rbf, COUNT(rbf));
}

#define CASES(mapping)                                                                             \
	{#mapping ": every kind of points", every_kind_of_points, begin_##mapping, NULL, NULL},    \
		{#mapping ": every shape of grid", every_shape_of_grid, begin_##mapping, NULL,     \
		 NULL},                                                                            \
		{#mapping ": few points", few_points, begin_##mapping, NULL, NULL},                \
		{#mapping ": many points", many_points, begin_##mapping, NULL, NULL},              \
		{#mapping ": any origin, voxel size", any_origin_and_voxel_size, begin_##mapping,  \
		 NULL, NULL},                                                                      \
		{#mapping ": values of all sizes", values_of_all_sizes, begin_##mapping, NULL,     \
		 NULL},                                                                            \
	{                                                                                          \
#mapping ": points along lines", points_along_lines, begin_##mapping, NULL, NULL   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASES(nearest),
		CASES(linear),
		CASES(idw),
		CASES(kde),
		CASES(rbf),
		{"idw: huge coordinates", huge_coordinates, begin_idw, NULL, NULL},
		{"kde: huge coordinates", huge_coordinates, begin_kde, NULL, NULL},
		{"nearest: huge coordinates", huge_coordinates, begin_nearest, NULL, NULL},
		cmocka_unit_test(what_is_not_finite_is_declined),
	};

	return cmocka_run_group_tests_name("parallel_map", tests, NULL, NULL);
}
