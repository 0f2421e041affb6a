/* SPDX-License-Identifier: Apache-2.0 */
/* Benchmarks: configurations, scaling, crossings, and results that are saved and loaded. */
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/bench.h"
#include "analyzer/bench_recipe.h"
#include "analyzer/bench_report.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "tests/unit/analyzer_fixture.h"

static struct recoat_bench_config config_of(const char *sizes, const char *chains)
{
	struct recoat_bench_config config;
	struct recoat_error error;

	recoat_bench_config_init(&config);
	recoat_bench_add_kernel(&config, "signal_mapping.idw");
	assert_int_equal(recoat_bench_take_sizes(&config, sizes, &error), 0);
	assert_int_equal(recoat_bench_take_chains(&config, chains, &error), 0);
	return config;
}

static struct recoat_bench bench_of(const char *sizes, const char *chains)
{
	struct recoat_bench_config config = config_of(sizes, chains);
	struct recoat_bench bench;

	recoat_bench_create(&bench, &config);
	bench.host = recoat_strdup("here");
	bench.date = recoat_strdup("now");
	bench.version = recoat_strdup("0");
	return bench;
}

static double spread = 0.001; /* Share of a time by which samples lie apart. */

/* `count` samples, an odd number, whose median is `time`. */
static void measure(struct recoat_bench *bench, size_t size, size_t variant, double time,
		    unsigned count)
{
	struct recoat_bench_cell *cell = recoat_bench_cell(bench, 0, size, variant);

	for (unsigned i = 0; i < count; i++)
		recoat_bench_add_sample(cell, time * (1 + ((double)i - count / 2) * spread), NAN);
}

static void test_sizes_are_numbers_in_order(void **state)
{
	static const char *const bad[] = {"",    "0",   "-3",   "k",    "1k,,2k", "1.0001k",
					  "1kk", "nan", "1e99", "10k,", " 1"};
	struct recoat_bench_config config = config_of("10k,1k,2M,1k,1.5k", "none");
	struct recoat_error error;

	(void)state;
	assert_int_equal(config.sizes, 4);
	assert_int_equal(config.size[0], 1000);
	assert_int_equal(config.size[1], 1500);
	assert_int_equal(config.size[2], 10000);
	assert_int_equal(config.size[3], 2000000);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (recoat_bench_take_sizes(&config, bad[i], &error) != -EINVAL)
			fail_msg("took \"%s\"", bad[i]);
	recoat_bench_config_fini(&config);
}

static void test_chains_are_words(void **state)
{
	static const char *const bad[] = {"", "a,", "+a", "a+", "a++b", "none+a", "a b"};
	struct recoat_bench_config config = config_of("1", "none,a+b:size=2G");
	struct recoat_error error;

	(void)state;
	assert_int_equal(config.chains, 2);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (recoat_bench_take_chains(&config, bad[i], &error) != -EINVAL)
			fail_msg("took \"%s\"", bad[i]);
	recoat_bench_config_fini(&config);
}

static void test_threads_make_variants(void **state)
{
	struct recoat_bench_config config = config_of("10", "none,cached+parallel:simd=sse2,other");
	struct recoat_error error;
	struct recoat_bench bench;

	(void)state;
	assert_int_equal(recoat_bench_take_threads(&config, "4,1", &error), 0);
	recoat_bench_create(&bench, &config);
	assert_int_equal(bench.variants, 4);
	assert_string_equal(bench.variant[0].plugins, "");
	assert_string_equal(bench.variant[1].plugins, "cached,parallel:simd=sse2:threads=1");
	assert_string_equal(bench.variant[2].name, "cached+parallel:simd=sse2:threads=4");
	assert_int_equal(bench.variant[2].threads, 4);
	assert_string_equal(bench.variant[3].plugins, "other");
	assert_int_equal(bench.cells, 4);
	recoat_bench_destroy(&bench);
}

static void test_what_cannot_be_run_is_refused(void **state)
{
	struct recoat_bench_config config;
	struct recoat_error error;

	(void)state;
	recoat_bench_config_init(&config);
	assert_int_equal(recoat_bench_config_check(&config, &error), -EINVAL);
	recoat_bench_add_kernel(&config, "signal_mapping.idw");
	assert_int_equal(recoat_bench_config_check(&config, &error), -EINVAL);
	assert_int_equal(recoat_bench_take_sizes(&config, "10", &error), 0);
	assert_int_equal(recoat_bench_config_check(&config, &error), 0);
	recoat_bench_add_kernel(&config, "no.such");
	assert_int_equal(recoat_bench_config_check(&config, &error), -EINVAL);
	assert_non_null(strstr(error.text, "found kernel no.such, expected one of: signal_"));
	recoat_bench_set_text(&config.command, "run");
	assert_int_equal(recoat_bench_config_check(&config, &error), -EINVAL);
	recoat_bench_set_text(&config.command, "run {size}");
	assert_int_equal(recoat_bench_config_check(&config, &error), 0);
	recoat_bench_config_fini(&config);
}

