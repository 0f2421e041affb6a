/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots as files: what is in them, how many there are, and that they disturb nothing. */
#include "tests/unit/heap_scratch.h"

#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>

#include "preload/snapshot.h"

#define PATHS 12000
#define FIRST_PATH 2

static int set_up(void **state)
{
	(void)state;
	return heap_scratch_begin(RECOAT_HEAP_PROFILE);
}

static const void *address_of(uint32_t block)
{
	return (const void *)(0x7f0000001000ull + (uint64_t)block * 64);
}

/* A snapshot as a reader finds it. */
static struct recoat_heap_snapshot total;
static struct recoat_heap_live live[PATHS];

static const unsigned char *get(const unsigned char *at, void *to, size_t bytes)
{
	memcpy(to, at, bytes);
	return at + bytes;
}

#define GET(field) at = get(at, &(field), sizeof(field))

static unsigned files(unsigned *last)
{
	DIR *open = opendir(directory);
	unsigned count = 0, number;
	struct dirent *entry;

	*last = 0;
	while ((entry = readdir(open))) {
		if (sscanf(entry->d_name, "snapshot-%u", &number) != 1)
			continue;
		count++;
		if (number > *last)
			*last = number;
	}
	closedir(open);
	return count;
}

/* The newest: others may have been taken because it was time. */
static void read_snapshot(void)
{
	char name[32];
	size_t bytes;
	unsigned char *file;
	const unsigned char *at;
	unsigned newest;

	files(&newest);
	snprintf(name, sizeof name, "snapshot-%u", newest);
	file = scratch_read(directory, name, &bytes);
	assert_int_equal(((const struct recoat_packet *)file)->content_bits, 8 * bytes);
	at = file + sizeof(struct recoat_packet);
	assert_int_equal(*at, RECOAT_EVENT_heap_snapshot);
	at += 8;
	GET(total.live);
	GET(total.blocks);
	GET(total.paths);
	GET(total.rest_paths);
	GET(total.rest_bytes);
	GET(total.rest_blocks);
	for (uint32_t i = 0; i < total.paths; i++) {
		assert_int_equal(*at, RECOAT_EVENT_heap_live);
		at += 8;
		GET(live[i].path);
		GET(live[i].bytes);
		GET(live[i].blocks);
	}
	assert_ptr_equal(at, file + bytes);
	free(file);
}

static void tells_what_is_live(void **state)
{
	(void)state;
	recoat_heap_allocated(thread, address_of(1), 100, 5);
	recoat_heap_allocated(thread, address_of(2), 200, 5);
	recoat_heap_allocated(thread, address_of(3), 0, 2000);
	recoat_heap_allocated(thread, address_of(4), 7, 9);
	recoat_heap_released(thread, address_of(4));
	recoat_snapshot_take(thread);
	read_snapshot();
	assert_true(total.live == 300 && total.blocks == 3 && total.paths == 2);
	assert_true(live[0].path == 5 && live[0].bytes == 300 && live[0].blocks == 2);
	assert_true(live[1].path == 2000 && live[1].bytes == 0 && live[1].blocks == 1);
	recoat_heap_released(thread, address_of(1));
	recoat_snapshot_take(thread);
	read_snapshot();
	assert_true(total.live == 200 && total.blocks == 2 && total.paths == 2);
}

static void stays_bounded_however_long_it_runs(void **state)
{
	unsigned last;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		recoat_snapshot_take(thread);
		assert_in_range(files(&last), 1, RECOAT_SNAPSHOTS_MAX);
		assert_int_equal(last, i);
	}
	assert_in_range(files(&last), RECOAT_SNAPSHOTS_MAX / 2, RECOAT_SNAPSHOTS_MAX - 1);
	read_snapshot();
}

