/* SPDX-License-Identifier: Apache-2.0 */
/* Grid kernels of the plugin `parallel` against the reference's: every bit, at every level. */
#include "tests/unit/parallel_testing.h"

#define GRIDS 9

/* Grids of one shape to work on. */
struct scene {
	struct amqadf_grid grid[GRIDS];
	const struct amqadf_grid *list[GRIDS];
};

enum kind { DENSE, SPARSE, SIGNED, WILD, LEVELS, ZEROS, INFINITE, EMPTY, KINDS };

static float value_of(enum kind kind)
{
	double chance = (double)random_between(0.0, 1.0);

	switch (kind) {
	case DENSE:
		return random_between(0.9, 1.1);
	case SPARSE:
		return chance < 0.8 ? NAN : random_between(0.9, 1.1);
	case SIGNED:
		return chance < 0.1 ? NAN : random_between(-1.0, 1.0);
	case WILD:
		return chance < 0.1 ? NAN : powf(10.0f, random_between(-35.0, 35.0));
	case LEVELS:
		return floorf(random_between(0.0, 4.0));
	case ZEROS:
		return chance < 0.4 ? -0.0f : chance < 0.8 ? 0.0f : chance < 0.9 ? -1.0f : 1e-40f;
	case INFINITE:
		return chance < 0.02 ? INFINITY : chance < 0.03 ? -INFINITY : (float)chance;
	default:
		return NAN;
	}
}

static void scene_init(struct scene *scene, enum kind kind, const uint64_t size[3])
{
	for (int g = 0; g < GRIDS; g++) {
		struct amqadf_grid *grid = &scene->grid[g];

		*grid = grid_of(size[0], size[1], size[2]);
		grid->origin[1] = g + 0.5;
		grid->voxel_size = 1.0 + g;
		for (size_t n = 0; n < grid_count(grid); n++)
			grid->values[n] = value_of(kind);
		scene->list[g] = grid;
	}
}

static void scene_fini(struct scene *scene)
{
	for (int g = 0; g < GRIDS; g++)
		amqadf_grid_free(&scene->grid[g]);
}

static const struct parallel_kernels reference = {
	.fuse = amqadf_fuse,
	.fuse_weighted = amqadf_fuse_weighted,
	.quality = amqadf_quality,
	.statistics = amqadf_statistics,
	.filter_gaussian = amqadf_filter_gaussian,
	.filter_median = amqadf_filter_median,
	.filter_bilateral = amqadf_filter_bilateral,
	.sync_temporal = amqadf_sync_temporal,
};

/* A kernel that makes a grid of a scene; `parameters` are its own. */
typedef int making(const struct parallel_kernels *kernels, const struct scene *scene,
		   const double *parameters, struct amqadf_grid *result);

static void compare(const char *name, making *make, const struct scene *scene,
		    const double *parameters)
{
	struct amqadf_grid expected = grid_copy(&scene->grid[GRIDS - 1]);

	assert_int_equal(make(&reference, scene, parameters, &expected), 0);
	for (size_t n = 0; n < COUNT(variants); n++) {
		const struct parallel_kernels *kernels = variant_begin(n);
		struct amqadf_grid found = grid_copy(&scene->grid[GRIDS - 1]);

		if (kernels) {
			if (make(kernels, scene, parameters, &found))
				fail_msg("%s: declined", name);
			expect_same(name, n, &found, &expected);
		}
		amqadf_grid_free(&found);
	}
	amqadf_grid_free(&expected);
}

static const uint64_t shapes[][3] = {{1, 1, 1},  {1, 1, 300}, {70, 1, 1}, {2, 67, 3},
				     {9, 8, 10}, {5, 6, 35},  {4, 5, 32}};

/* Every kind of values in every shape of grid, by every row of parameters. */
static void compare_all(const char *name, making *make, const double (*parameters)[2], size_t count)
{
	random_state = 7;
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t shape = 0; shape < COUNT(shapes); shape++) {
			struct scene scene;

			scene_init(&scene, (enum kind)kind, shapes[shape]);
			for (size_t n = 0; n < count; n++)
				compare(name, make, &scene, parameters[n]);
			scene_fini(&scene);
		}
}