static void test_fits_and_extrapolates(void **state)
{
	struct recoat_bench bench = bench_of("100,1k,10k,100k", "none");
	const struct recoat_line *line;

	(void)state;
	measure(&bench, 0, 0, 5e3, 3); /* 5 * n^1.5 */
	measure(&bench, 1, 0, 5 * pow(1e3, 1.5), 3);
	measure(&bench, 2, 0, 5e6, 3);
	recoat_bench_finish(&bench);
	line = &bench.fit[0].line;
	assert_int_equal(line->count, 3);
	assert_true(fabs(line->slope - 1.5) < 1e-9);
	assert_true(line->low <= 1.5 + 1e-9 && line->high >= 1.5 - 1e-9);
	assert_int_equal(bench.cell[2].state, RECOAT_BENCH_MEASURED);
	assert_int_equal(bench.cell[3].state, RECOAT_BENCH_ESTIMATED);
	assert_true(fabs(bench.cell[3].estimate / (5 * pow(1e5, 1.5)) - 1) < 1e-9);
	recoat_bench_destroy(&bench);
}

static void test_one_size_gives_no_estimate(void **state)
{
	struct recoat_bench bench = bench_of("100,1k", "none");

	(void)state;
	measure(&bench, 0, 0, 5e3, 3);
	recoat_bench_finish(&bench);
	assert_int_equal(bench.fit[0].line.count, 0);
	assert_int_equal(bench.cell[1].state, RECOAT_BENCH_MISSING);
	recoat_bench_destroy(&bench);
}

/* The first takes 1000, 10,000, 100,000 at its sizes, so that it takes 10 a unit in between. */
static struct recoat_bench_crossing crossing(const double other[3], unsigned samples)
{
	struct recoat_bench bench = bench_of("100,1k,10k", "none,other");
	struct recoat_bench_crossing found;

	for (size_t s = 0; s < 3; s++) {
		measure(&bench, s, 0, 1000 * pow(10, (double)s), samples);
		if (other[s] > 0)
			measure(&bench, s, 1, other[s], samples);
	}
	recoat_bench_finish(&bench);
	found = bench.crossing[0];
	recoat_bench_destroy(&bench);
	return found;
}

static void test_finds_where_a_chain_pays(void **state)
{
	struct recoat_bench_crossing found = crossing((double[]){32000, 32000, 32000}, 5);

	(void)state;
	assert_int_equal(found.advantage, RECOAT_BENCH_FROM);
	assert_true(fabs(found.size - 3200) < 0.01);
	found = crossing((double[]){500, 5000, 2e6}, 5);
	assert_int_equal(found.advantage, RECOAT_BENCH_TO);
	/* 2 ahead at 1k, 20 behind at 10k: log 2 / log 40 of the way. */
	assert_true(fabs(found.size - 1000 * pow(10, log(2) / log(40))) < 0.01);
	assert_int_equal(crossing((double[]){500, 600, 700}, 5).advantage, RECOAT_BENCH_ALWAYS);
	assert_int_equal(crossing((double[]){5e5, 6e5, 7e5}, 5).advantage, RECOAT_BENCH_NEVER);
	/* What lies in between without a difference does not count. */
	spread = 0.2;
	found = crossing((double[]){1e5, 12000, 1000}, 5);
	spread = 0.001;
	assert_int_equal(found.advantage, RECOAT_BENCH_FROM);
	/* 1.2 behind at 1k, 100 ahead at 10k. */
	assert_true(fabs(found.size - 1000 * pow(10, log(1.2) / log(120))) < 0.01);
}

static void test_tells_no_crossing_that_is_not_shown(void **state)
{
	(void)state;
	assert_int_equal(crossing((double[]){1000, 10000, 100000}, 5).advantage,
			 RECOAT_BENCH_UNDECIDED);
	assert_int_equal(crossing((double[]){500, 50000, 500}, 5).advantage,
			 RECOAT_BENCH_UNDECIDED);
	assert_int_equal(crossing((double[]){32000, 32000, 32000}, 3).advantage,
			 RECOAT_BENCH_UNDECIDED);
	/* Estimates are not looked at: at 10k it was not run. */
	assert_int_equal(crossing((double[]){32000, 32000, 0}, 5).advantage, RECOAT_BENCH_NEVER);
}

/* ---- Saving and loading. ---- */

/* The results as JSON, for the caller to free. Inlined, gcc 12 takes `text` for dangling. */
static __attribute__((noinline)) char *json_of(const struct recoat_bench *bench)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);

	recoat_bench_json(bench, file);
	fclose(file);
	return text;
}

