/* SPDX-License-Identifier: Apache-2.0 */
/* Accounting of mappings: what a reader finds in the recording. */
#include "tests/unit/cmocka_all.h"

#include "preload/clock.h"
#include "preload/mapping.h"
#include "preload/stream.h"
#include "recoat/recording.h"
#include "tests/unit/scratch.h"

#define PAGE 4096

static char directory[64];

static int set_up(void **state)
{
	(void)state;
	scratch_make(directory);
	strcpy(recoat_stream_directory, directory);
	recoat_clock_init();
	recoat_mapping_reset();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	recoat_stream_unshare_all();
	scratch_remove(directory);
	return 0;
}

static const void *page(uint64_t number)
{
	return (const void *)(0x7f0000000000 + number * PAGE);
}

static void remove_pages(uint64_t first, size_t count)
{
	recoat_mapping_lock();
	recoat_mapping_remove(page(first), count * PAGE);
	recoat_mapping_unlock();
}

/* The event of this path and kind; all zero if there is none. */
static struct recoat_mapping_path read_path(uint32_t path, uint32_t kind)
{
	struct recoat_mapping_path event, found = {0};
	size_t bytes;
	unsigned char *file = scratch_read(directory, "mappings-0", &bytes);
	uint64_t content = ((struct recoat_packet *)file)->content_bits / 8;

	for (size_t at = sizeof(struct recoat_packet) + 32; at < content; at += 48) {
		memcpy(&event, file + at + 8, sizeof event);
		if (event.path == path && event.kind == kind)
			found = event;
	}
	free(file);
	return found;
}

static struct recoat_mapping_total read_total(void)
{
	struct recoat_mapping_total total;
	size_t bytes;
	unsigned char *file = scratch_read(directory, "mappings-0", &bytes);

	memcpy(&total, file + sizeof(struct recoat_packet) + 8, sizeof total);
	free(file);
	return total;
}

static void counts_whole_pages_by_path_and_kind(void **state)
{
	(void)state;
	recoat_mapping_added(page(0), 1, RECOAT_MAPPING_ANONYMOUS, 7);
	recoat_mapping_added(page(1), 3 * PAGE, RECOAT_MAPPING_FILE, 7);
	recoat_mapping_added(page(10), PAGE, RECOAT_MAPPING_ANONYMOUS, 7);
	assert_int_equal(read_path(7, RECOAT_MAPPING_ANONYMOUS).mappings, 2);
	assert_int_equal(read_path(7, RECOAT_MAPPING_ANONYMOUS).bytes, 2 * PAGE);
	assert_int_equal(read_path(7, RECOAT_MAPPING_FILE).bytes, 3 * PAGE);
	assert_int_equal(read_total().live, 5 * PAGE);
}

static void a_part_may_be_unmapped(void **state)
{
	(void)state;
	recoat_mapping_added(page(0), 10 * PAGE, RECOAT_MAPPING_ANONYMOUS, 7);
	recoat_mapping_added(page(10), 10 * PAGE, RECOAT_MAPPING_ANONYMOUS, 8);
	remove_pages(4, 2);
	assert_int_equal(read_path(7, 0).unmapped_bytes, 2 * PAGE);
	remove_pages(8, 4);
	assert_int_equal(read_path(7, 0).unmapped_bytes, 4 * PAGE);
	assert_int_equal(read_path(8, 0).unmapped_bytes, 2 * PAGE);
	remove_pages(0, 100);
	assert_int_equal(read_path(7, 0).unmapped_bytes, 10 * PAGE);
	assert_int_equal(read_total().live, 0);
	assert_int_equal(read_total().peak, 20 * PAGE);
	assert_int_equal(read_path(7, 0).peak, 10 * PAGE);
}

static void what_is_mapped_over_is_gone(void **state)
{
	(void)state;
	recoat_mapping_added(page(0), 10 * PAGE, RECOAT_MAPPING_ANONYMOUS, 7);
	recoat_mapping_added(page(2), PAGE, RECOAT_MAPPING_FILE, 8);
	assert_int_equal(read_path(7, 0).unmapped_bytes, PAGE);
	assert_int_equal(read_path(8, 1).bytes, PAGE);
	assert_int_equal(read_total().live, 10 * PAGE);
	recoat_mapping_lock();
	assert_int_equal(recoat_mapping_kind(page(1)), RECOAT_MAPPING_ANONYMOUS);
	assert_int_equal(recoat_mapping_kind(page(2)), RECOAT_MAPPING_FILE);
	recoat_mapping_unlock();
}

static void what_was_never_seen_counts_nothing(void **state)
{
	(void)state;
	recoat_mapping_added(page(0), PAGE, RECOAT_MAPPING_ANONYMOUS, 7);
	remove_pages(50, 5);
	assert_int_equal(read_total().live, PAGE);
}

static void move_break(uint64_t from, uint64_t to, uint32_t path)
{
	recoat_mapping_lock();
	recoat_mapping_break((const void *)from, (const void *)to, path);
	recoat_mapping_unlock();
}

static void the_break_counts_to_the_byte(void **state)
{
	(void)state;
	move_break(10000, 10100, 7);
	move_break(10100, 10150, 8);
	move_break(10150, 10050, 9); /* All of 8's and half of 7's. */
	move_break(10050, 9000, 9);  /* And what was never seen. */
	move_break(9000, 9000, 9);
	assert_int_equal(read_path(7, RECOAT_MAPPING_BREAK).bytes, 100);
	assert_int_equal(read_path(7, RECOAT_MAPPING_BREAK).unmapped_bytes, 100);
	assert_int_equal(read_path(8, RECOAT_MAPPING_BREAK).unmapped_bytes, 50);
	assert_int_equal(read_path(9, RECOAT_MAPPING_BREAK).mappings, 0);
	assert_int_equal(read_total().live, 0);
	assert_int_equal(read_total().peak, 150);
}

static void many_paths_take_several_packets(void **state)
{
	size_t bytes;

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		recoat_mapping_added(page(i), PAGE, RECOAT_MAPPING_ANONYMOUS, i + 2);
	assert_int_equal(read_path(2, 0).mappings, 1);
	assert_int_equal(read_total().live, 5000 * PAGE);
	free(scratch_read(directory, "mappings-3", &bytes));
	for (uint32_t i = 0; i < 5000; i++)
		recoat_mapping_added(page(i), PAGE, RECOAT_MAPPING_ANONYMOUS, i + 2);
	assert_int_equal(read_path(2, 0).mappings, 2);
	assert_int_equal(read_total().live, 5000 * PAGE);
}

static void goes_on_without_files(void **state)
{
	(void)state;
	scratch_remove(directory);
	recoat_mapping_added(page(0), PAGE, RECOAT_MAPPING_ANONYMOUS, 7);
	remove_pages(0, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(counts_whole_pages_by_path_and_kind, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_part_may_be_unmapped, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_mapped_over_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_never_seen_counts_nothing, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_break_counts_to_the_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(many_paths_take_several_packets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(goes_on_without_files, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
