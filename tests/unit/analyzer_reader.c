/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the reader: what it gives, and what it refuses in which words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/run.h"
#include "analyzer/trace.h"
#include "tests/unit/analyzer_fixture.h"

/* What a visitor saw. */
struct seen {
	unsigned streams, packets, events;
	unsigned last_key;
	uint64_t last_time;
	char text[64]; /* Value of the last setting. */
};

static int see_stream(void *user, const char *name)
{
	struct seen *seen = user;

	assert_non_null(name);
	seen->streams++;
	return 0;
}

static int see_packet(void *user, const struct recoat_packet *packet)
{
	struct seen *seen = user;

	assert_int_equal(packet->magic, RECOAT_CTF_MAGIC);
	seen->packets++;
	return 0;
}

static int see_event(void *user, const struct recoat_event *event)
{
	struct seen *seen = user;

	seen->events++;
	seen->last_key = event->key;
	seen->last_time = event->time;
	if (event->key == RECOAT_KEY_setting)
		strncpy(seen->text, event->as.setting.value, sizeof(seen->text) - 1);
	return 0;
}

/* Read all of a trace. */
static int read_all(const char *directory, struct seen *seen, struct recoat_error *error)
{
	const struct recoat_visitor visitor = {
		.user = seen, .stream = see_stream, .packet = see_packet, .event = see_event};
	struct recoat_trace *trace;
	int result;

	memset(seen, 0, sizeof(*seen));
	error->text[0] = '\0';
	result = recoat_trace_open(directory, &trace, error);
	if (result)
		return result;
	for (int part = 0; !result && part < RECOAT_PARTS; part++)
		result = recoat_trace_read(trace, (enum recoat_part)part, &visitor, error);
	recoat_trace_close(trace);
	return result;
}

/* The trace is refused with a line that holds both texts. */
static void assert_refused(const char *directory, const char *where, const char *what)
{
	struct recoat_error error;
	struct seen seen;

	assert_true(read_all(directory, &seen, &error) < 0);
	if (!strstr(error.text, where) || !strstr(error.text, what))
		fail_msg("found \"%s\", expected \"%s\" and \"%s\" in it", error.text, where, what);
	assert_null(strchr(error.text, '\n'));
}

static int setup(void **state)
{
	char *directory = fixture_create();

	fixture_metadata(directory);
	*state = directory;
	return 0;
}

static void put_setting(struct fixture_packet *packet, uint64_t time, const char *value)
{
	fixture_put_setting(packet, time, &(struct recoat_setting){.name = "N", .value = value});
}

static void test_gives_all_events_of_all_files(void **state)
{
	struct fixture_packet packet;
	struct recoat_error error;
	struct seen seen;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 7, "/bin/program");
	fixture_store(*state, "process", &packet);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	put_setting(&packet, 2000, "first");
	fixture_store(*state, "process", &packet);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 2);
	put_setting(&packet, 3000, "second");
	fixture_store(*state, "process.live", &packet);
	fixture_begin(&packet, RECOAT_STREAM_HEAP, 0);
	fixture_put_heap_total(&packet, 4000, &(struct recoat_heap_total){.peak = -1});
	fixture_store(*state, "heap-total", &packet);
	assert_int_equal(read_all(*state, &seen, &error), 0);
	assert_int_equal(seen.streams, 2);
	assert_int_equal(seen.packets, 4);
	assert_int_equal(seen.events, 6);
	assert_int_equal(seen.last_key, RECOAT_KEY_heap_total);
	assert_int_equal(seen.last_time, 4000);
	assert_string_equal(seen.text, "second");
}

static void test_drops_a_live_packet_that_was_appended(void **state)
{
	struct fixture_packet packet;
	struct recoat_error error;
	struct seen seen;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 5);
	put_setting(&packet, 1, "value");
	fixture_store(*state, "process", &packet);
	fixture_store(*state, "process.live", &packet);
	assert_int_equal(read_all(*state, &seen, &error), 0);
	assert_int_equal(seen.events, 1);
}