static struct recoat_bench example(void)
{
	struct recoat_bench bench = bench_of("100,1k,10k", "none,other");

	measure(&bench, 0, 0, 1e3, 5);
	measure(&bench, 1, 0, 1.1e4, 5);
	measure(&bench, 0, 1, 2e3, 5);
	bench.cell[0].problem = 125;
	bench.cell[0].peak[1] = 4096;
	recoat_bench_set_text(&bench.cell[1].served, "original+other");
	recoat_bench_set_text(&bench.cell[4].note, "a run took twice the time budget");
	recoat_bench_finish(&bench);
	return bench;
}

static void test_what_is_saved_is_loaded(void **state)
{
	struct recoat_bench bench = example(), loaded;
	char *text = json_of(&bench), *again, *path = fixture_path(*state, "saved");
	struct recoat_error error = {""};

	fixture_write(*state, "saved", text, strlen(text));
	if (recoat_bench_load(&loaded, path, &error))
		fail_msg("%s", error.text);
	again = json_of(&loaded);
	assert_string_equal(text, again);
	assert_int_equal(loaded.cell[4].state, RECOAT_BENCH_ESTIMATED);
	recoat_bench_destroy(&loaded);
	recoat_bench_destroy(&bench);
	free(again);
	free(text);
	free(path);
}

/* Load the example with the first `from` in it replaced; expect `message`. */
static void refuse(const char *directory, const char *from, const char *to, const char *message)
{
	struct recoat_bench bench = example(), loaded;
	char *text = json_of(&bench), *at = strstr(text, from), *path, *bad;
	struct recoat_error error = {""};

	assert_non_null(at);
	bad = recoat_asprintf("%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	path = fixture_path(directory, "bad");
	fixture_write(directory, "bad", bad, strlen(bad));
	assert_int_equal(recoat_bench_load(&loaded, path, &error), -EINVAL);
	if (!strstr(error.text, message) || !strstr(error.text, path))
		fail_msg("found \"%s\", expected \"%s\"", error.text, message);
	free(path);
	free(bad);
	free(text);
	recoat_bench_destroy(&bench);
}

static void test_damaged_results_are_refused(void **state)
{
	refuse(*state, "recoat-bench-1", "recoat-bench-9", "expected recoat-bench-1");
	refuse(*state, "\"cells\": [", "\"cells\": [5,", "cells: found 7, expected the 6");
	refuse(*state, "\"time_ns\": [", "\"time_ns\": [3.0,", "of the same length");
	refuse(*state, "\"time_ns\": [", "\"time_ns\": [\"a\"], \"t\": [", "of the same length");
	refuse(*state, "\"chain\": \"none\"", "\"chain\": \"some\"", "cells: found another one");
	refuse(*state, "\"sizes\": [", "\"sizes\": [\"many\",", "config: sizes: found \"many,100");
	refuse(*state, "\"iterations\": 10", "\"iterations\": 0", "iterations: found");
	refuse(*state, "\"config\": {", "\"config\": {,", "bad:");
}

static void test_recipes_fill_in_their_words(void **state)
{
	const struct recoat_bench_recipe *fuse = recoat_bench_recipe_find("voxel_fusion.fuse");
	const struct recoat_bench_place place = {
		.amqadf = "amqadf", .directory = "/a b/{n}", .grid = "{dir}", .size = 3000};
	char **words = recoat_bench_recipe_words(fuse, &place);
	unsigned steps = 0;

	(void)state;
	assert_string_equal(words[0], "amqadf");
	assert_string_equal(words[1], "fuse");
	assert_string_equal(words[6], "/a b/{n}/grid0.npy");
	recoat_bench_words_free(words);
	for (; (words = recoat_bench_recipe_prepare(fuse, &place, steps)); steps++) {
		/* 3000 = 3 grids of 10^3 voxels. */
		if (steps == 1)
			assert_string_equal(words[5], "10x10x10");
		recoat_bench_words_free(words);
	}
	assert_int_equal(steps, 6);
	assert_null(recoat_bench_recipe_find("no.such"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes_are_numbers_in_order),
		cmocka_unit_test(test_chains_are_words),
		cmocka_unit_test(test_threads_make_variants),
		cmocka_unit_test(test_what_cannot_be_run_is_refused),
		cmocka_unit_test(test_fits_and_extrapolates),
		cmocka_unit_test(test_one_size_gives_no_estimate),
		cmocka_unit_test(test_finds_where_a_chain_pays),
		cmocka_unit_test(test_tells_no_crossing_that_is_not_shown),
		TEST(test_what_is_saved_is_loaded),
		TEST(test_damaged_results_are_refused),
		cmocka_unit_test(test_recipes_fill_in_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
