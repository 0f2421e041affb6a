/* SPDX-License-Identifier: Apache-2.0 */
/* Packed heap events as they stand in the trace stream. */
#include "preload/trace.h"
#include "tests/unit/heap_scratch.h"

#define BLOCK(number) ((const void *)(0x7f0000000000 + (uint64_t)(number)*16))

static int set_up(void **state)
{
	(void)state;
	return heap_scratch_begin(RECOAT_HEAP_TRACE);
}

static void events_are_16_and_8_bytes(void **state)
{
	struct recoat_packet *packet;
	uint64_t words[3];
	size_t bytes;
	unsigned char *file;

	(void)state;
	recoat_heap_allocated(thread, BLOCK(3), 100, 7);
	recoat_heap_released(thread, BLOCK(3));
	file = scratch_read(directory, "trace-0.live", &bytes);
	packet = (struct recoat_packet *)file;
	assert_int_equal(packet->content_bits / 8, sizeof *packet + 24);
	memcpy(words, packet + 1, sizeof words);
	assert_int_equal(words[0] & 15, RECOAT_EVENT_trace_alloc);
	assert_int_equal(words[0] >> 4 & 0xffff, packet->time_begin & 0xffff);
	assert_int_equal(words[0] >> 20, (uint64_t)BLOCK(3) >> 4);
	assert_int_equal(words[1], 7 | 100ull << 32);
	assert_int_equal(words[2] & 15, RECOAT_EVENT_trace_free);
	assert_int_equal(words[2] >> 20, (uint64_t)BLOCK(3) >> 4);
	free(file);
}

static void a_large_block_has_its_whole_size(void **state)
{
	uint64_t words[3];
	size_t bytes;
	unsigned char *file;

	(void)state;
	recoat_heap_allocated(thread, BLOCK(1), 5ull << 32, 0xffffff);
	file = scratch_read(directory, "trace-0.live", &bytes);
	memcpy(words, file + sizeof(struct recoat_packet), sizeof words);
	assert_int_equal(words[0] & 15, RECOAT_EVENT_trace_alloc_large);
	assert_int_equal(words[1], 0xffffff);
	assert_int_equal(words[2], 5ull << 32);
	free(file);
}

/* A minute without an event: 16 bits of the clock would not tell the time any more. */
static void a_pause_begins_a_packet(void **state)
{
	struct recoat_packet *packet;
	size_t bytes;
	unsigned char *file;

	(void)state;
	recoat_heap_allocated(thread, BLOCK(1), 10, 7);
	thread->trace.packet->time_begin -= RECOAT_TRACE_SPAN;
	recoat_heap_allocated(thread, BLOCK(2), 10, 7);
	file = scratch_read(directory, "trace-0", &bytes);
	packet = (struct recoat_packet *)file;
	/* Stored without the pages that hold nothing. */
	assert_int_equal(bytes, 4096);
	assert_int_equal(packet->packet_bits, 8 * 4096);
	assert_int_equal(packet->content_bits, 8 * (sizeof *packet + 16));
	assert_int_equal(thread->trace.packet->content_bits, 8 * (sizeof *packet + 16));
	assert_int_equal(thread->trace.packet->packet_bits, 8 * RECOAT_TRACE_PACKET);
	assert_int_equal(thread->trace.packet->sequence, 1);
	free(file);
}

static void a_failed_realloc_is_taken_back(void **state)
{
	struct recoat_heap_release release;
	uint64_t word;

	(void)state;
	recoat_heap_allocated(thread, BLOCK(1), 10, 7);
	release = recoat_heap_released(thread, BLOCK(1));
	recoat_heap_restore(thread, BLOCK(1), &release);
	memcpy(&word, thread->trace.cursor - 8, sizeof word);
	assert_int_equal(word & 15, RECOAT_EVENT_trace_kept);
}

static void goes_on_without_files(void **state)
{
	(void)state;
	scratch_remove(directory);
	recoat_heap_allocated(thread, BLOCK(1), 1000, 5);
	recoat_heap_released(thread, BLOCK(1));
	assert_null(thread->trace.packet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_are_16_and_8_bytes, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(a_large_block_has_its_whole_size, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(a_pause_begins_a_packet, set_up, heap_scratch_end),
		cmocka_unit_test_setup_teardown(a_failed_realloc_is_taken_back, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(goes_on_without_files, set_up, heap_scratch_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