static void test_a_live_packet_makes_up_for_a_torn_one(void **state)
{
	struct fixture_packet packet;
	struct recoat_error error;
	struct seen seen;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	put_setting(&packet, 1, "first");
	fixture_store(*state, "process", &packet);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 2);
	put_setting(&packet, 2, "second");
	fixture_append(*state, "process", packet.bytes, 1000);
	fixture_store(*state, "process.live", &packet);
	assert_int_equal(read_all(*state, &seen, &error), 0);
	assert_int_equal(seen.events, 2);
	assert_string_equal(seen.text, "second");
}

static void test_blank_live_files_are_empty(void **state)
{
	static const uint8_t blank[FIXTURE_PACKET];
	struct fixture_packet packet;
	struct recoat_error error;
	struct seen seen;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	packet.head.content_bits = 0;
	fixture_store(*state, "process.live", &packet);
	fixture_write(*state, "spans-0.live", blank, sizeof(blank));
	fixture_write(*state, "spans-1.live", blank, 0);
	fixture_write(*state, "heap-0-0", blank, sizeof(blank));
	assert_int_equal(read_all(*state, &seen, &error), 0);
	assert_int_equal(seen.packets, 0);
}

static void test_passes_over_empty_packets(void **state)
{
	struct recoat_error error;
	struct fixture_packet packet;
	struct seen seen;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	put_setting(&packet, 1, "first");
	fixture_store(*state, "process", &packet);
	/* What was made ready for packet 2 when the process was killed. */
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 2);
	fixture_store(*state, "process", &packet);
	fixture_store(*state, "process", &packet);
	put_setting(&packet, 2, "second");
	fixture_store(*state, "process.live", &packet);
	assert_int_equal(read_all(*state, &seen, &error), 0);
	assert_int_equal(seen.events, 2);
}

static void test_refuses_truncated_packets(void **state)
{
	struct fixture_packet packet;
	char *path;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	put_setting(&packet, 1, "value");
	fixture_store(*state, "process", &packet);
	packet.head.sequence = 2;
	fixture_append(*state, "process", packet.bytes, 1000);
	assert_refused(*state, "/process: offset 4096: truncated: 1000 bytes",
		       "expected a packet of 4096");
	fixture_write(*state, "process", packet.bytes, 10);
	assert_refused(*state, "/process: offset 0: truncated: 10 bytes",
		       "expected a packet head of 64");
	path = fixture_path(*state, "process");
	assert_int_equal(unlink(path), 0);
	free(path);
	fixture_write(*state, "process.live", packet.bytes, 70);
	assert_refused(*state, "/process.live: offset 0: truncated: 70 bytes",
		       "expected a packet of 4096");
}

static void test_refuses_foreign_bytes(void **state)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	fixture_store(*state, "process", &packet);
	packet.head.magic = 0x12345678;
	fixture_store(*state, "process", &packet);
	assert_refused(*state, "/process: offset 4096: packet starts with 0x12345678",
		       "expected the CTF magic 0xc1fc1fc1");
}

static void test_refuses_wrong_streams(void **state)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_SPANS, 1);
	fixture_store(*state, "process", &packet);
	assert_refused(*state, "/process: offset 0: packet of stream 1", "expected stream 0");
}

static void test_refuses_impossible_sizes(void **state)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	packet.head.content_bits = packet.head.packet_bits + 8;
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "packet content of 32776 bits", "up to the packet's 32768 bits");
	packet.head.content_bits = 8;
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "packet content of 8 bits", "from 64");
	packet.head.packet_bits = UINT64_MAX - 7;
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "packet of 18446744073709551608 bits", "from 64 to 16777216");
	packet.head.packet_bits = 0;
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "packet of 0 bits", "from 64");
}

