/* SPDX-License-Identifier: Apache-2.0 */
/* Streams: every event is on disk at once, full packets are appended whole or dropped. */
#include "tests/unit/cmocka_all.h"

#include "preload/put.h"
#include "tests/unit/scratch.h"

#define SIZE 4096
#define EVENT_BYTES 24 /* A call_path event with its word. */
#define EVENTS_A_PACKET ((SIZE - sizeof(struct recoat_packet)) / EVENT_BYTES)

static char directory[64];
static struct recoat_stream stream;

static int set_up(void **state)
{
	(void)state;
	scratch_make(directory);
	strcpy(recoat_stream_directory, directory);
	stream = (struct recoat_stream){0};
	return recoat_stream_open(&stream, RECOAT_STREAM_PROCESS, "test", SIZE, 42, 7, 100);
}

static int tear_down(void **state)
{
	(void)state;
	recoat_stream_unshare_all();
	scratch_remove(directory);
	return 0;
}

static void put(uint32_t node, uint64_t now)
{
	struct recoat_call_path event = {.node = node, .parent = 1, .ip = 2};

	recoat_put_call_path(&stream, now, &event);
}

static uint32_t node_at(const unsigned char *packet, size_t index)
{
	uint32_t node;

	memcpy(&node, packet + sizeof(struct recoat_packet) + index * EVENT_BYTES + 8, sizeof node);
	return node;
}

static void an_event_is_in_the_live_file_at_once(void **state)
{
	struct recoat_packet *packet;
	unsigned char *file;
	size_t bytes;

	(void)state;
	put(5, 101);
	file = scratch_read(directory, "test.live", &bytes);
	packet = (struct recoat_packet *)file;
	assert_int_equal(bytes, SIZE);
	assert_int_equal(packet->magic, RECOAT_CTF_MAGIC);
	assert_int_equal(packet->content_bits, 8 * (sizeof *packet + EVENT_BYTES));
	assert_int_equal(packet->packet_bits, 8 * SIZE);
	assert_int_equal(packet->tid, 42);
	assert_int_equal(packet->shard, 7);
	assert_int_equal(packet->time_begin, 100);
	assert_int_equal(packet->time_end, 101);
	assert_int_equal(node_at(file, 0), 5);
	free(file);
}

static void full_packets_are_appended_in_sequence(void **state)
{
	const uint32_t events = 3 * EVENTS_A_PACKET + 1;
	unsigned char *file;
	size_t bytes;

	(void)state;
	for (uint32_t i = 0; i < events; i++)
		put(i, 100 + i);
	file = scratch_read(directory, "test", &bytes);
	assert_int_equal(bytes, 3 * SIZE);
	for (uint32_t i = 0; i < 3; i++) {
		const struct recoat_packet *packet = (void *)(file + i * SIZE);

		assert_int_equal(packet->sequence, i);
		assert_int_equal(node_at((void *)packet, 0), i * EVENTS_A_PACKET);
	}
	free(file);
	file = scratch_read(directory, "test.live", &bytes);
	assert_int_equal(((struct recoat_packet *)file)->sequence, 3);
	assert_int_equal(node_at(file, 0), events - 1);
	free(file);
}

static void a_lost_directory_keeps_what_came_first(void **state)
{
	unsigned char *file;
	size_t bytes;

	(void)state;
	scratch_remove(directory);
	for (uint32_t i = 0; i < 2 * EVENTS_A_PACKET + 1; i++)
		put(i, 100);
	assert_int_equal(stream.packet->dropped, EVENTS_A_PACKET + 1);
	assert_int_equal(stream.packet->sequence, 0);
	assert_int_equal(node_at((unsigned char *)stream.packet, 0), 0);
	/* Tried again now and then, it goes on when the directory is back. */
	mkdir(directory, 0700);
	for (uint32_t i = 0; i < 200; i++)
		put(1000 + i, 100);
	assert_int_equal(stream.packet->dropped, 256);
	assert_int_equal(stream.packet->sequence, 1);
	file = scratch_read(directory, "test", &bytes);
	assert_int_equal(node_at(file, 0), 0);
	free(file);
}

static void an_event_larger_than_a_packet_is_dropped(void **state)
{
	static char text[2 * SIZE];
	struct recoat_dropped event = {.reason = text};

	(void)state;
	memset(text, 'x', sizeof text - 1);
	recoat_put_dropped(&stream, 100, &event);
	assert_int_equal(stream.packet->dropped, 1);
	assert_int_equal(stream.packet->content_bits, 8 * sizeof(struct recoat_packet));
}

static void times_never_go_back(void **state)
{
	(void)state;
	put(1, 500);
	put(2, 400);
	assert_int_equal(stream.packet->time_end, 500);
}

static void another_thread_gets_a_packet_of_its_own(void **state)
{
	unsigned char *file;
	size_t bytes;

	(void)state;
	put(1, 101);
	recoat_stream_hand_over(&stream, 43, 102);
	put(2, 103);
	file = scratch_read(directory, "test", &bytes);
	assert_int_equal(bytes, SIZE);
	assert_int_equal(((struct recoat_packet *)file)->tid, 42);
	assert_int_equal(stream.packet->tid, 43);
	assert_int_equal(stream.packet->time_begin, 102);
	free(file);
}

static void a_link_is_not_followed(void **state)
{
	const struct recoat_packet head = recoat_packet_head(RECOAT_STREAM_HEAP, SIZE, 0, 0);
	char link[128], elsewhere[128];

	(void)state;
	snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", directory);
	snprintf(link, sizeof link, "%s/link", directory);
	assert_int_equal(symlink(elsewhere, link), 0);
	assert_non_null(recoat_file_map("link", &head));
	assert_int_equal(access(elsewhere, F_OK), -1);
	snprintf(link, sizeof link, "%s/.new", directory);
	assert_int_equal(symlink(elsewhere, link), 0);
	assert_null(recoat_file_map("other", &head));
	assert_int_equal(access(elsewhere, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_event_is_in_the_live_file_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(full_packets_are_appended_in_sequence, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_lost_directory_keeps_what_came_first,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_event_larger_than_a_packet_is_dropped, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(times_never_go_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_thread_gets_a_packet_of_its_own, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_link_is_not_followed, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