static int make_fused(const struct parallel_kernels *kernels, const struct scene *scene,
		      const double *parameters, struct amqadf_grid *result)
{
	return kernels->fuse(scene->list, (uint64_t)parameters[0],
			     (enum amqadf_fusion)parameters[1], result);
}

static void fuse(void **state)
{
	static const double parameters[][2] = {{1, 0}, {4, 0}, {7, 0}, {1, 1}, {4, 1}, {5, 2},
					       {1, 2}, {1, 3}, {2, 3}, {3, 3}, {4, 3}, {8, 3}};

	(void)state;
	compare_all("fuse", make_fused, parameters, COUNT(parameters));
}

static int make_in_place(const struct parallel_kernels *kernels, const struct scene *scene,
			 const double *parameters, struct amqadf_grid *result)
{
	const struct amqadf_grid *list[] = {scene->list[0], result, scene->list[1]};

	return kernels->fuse(list, 3, (enum amqadf_fusion)parameters[0], result);
}

static void fuse_into_one_of_the_grids(void **state)
{
	static const double parameters[][2] = {{0}, {1}, {2}, {3}};

	(void)state;
	compare_all("fuse in place", make_in_place, parameters, COUNT(parameters));
}

static int make_weighted(const struct parallel_kernels *kernels, const struct scene *scene,
			 const double *parameters, struct amqadf_grid *result)
{
	const float weights[] = {0.5f, 0.0f, (float)parameters[1], 0.2f, 1e-3f, 7.0f, 1.0f};
	uint64_t count = (uint64_t)parameters[0];

	return kernels->fuse_weighted(scene->list, count, weights, count, result);
}

static void fuse_weighted(void **state)
{
	static const double parameters[][2] = {{1, 1}, {3, 0.3}, {4, -0.4}, {7, 1e20}};

	(void)state;
	compare_all("fuse_weighted", make_weighted, parameters, COUNT(parameters));
}

static int make_gaussian(const struct parallel_kernels *kernels, const struct scene *scene,
			 const double *parameters, struct amqadf_grid *result)
{
	return kernels->filter_gaussian(scene->list[0], result, (float)parameters[0]);
}

static void filter_gaussian(void **state)
{
	static const double parameters[][2] = {{1}, {0.3}, {0.07}, {2.1}};

	(void)state;
	compare_all("gaussian", make_gaussian, parameters, COUNT(parameters));
}

static int make_median(const struct parallel_kernels *kernels, const struct scene *scene,
		       const double *parameters, struct amqadf_grid *result)
{
	return kernels->filter_median(scene->list[0], result, (int32_t)parameters[0]);
}

static void filter_median(void **state)
{
	static const double parameters[][2] = {{1}, {3}, {5}, {9}};

	(void)state;
	compare_all("median", make_median, parameters, COUNT(parameters));
}

static int make_bilateral(const struct parallel_kernels *kernels, const struct scene *scene,
			  const double *parameters, struct amqadf_grid *result)
{
	return kernels->filter_bilateral(scene->list[0], result, (float)parameters[0],
					 (float)parameters[1]);
}

static void filter_bilateral(void **state)
{
	static const double parameters[][2] = {{1, 0.1}, {0.5, 1e-3}, {1.4, 1e4}, {0.6, 1e-20}};

	(void)state;
	compare_all("bilateral", make_bilateral, parameters, COUNT(parameters));
}

/* parameters: how many stamps a grid, and the window. */
static int make_synchronised(const struct parallel_kernels *kernels, const struct scene *scene,
			     const double *parameters, struct amqadf_grid *result)
{
	struct amqadf_stamps stamps[4];
	double seconds[4][64];
	uint64_t before = random_state;
	int status;

	random_state = 3;
	for (int g = 0; g < 4; g++) {
		stamps[g].count = (uint64_t)parameters[0] / (uint64_t)(g + 1);
		stamps[g].seconds = seconds[g];
		for (uint64_t s = 0; s < stamps[g].count; s++)
			seconds[g][s] = (double)random_between(-3.0 * g, 20.0 / (g + 1));
	}
	random_state = before;
	status = kernels->sync_temporal(scene->list, stamps, 4, parameters[1], result);
	return status;
}