/* A packed event has 16 bits of its time; the packet's begin and the one before tell the rest. */
static void test_completes_the_time_of_packed_events(void **state)
{
	struct fixture_packet packet;
	struct recoat_error error = {""};
	struct seen seen;

	fixture_metadata(*state);
	fixture_begin(&packet, RECOAT_STREAM_TRACE, 0);
	packet.head.time_begin = 0x1fff0;
	fixture_put_trace_free(&packet, 0x1fff8, &(struct recoat_trace_free){.block = 1});
	fixture_put_trace_free(&packet, 0x20003, &(struct recoat_trace_free){.block = 1});
	fixture_store(*state, "trace-0", &packet);
	assert_int_equal(read_all(*state, &seen, &error), 0);
	assert_int_equal(seen.events, 2);
	assert_int_equal(seen.last_key, RECOAT_KEY_trace_free);
	assert_true(seen.last_time == 0x20003);
}

static void test_refuses_a_packed_event_cut_short(void **state)
{
	struct fixture_packet packet;
	struct recoat_error error = {""};
	struct seen seen;

	fixture_metadata(*state);
	fixture_begin(&packet, RECOAT_STREAM_TRACE, 0);
	fixture_put_trace_alloc(&packet, 1, &(struct recoat_trace_alloc){.block = 1});
	packet.head.content_bits -= 8;
	fixture_store(*state, "trace-0", &packet);
	assert_int_equal(read_all(*state, &seen, &error), -EINVAL);
	assert_non_null(strstr(error.text, "event trace_alloc: found the end of the packet"));
}

static void test_refuses_packets_out_of_order(void **state)
{
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 3);
	put_setting(&packet, 1, "value");
	fixture_store(*state, "process", &packet);
	fixture_store(*state, "process", &packet);
	assert_refused(*state, "offset 4096: packet number 3 after 3", "expected a higher one");
}

static void test_refuses_damaged_events(void **state)
{
	static const uint64_t unknown = 200;
	struct fixture_packet packet;

	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 1);
	put_setting(&packet, 1, "value");
	packet.head.content_bits -= 8;
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "offset 64: event setting: found no NUL", "its field \"value\"");
	packet.head.content_bits = (sizeof(packet.head) + 3) * 8;
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "offset 64: event 0: found the end", "an event of the schema");
	packet.head.content_bits = (sizeof(packet.head) + 8) * 8;
	memcpy(packet.bytes + sizeof(packet.head), &unknown, 8);
	fixture_write(*state, "process", packet.bytes, sizeof(packet.bytes));
	assert_refused(*state, "offset 64: event 200: found an event id that", "schema");
}

static void test_refuses_other_files(void **state)
{
	fixture_write(*state, "notes.txt", "hello", 5);
	assert_refused(*state, "/notes.txt: not a file of a recording", "process, spans-N");
}

static void test_refuses_what_is_no_regular_file(void **state)
{
	free(fixture_directory(*state, "process"));
	assert_refused(*state, "/process: not a regular file", "");
}

/* Against the quotient in 128 bits, at every frequency's ends and at random. */
static void test_converts_times_exactly(void **state)
{
	static const uint64_t freq[] = {1,          1000,       999999999,  1000000000,
					1000000001, 2599998765, 4000000000, 1000000000000};
	struct recoat_metadata metadata;
	struct recoat_error error;
	char text[400];

	(void)state;
	srand(4);
	for (size_t i = 0; i < sizeof(freq) / sizeof(*freq); i++) {
		const struct recoat_clock *clock = &metadata.span;

		snprintf(text, sizeof(text),
			 "/* CTF 1.8 */ env { recoat_format = 1; }; clock { name = monotonic; freq "
			 "= 1; };"
			 "clock { name = span; freq = %llu; offset_s = 70; offset = -3; };",
			 (unsigned long long)freq[i]);
		assert_int_equal(recoat_metadata_parse(text, "text", &metadata, &error), 0);
		for (unsigned j = 0; j < 10000; j++) {
			uint64_t ticks =
				j ? ((uint64_t)rand() << 33 ^ (uint64_t)rand() << 11) >> rand() % 64
				  : UINT64_MAX;
			unsigned __int128 nano = (unsigned __int128)ticks * 1000000000 / freq[i];

			assert_int_equal(recoat_clock_duration(clock, ticks), (uint64_t)nano);
			assert_int_equal(
				recoat_clock_time(clock, ticks),
				(int64_t)((uint64_t)nano + 70000000000u - 3000000000u / freq[i]));
		}
	}
}

