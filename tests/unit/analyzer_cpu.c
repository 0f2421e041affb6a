/* SPDX-License-Identifier: Apache-2.0 */
/* CPU samples in the model, and functions by them. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/functions.h"
#include "analyzer/model.h"
#include "analyzer/symbols.h"
#include "tests/unit/analyzer_fixture.h"

#define PERIOD 1000000u

static void put_module(struct fixture_packet *packet, const char *path, uint64_t start)
{
	fixture_put_module_load(packet, 1100,
				&(struct recoat_module_load){.bias = start,
							     .start = start,
							     .end = start + 0x1000,
							     .build_id = "",
							     .path = path});
}

static void put_path(struct fixture_packet *packet, uint32_t node, uint32_t parent, uint64_t ip)
{
	fixture_put_call_path(packet, 1200,
			      &(struct recoat_call_path){.node = node, .parent = parent, .ip = ip});
}

/*
 * Without symbols, all of a module is one function: /no/a calls /no/b, which calls /no/a
 * again (node 4). Kernel k has link 0.
 */
static char *add_process(const char *run, const char *stopped)
{
	char *trace = fixture_directory(run, "a-1-1");
	struct fixture_packet packet;

	fixture_metadata(trace);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/no/a");
	put_module(&packet, "/no/a", 0x10000);
	put_module(&packet, "/no/b", 0x20000);
	fixture_put_link(&packet, 1300, 0, "k");
	put_path(&packet, 2, 0, 0x10011);
	put_path(&packet, 3, 2, 0x20011);
	put_path(&packet, 4, 3, 0x10022);
	fixture_put_cpu_sampling(&packet, 1300,
				 &(struct recoat_cpu_sampling){
					 .period_ns = PERIOD, .signal = 62, .stopped = stopped});
	fixture_store(trace, "process", &packet);
	return trace;
}

static void add_samples(const char *trace, const char *name, const struct recoat_cpu_path *counts)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_CPU, 0);
	fixture_put_cpu_total(&packet, 2000,
			      &(struct recoat_cpu_total){
				      .samples = 10, .periods = 40, .in_runtime = 3, .lost = 2});
	fixture_put_cpu_path(&packet, 2000, counts);
	fixture_store(trace, name, &packet);
}

static struct recoat_model *load(const char *path)
{
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	if (recoat_model_create(&model, path, NULL, &error))
		fail_msg("%s", error.text);
	return model;
}

static void test_sums_samples_of_all_shards(void **state)
{
	char *trace = add_process(*state, "of old age");
	struct recoat_model *model;

	add_samples(trace, "cpu-0-0",
		    &(struct recoat_cpu_path){.path = 4, .samples = 2, .periods = 8});
	add_samples(trace, "cpu-1-0",
		    &(struct recoat_cpu_path){.path = 4, .link = 1, .samples = 3, .periods = 5});
	model = load(*state);
	assert_int_equal(model->cpu.samples, 5);
	assert_int_equal(model->cpu.time, 13 * PERIOD);
	assert_int_equal(model->kernel[0].cpu.samples, 3);
	assert_int_equal(model->kernel[0].cpu.time, 5 * PERIOD);
	assert_int_equal(model->process[0].cpu.samples, 20);
	assert_int_equal(model->process[0].cpu_in_runtime, 6 * PERIOD);
	assert_int_equal(model->process[0].cpu_lost, 4 * PERIOD);
	assert_string_equal(model->process[0].cpu_stopped, "of old age");
	recoat_model_destroy(model);
	free(trace);
}

static void test_counts_a_function_once_a_path(void **state)
{
	char *trace = add_process(*state, "");
	struct recoat_functions functions;
	struct recoat_symbols *symbols;
	struct recoat_model *model;

	add_samples(trace, "cpu-0-0",
		    &(struct recoat_cpu_path){.path = 4, .samples = 2, .periods = 8});
	add_samples(trace, "cpu-1-0",
		    &(struct recoat_cpu_path){.path = 3, .samples = 9, .periods = 9});
	model = load(*state);
	symbols = recoat_symbols_create(&model->strings);
	recoat_functions_create(&functions, model, symbols, RECOAT_BY_SELF);
	assert_int_equal(functions.count, 2);
	assert_string_equal(functions.at[0].name, "[b]");
	assert_int_equal(functions.at[0].self.samples, 9);
	assert_int_equal(functions.at[0].total.samples, 11);
	assert_string_equal(functions.at[1].name, "[a]");
	assert_int_equal(functions.at[1].self.time, 8 * PERIOD);
	assert_int_equal(functions.at[1].total.time, 17 * PERIOD);
	assert_false(functions.at[1].known);
	recoat_functions_destroy(&functions);
	recoat_symbols_destroy(symbols);
	recoat_model_destroy(model);
	free(trace);
}

static void test_refuses_samples_of_unknown_links(void **state)
{
	char *trace = add_process(*state, "");
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	add_samples(trace, "cpu-0-0", &(struct recoat_cpu_path){.path = 4, .link = 2});
	assert_true(recoat_model_create(&model, *state, NULL, &error) < 0);
	assert_non_null(strstr(error.text, "CPU samples in link 1, expected one of the 1 links"));
	free(trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sums_samples_of_all_shards, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_counts_a_function_once_a_path, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_refuses_samples_of_unknown_links,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
