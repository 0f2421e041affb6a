/* SPDX-License-Identifier: Apache-2.0 */
/* The calling-context tree: one number a path, whoever asks, however many there are. */
#include "tests/unit/cmocka_all.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>

#include "preload/cfi.h"
#include "preload/clock.h"
#include "preload/modules.h"
#include "preload/recording.h"
#include "preload/tree.h"

#define CHILDREN 20000
#define THREADS 4

static int set_up(void **state)
{
	(void)state;
	recoat_clock_init();
	return recoat_tree_init();
}

static void equal_paths_have_equal_numbers(void **state)
{
	uint32_t a = recoat_tree_intern(RECOAT_PATH_ROOT, 0x1000);
	uint32_t b = recoat_tree_intern(a, 0x2000);

	(void)state;
	assert_int_not_equal(a, RECOAT_PATH_ROOT);
	assert_int_not_equal(a, RECOAT_PATH_UNKNOWN);
	assert_int_not_equal(a, b);
	assert_int_equal(recoat_tree_intern(RECOAT_PATH_ROOT, 0x1000), a);
	assert_int_equal(recoat_tree_intern(a, 0x2000), b);
	assert_int_not_equal(recoat_tree_intern(RECOAT_PATH_ROOT, 0x2000), b);
	assert_int_not_equal(recoat_tree_intern(b, 0x2000), b);
}

static void growing_keeps_every_number(void **state)
{
	static uint32_t number[CHILDREN];

	(void)state;
	for (uint32_t i = 0; i < CHILDREN; i++)
		number[i] = recoat_tree_intern(i % 100, 0x400000 + i);
	for (uint32_t i = 0; i < CHILDREN; i++)
		assert_int_equal(recoat_tree_intern(i % 100, 0x400000 + i), number[i]);
}

/* A signal handler must not wait for who is adding nodes; nodes that are there need no lock. */
static void trying_does_not_wait(void **state)
{
	uint32_t known = recoat_tree_intern(RECOAT_PATH_ROOT, 0x7000);

	(void)state;
	recoat_lock_take(&recoat_process_lock);
	assert_int_equal(recoat_tree_try_intern(RECOAT_PATH_ROOT, 0x7000, false), known);
	assert_int_equal(recoat_tree_try_intern(RECOAT_PATH_ROOT, 0x7001, false), UINT32_MAX);
	assert_int_not_equal(recoat_tree_try_intern(RECOAT_PATH_ROOT, 0x7002, true), UINT32_MAX);
	recoat_lock_drop(&recoat_process_lock);
	known = recoat_tree_try_intern(RECOAT_PATH_ROOT, 0x7001, false);
	assert_int_not_equal(known, UINT32_MAX);
	assert_int_equal(recoat_tree_intern(RECOAT_PATH_ROOT, 0x7001), known);
}

/* In a module that has not been recorded yet a path could not be named. */
static void trying_refuses_new_modules(void **state)
{
	struct link_map *module;
	uint64_t ip;

	(void)state;
	recoat_modules_check();
	module = dlopen("libresolv.so.2", RTLD_NOW);
	if (!module || !recoat_cfi_has_module((uint64_t)(uintptr_t)module->l_ld))
		skip();
	ip = (uint64_t)(uintptr_t)module->l_ld;
	assert_int_equal(recoat_tree_try_intern(RECOAT_PATH_ROOT, ip, false), UINT32_MAX);
	recoat_modules_check();
	assert_int_not_equal(recoat_tree_try_intern(RECOAT_PATH_ROOT, ip, false), UINT32_MAX);
}

static void code_that_is_gone_is_not_found_again(void **state)
{
	uint32_t before = recoat_tree_intern(RECOAT_PATH_ROOT, 0x5000);
	uint32_t child = recoat_tree_intern(before, 0x9000);
	uint32_t other = recoat_tree_intern(RECOAT_PATH_ROOT, 0x6000);
	uint32_t after;

	(void)state;
	recoat_lock_take(&recoat_process_lock);
	recoat_tree_forget(0x5000, 0x6000);
	recoat_lock_drop(&recoat_process_lock);
	after = recoat_tree_intern(RECOAT_PATH_ROOT, 0x5000);
	assert_int_not_equal(after, before);
	assert_int_not_equal(recoat_tree_intern(after, 0x9000), child);
	assert_int_equal(recoat_tree_intern(RECOAT_PATH_ROOT, 0x6000), other);
	/* Still so after the table has grown. */
	for (uint32_t i = 0; i < CHILDREN; i++)
		recoat_tree_intern(other, 0x800000 + i);
	assert_int_equal(recoat_tree_intern(RECOAT_PATH_ROOT, 0x5000), after);
}

static void *intern_many(void *numbers)
{
	uint32_t *number = numbers;

	for (uint32_t i = 0; i < CHILDREN; i++)
		number[i] = recoat_tree_intern(i % 50, 0x700000 + i % 5000);
	return NULL;
}

static void threads_agree(void **state)
{
	static uint32_t number[THREADS][CHILDREN];
	pthread_t thread[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, intern_many, number[i]), 0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (int i = 1; i < THREADS; i++)
		assert_memory_equal(number[i], number[0], sizeof number[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(equal_paths_have_equal_numbers, set_up),
		cmocka_unit_test_setup(growing_keeps_every_number, set_up),
		cmocka_unit_test_setup(trying_does_not_wait, set_up),
		cmocka_unit_test_setup(trying_refuses_new_modules, set_up),
		cmocka_unit_test_setup(code_that_is_gone_is_not_found_again, set_up),
		cmocka_unit_test_setup(threads_agree, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