static void test_refuses_other_metadata(void **state)
{
	static const char *const wrong[][2] = {
		{"", "starts with \"\", expected \"/* CTF 1.8 */\""},
		{"/* CTF 2 */\n", "starts with \"/* CTF 2 */\""},
		{"/* CTF 1.8 */\n", "no recoat_format in an env block"},
		{"/* CTF 1.8 */ env { recoat_format = 9; };",
		 "recoat_format is 9, this program reads 1"},
		{"/* CTF 1.8 */ env { recoat_format = 1; };", "no clock named monotonic"},
		{"/* CTF 1.8 */ env { recoat_format", "malformed env block"},
		{"/* CTF 1.8 */ env { recoat_format = 1; }; clock { name = monotonic; freq = 1; }; "
		 "clock { name = span; freq = 1; }; stream { id = 0; ",
		 "offset 132: ends in a block, expected its end: cut short"},
		{"/* CTF 1.8 */ clock { name = span; freq = 0; };", "freq 0, expected 1 to 10^12"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		fixture_write(*state, "metadata", wrong[i][0], strlen(wrong[i][0]));
		assert_refused(*state, "/metadata: ", wrong[i][1]);
	}
}

static void assert_no_run(const char *path, const char *what)
{
	struct recoat_error error;
	struct recoat_run run;

	assert_true(recoat_run_open(&run, path, &error) < 0);
	if (!strstr(error.text, what))
		fail_msg("found \"%s\", expected \"%s\" in it", error.text, what);
}

static void test_finds_the_traces_of_a_run(void **state)
{
	char *run_directory = fixture_directory(*state, "run");
	struct recoat_error error;
	struct recoat_run run;
	char *trace;

	assert_no_run(run_directory, "an empty directory, expected a recording");
	fixture_write(run_directory, "file", "", 0);
	assert_no_run(run_directory, "not a recording: found 1 other");
	assert_no_run("/nonexistent", "No such file or directory, expected a recording");
	trace = fixture_directory(run_directory, "b-1-1");
	fixture_metadata(trace);
	free(trace);
	trace = fixture_directory(run_directory, "a-2-2");
	fixture_metadata(trace);
	free(trace);
	free(fixture_directory(run_directory, "c-3-3"));
	assert_int_equal(recoat_run_open(&run, run_directory, &error), 0);
	assert_int_equal(run.count, 2);
	assert_int_equal(run.unusable_count, 1);
	assert_non_null(strstr(run.trace[0], "a-2-2"));
	recoat_run_close(&run);
	assert_int_equal(recoat_run_open(&run, *state, &error), 0);
	assert_int_equal(run.count, 1);
	recoat_run_close(&run);
	free(run_directory);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_gives_all_events_of_all_files),
		TEST(test_drops_a_live_packet_that_was_appended),
		TEST(test_a_live_packet_makes_up_for_a_torn_one),
		TEST(test_blank_live_files_are_empty),
		TEST(test_passes_over_empty_packets),
		TEST(test_refuses_truncated_packets),
		TEST(test_refuses_foreign_bytes),
		TEST(test_refuses_wrong_streams),
		TEST(test_refuses_impossible_sizes),
		TEST(test_completes_the_time_of_packed_events),
		TEST(test_refuses_a_packed_event_cut_short),
		TEST(test_refuses_packets_out_of_order),
		TEST(test_converts_times_exactly),
		TEST(test_refuses_damaged_events),
		TEST(test_refuses_other_files),
		TEST(test_refuses_what_is_no_regular_file),
		TEST(test_refuses_other_metadata),
		TEST(test_finds_the_traces_of_a_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