/* With more call paths than fit, the largest are told, and the rest in one sum. */
static void sums_up_what_is_small(void **state)
{
	uint64_t bytes = 0, blocks = 0;
	unsigned large = 0;

	(void)state;
	for (uint32_t i = 0; i < PATHS; i++) {
		recoat_heap_allocated(thread, address_of(i), i % 10 ? 1 : 1000, FIRST_PATH + i);
		bytes += i % 10 ? 1 : 1000;
	}
	recoat_snapshot_take(thread);
	read_snapshot();
	assert_int_equal(total.paths, RECOAT_SNAPSHOT_PATHS_MAX);
	assert_int_equal(total.rest_paths, PATHS - RECOAT_SNAPSHOT_PATHS_MAX);
	assert_int_equal(total.live, bytes);
	assert_int_equal(total.blocks, PATHS);
	bytes = total.rest_bytes;
	blocks = total.rest_blocks;
	for (uint32_t i = 0; i < total.paths; i++) {
		bytes += live[i].bytes;
		blocks += live[i].blocks;
		large += live[i].bytes == 1000;
	}
	assert_int_equal(large, PATHS / 10);
	assert_int_equal(bytes, total.live);
	assert_int_equal(blocks, total.blocks);
}

#define LEFT FIRST_PATH
#define RIGHT (PATHS - 1)
#define HEIGHT 500
static _Atomic bool stop, runs;

/* Up and down, never more than one block more of one path than of the other. */
static void *balance(void *argument)
{
	struct recoat_thread *own = recoat_thread_enter();

	assert_non_null(own);
	while (!stop) {
		for (uint32_t i = 0; i < HEIGHT; i++) {
			recoat_heap_allocated(own, address_of(2 * i), 64, LEFT);
			recoat_heap_allocated(own, address_of(2 * i + 1), 64, RIGHT);
		}
		for (uint32_t i = 0; i < HEIGHT; i++) {
			recoat_heap_released(own, address_of(2 * i));
			recoat_heap_released(own, address_of(2 * i + 1));
		}
		runs = true;
	}
	recoat_thread_leave(own);
	return argument;
}

/* Of another thread, one event may be in the middle. Counts snapshots with blocks of both. */
static bool is_balanced(unsigned *both)
{
	int64_t left = 0, right = 0;

	for (uint32_t i = 0; i < total.paths; i++) {
		if (live[i].path == LEFT)
			left = (int64_t)live[i].bytes;
		if (live[i].path == RIGHT)
			right = (int64_t)live[i].bytes;
	}
	*both += left && right;
	return left - right <= 128 && right - left <= 128;
}

static void is_one_moment_while_another_thread_runs(void **state)
{
	unsigned both = 0, torn = 0;
	pthread_t other;

	(void)state;
#ifdef __SANITIZE_THREAD__
	return; /* Reads counters while their thread adds to them, on purpose. */
#endif
	for (uint32_t i = LEFT + 1; i < RIGHT; i++)
		recoat_heap_allocated(thread, address_of(5000 + i), 1, i);
	stop = runs = false;
	pthread_create(&other, NULL, balance, NULL);
	while (!runs)
		;
	for (int i = 0; i < 1000; i++) {
		recoat_snapshot_take(thread);
		read_snapshot();
		torn += !is_balanced(&both);
	}
	stop = true;
	pthread_join(other, NULL);
	assert_int_equal(torn, 0);
	assert_in_range(both, 100, 1000);
}

static void goes_on_without_a_directory(void **state)
{
	(void)state;
	scratch_remove(directory);
	recoat_heap_allocated(thread, address_of(1), 1000, 5);
	for (int i = 0; i < 3; i++)
		recoat_snapshot_take(thread);
	assert_true(recoat_heap_released(thread, address_of(1)).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_what_is_live, set_up, heap_scratch_end),
		cmocka_unit_test_setup_teardown(stays_bounded_however_long_it_runs, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(sums_up_what_is_small, set_up, heap_scratch_end),
		cmocka_unit_test_setup_teardown(is_one_moment_while_another_thread_runs, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(goes_on_without_a_directory, set_up,
						heap_scratch_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