static void sync_temporal(void **state)
{
	static const double parameters[][2] = {{60, 1.0},    {60, 1e-3}, {60, 7.0}, {5, 0.5},
					       {60, 3000.0}, {1, 2.0},   {3, 100.0}};

	(void)state;
	compare_all("sync", make_synchronised, parameters, COUNT(parameters));
}

static void expect_same_doubles(const char *name, size_t variant, const void *found,
				const void *expected, size_t count)
{
	const double *one = found, *other = expected;

	for (size_t n = 0; n < count; n++)
		if (memcmp(&one[n], &other[n], sizeof(double)) &&
		    !(isnan(one[n]) && isnan(other[n])))
			fail_msg("%s, variant %zu, number %zu: found %a, expected %a", name,
				 variant, n, one[n], other[n]);
}

static void compare_reports(const struct scene *scene, uint64_t sources)
{
	double expected_r[GRIDS], r[GRIDS];
	struct amqadf_quality_report expected, found;
	struct amqadf_statistics_report expected_statistics, statistics;

	assert_int_equal(
		amqadf_quality(scene->list[8], scene->list, sources, &expected, expected_r), 0);
	assert_int_equal(amqadf_statistics(scene->list[0], &expected_statistics), 0);
	for (size_t n = 0; n < COUNT(variants); n++) {
		const struct parallel_kernels *kernels = variant_begin(n);

		if (!kernels)
			continue;
		assert_int_equal(kernels->quality(scene->list[8], scene->list, sources, &found, r),
				 0);
		expect_same_doubles("quality", n, &found, &expected,
				    sizeof(found) / sizeof(double));
		expect_same_doubles("correlations", n, r, expected_r, sources);
		assert_int_equal(kernels->statistics(scene->list[0], &statistics), 0);
		assert_true(statistics.voxels == expected_statistics.voxels);
		assert_true(statistics.active == expected_statistics.active);
		expect_same_doubles("statistics", n, &statistics.minimum,
				    &expected_statistics.minimum, 9);
	}
}

static void quality_and_statistics(void **state)
{
	(void)state;
	random_state = 9;
	for (int kind = 0; kind < KINDS; kind++)
		for (size_t shape = 0; shape < COUNT(shapes); shape++) {
			struct scene scene;

			scene_init(&scene, (enum kind)kind, shapes[shape]);
			compare_reports(&scene, 1);
			compare_reports(&scene, 5);
			scene_fini(&scene);
		}
}

static void a_median_of_many_grids_is_declined(void **state)
{
	const struct parallel_kernels *kernels = parallel_level(PARALLEL_AUTO);
	const struct amqadf_grid *many[65];
	struct amqadf_grid grid = grid_of(2, 2, 2);

	(void)state;
	for (size_t n = 0; n < COUNT(many); n++)
		many[n] = &grid;
	assert_int_equal(kernels->fuse(many, 65, AMQADF_FUSE_MEDIAN, &grid), PARALLEL_DECLINED);
	assert_int_equal(kernels->fuse(many, 64, AMQADF_FUSE_MEDIAN, &grid), 0);
	amqadf_grid_free(&grid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fuse),
		cmocka_unit_test(fuse_into_one_of_the_grids),
		cmocka_unit_test(fuse_weighted),
		cmocka_unit_test(filter_gaussian),
		cmocka_unit_test(filter_median),
		cmocka_unit_test(filter_bilateral),
		cmocka_unit_test(sync_temporal),
		cmocka_unit_test(quality_and_statistics),
		cmocka_unit_test(a_median_of_many_grids_is_declined),
	};

	return cmocka_run_group_tests_name("parallel_grid", tests, NULL, NULL);
}
