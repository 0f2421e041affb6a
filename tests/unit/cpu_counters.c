/* SPDX-License-Identifier: Apache-2.0 */
/* Counters of CPU samples, read back from their files as a reader would. */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/cpu_counters.h"
#include "preload/stream.h"
#include "tests/unit/scratch.h"

#define PATHS 5000u

static char directory[64];

static int setup(void **state)
{
	(void)state;
	scratch_make(directory);
	strcpy(recoat_stream_directory, directory);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	recoat_stream_unshare_all();
	scratch_remove(directory);
	return 0;
}

/* The periods of all cpu_path events of one file, by path. */
static void add_up(const unsigned char *bytes, size_t size, bool first, uint64_t *periods)
{
	struct recoat_packet packet;
	size_t at = sizeof packet + (first ? 8 + sizeof(struct recoat_cpu_total) : 0);

	memcpy(&packet, bytes, sizeof packet);
	assert_int_equal(packet.magic, RECOAT_CTF_MAGIC);
	assert_int_equal(packet.stream, RECOAT_STREAM_CPU);
	assert_int_equal(packet.packet_bits, 8 * size);
	assert_int_equal(packet.shard, 7);
	for (; at < packet.content_bits / 8; at += 8 + sizeof(struct recoat_cpu_path)) {
		struct recoat_cpu_path event;

		assert_int_equal(bytes[at], RECOAT_EVENT_cpu_path);
		memcpy(&event, bytes + at + 8, sizeof event);
		assert_true(event.path < PATHS);
		assert_int_equal(event.samples, 2);
		periods[event.path] += event.periods;
	}
	assert_int_equal(at, packet.content_bits / 8);
}

static void all_counts_are_on_disk(void **state)
{
	static uint64_t periods[PATHS];
	struct recoat_cpu_counters counters = {0};

	(void)state;
	assert_true(recoat_cpu_counters_open(&counters, 7));
	assert_true(recoat_cpu_counters_open(&counters, 7));
	counters.total->samples = 9;
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t path = 0; path < PATHS; path++)
			assert_true(recoat_cpu_counters_add(&counters, 7, path, path % 3, path));
	for (unsigned chunk = 0; chunk < counters.chunks; chunk++) {
		unsigned char *bytes;
		char name[32];
		size_t size;

		snprintf(name, sizeof name, "cpu-7-%u", chunk);
		bytes = scratch_read(directory, name, &size);
		add_up(bytes, size, chunk == 0, periods);
		free(bytes);
	}
	assert_true(counters.chunks > 2);
	for (uint32_t path = 0; path < PATHS; path++)
		assert_int_equal(periods[path], 2 * path);
}

static void spans_of_a_path_are_apart(void **state)
{
	struct recoat_cpu_counters counters = {0};

	(void)state;
	assert_true(recoat_cpu_counters_open(&counters, 0));
	assert_true(recoat_cpu_counters_add(&counters, 0, 5, 0, 1));
	assert_true(recoat_cpu_counters_add(&counters, 0, 5, 1, 1));
	assert_true(recoat_cpu_counters_add(&counters, 0, 5, 0, 1));
	assert_int_equal(counters.count, 2);
}

static void without_a_file_counting_goes_on(void **state)
{
	struct recoat_cpu_counters counters = {0};

	(void)state;
	strcpy(recoat_stream_directory, "/nonexistent");
	assert_true(recoat_cpu_counters_open(&counters, 0));
	for (uint32_t path = 0; path < PATHS; path++)
		assert_true(recoat_cpu_counters_add(&counters, 0, path, 0, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_counts_are_on_disk, setup, teardown),
		cmocka_unit_test_setup_teardown(spans_of_a_path_are_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(without_a_file_counting_goes_on, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
