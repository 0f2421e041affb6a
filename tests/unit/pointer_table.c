/* SPDX-License-Identifier: Apache-2.0 */
/* The pointer table: what is put is taken once, and nothing else is there. */
#include "tests/unit/cmocka_all.h"

#include <pthread.h>

#include "preload/pointer_table.h"

static const void *at(uint64_t address)
{
	return (const void *)address;
}

static void what_is_put_is_taken_once(void **state)
{
	struct recoat_block block;

	(void)state;
	assert_true(recoat_pointer_put(at(0x7f1234567890), (struct recoat_block){77, 12345}));
	assert_true(recoat_pointer_take(at(0x7f1234567890), &block));
	assert_int_equal(block.path, 77);
	assert_int_equal(block.size, 12345);
	assert_false(recoat_pointer_take(at(0x7f1234567890), &block));
}

static void limits_fit(void **state)
{
	const struct recoat_block largest = {(1u << RECOAT_BLOCK_PATH_BITS) - 1,
					     RECOAT_BLOCK_SIZE_MAX};
	struct recoat_block block;

	(void)state;
	assert_true(recoat_pointer_put(at(0x7ffffffffff0), largest));
	assert_true(recoat_pointer_take(at(0x7ffffffffff0), &block));
	assert_int_equal(block.path, largest.path);
	assert_int_equal(block.size, largest.size);
	assert_true(recoat_pointer_put(at(0x10), (struct recoat_block){1, 0}));
	assert_true(recoat_pointer_take(at(0x10), &block));
	assert_int_equal(block.size, 0);
}

static void foreign_addresses_are_not_there(void **state)
{
	struct recoat_block block;

	(void)state;
	assert_false(recoat_pointer_take(at(0), &block));
	assert_false(recoat_pointer_take(at(0x555500001230), &block));
	assert_false(recoat_pointer_take(at(~0ull), &block));
	assert_false(recoat_pointer_put(at(1ull << 60), (struct recoat_block){1, 1}));
}

static void neighbours_do_not_touch(void **state)
{
	struct recoat_block block;

	(void)state;
	for (uint64_t i = 0; i < 100000; i++)
		recoat_pointer_put(at(0x600000000000 + 16 * i),
				   (struct recoat_block){(uint32_t)i + 1, i * 3});
	for (uint64_t i = 0; i < 100000; i++) {
		assert_true(recoat_pointer_take(at(0x600000000000 + 16 * i), &block));
		assert_int_equal(block.path, i + 1);
		assert_int_equal(block.size, i * 3);
	}
}

/* Threads whose addresses share leaves, and make them at the same time. */
static void *put_and_take(void *number)
{
	uint64_t base = 0x500000000000 + 16 * (uint64_t)number;
	struct recoat_block block;

	for (uint64_t i = 0; i < 4000; i++) {
		uint64_t address = base + i * 4096;

		if (!recoat_pointer_put(at(address), (struct recoat_block){5, i}) ||
		    !recoat_pointer_take(at(address), &block) || block.size != i)
			return (void *)1;
	}
	return NULL;
}

static void threads_do_not_disturb_each_other(void **state)
{
	pthread_t thread[4];
	void *failed;

	(void)state;
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, put_and_take, (void *)i), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(thread[i], &failed);
		assert_null(failed);
	}
}

static void reset_forgets_all(void **state)
{
	struct recoat_block block;

	(void)state;
	recoat_pointer_put(at(0x7f0000000000), (struct recoat_block){1, 1});
	recoat_pointer_reset();
	assert_false(recoat_pointer_take(at(0x7f0000000000), &block));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_taken_once),
		cmocka_unit_test(limits_fit),
		cmocka_unit_test(foreign_addresses_are_not_there),
		cmocka_unit_test(neighbours_do_not_touch),
		cmocka_unit_test(threads_do_not_disturb_each_other),
		cmocka_unit_test(reset_forgets_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
