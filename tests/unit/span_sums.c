/* SPDX-License-Identifier: Apache-2.0 */
/* Sums of spans, read back from their files as a reader would; and when they begin. */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preload/clock.h"
#include "preload/span_rate.h"
#include "preload/span_sums.h"
#include "preload/stream.h"
#include "tests/unit/scratch.h"

#define PATHS 2000u
#define ROUNDS 20u

static char directory[64];

static int setup(void **state)
{
	(void)state;
	scratch_make(directory);
	strcpy(recoat_stream_directory, directory);
	recoat_clock_span_frequency = 1000000000u;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	recoat_stream_unshare_all();
	scratch_remove(directory);
	return 0;
}

/* What all files together say. */
static struct sums {
	struct recoat_span_total of[PATHS];
	struct recoat_span_period period[PATHS];
	uint64_t bucket[PATHS][RECOAT_HISTOGRAMS][RECOAT_BUCKETS];
} is;

static void read_packet(const unsigned char *bytes, size_t size)
{
	struct recoat_packet packet;
	size_t at = sizeof packet;

	memcpy(&packet, bytes, sizeof packet);
	assert_int_equal(packet.magic, RECOAT_CTF_MAGIC);
	assert_int_equal(packet.stream, RECOAT_STREAM_SPANS);
	assert_int_equal(packet.packet_bits, 8 * size);
	while (at < packet.content_bits / 8) {
		struct recoat_span_histogram counts;
		struct recoat_span_total total;

		if (bytes[at] == RECOAT_EVENT_span_total) {
			memcpy(&total, bytes + at + 8, sizeof total);
			assert_int_equal(is.of[total.path].count, 0);
			is.of[total.path] = total;
			at += 8 + sizeof total;
			assert_int_equal(bytes[at], RECOAT_EVENT_span_period);
			memcpy(&is.period[total.path], bytes + at + 8, sizeof *is.period);
			at += 8 + sizeof *is.period;
		} else {
			assert_int_equal(bytes[at], RECOAT_EVENT_span_histogram);
			memcpy(&counts, bytes + at + 8, sizeof counts);
			is.bucket[counts.path][counts.of][counts.bucket] += counts.count;
			at += 8 + sizeof counts;
		}
	}
	assert_int_equal(at, packet.content_bits / 8);
}

static void read_all(const struct recoat_span_table *table)
{
	memset(&is, 0, sizeof is);
	for (uint32_t i = 0; i < table->chunks; i++) {
		char name[32];
		size_t size;
		unsigned char *bytes;

		snprintf(name, sizeof name, "sums-3-%u", i);
		bytes = scratch_read(directory, name, &size);
		read_packet(bytes, size);
		free(bytes);
	}
}

/* A span that ends at `now`. */
static void add_at(struct recoat_span_table *table, uint32_t path, uint64_t duration, uint64_t size,
		   uint64_t now, uint32_t tid)
{
	const struct recoat_span_context context = {.paths = path,
						    .links = (uint64_t)(path % 3) << 32 | 5};
	const struct recoat_span_costs span = {
		.duration = duration,
		.flags = size ? RECOAT_SPAN_SIZE : RECOAT_SPAN_UNWOUND,
		.size = size,
		.allocations = 2,
		.bytes = 64,
		.peak = duration,
	};

	assert_true(recoat_span_table_add(table, 3, &context, &span, now, tid));
}

static void add(struct recoat_span_table *table, uint32_t path, uint64_t duration, uint64_t size)
{
	add_at(table, path, duration, size, duration, 1);
}

static void every_span_is_counted_once(void **state)
{
	struct recoat_span_table table = {0};

	(void)state;
	for (uint32_t round = 1; round <= ROUNDS; round++)
		for (uint32_t path = 0; path < PATHS; path++)
			add(&table, path, round * 10 + path, round % 2 ? round : 0);
	read_all(&table);
	for (uint32_t path = 0; path < PATHS; path++) {
		const struct recoat_span_total *of = &is.of[path];
		double squares = 0;

		for (uint32_t round = 1; round <= ROUNDS; round++)
			squares += (double)(round * 10 + path) * (double)(round * 10 + path);
		assert_int_equal(of->count, ROUNDS);
		assert_int_equal(of->link, 5);
		assert_int_equal(of->depth, path % 3);
		assert_int_equal(of->time, 10 * ROUNDS * (ROUNDS + 1) / 2 + ROUNDS * path);
		assert_int_equal(of->time_min, 10 + path);
		assert_int_equal(of->time_max, 10 * ROUNDS + path);
		assert_true(of->time_squares == squares);
		assert_int_equal(of->size_count, ROUNDS / 2);
		assert_int_equal(of->size, ROUNDS * ROUNDS / 4);
		assert_int_equal(of->size_min, 1);
		assert_int_equal(of->size_max, ROUNDS - 1);
		assert_int_equal(of->unwound, ROUNDS / 2);
		assert_int_equal(of->allocations, 2 * ROUNDS);
		assert_int_equal(of->peak, of->time_max);
	}
}

static void histograms_have_binary_buckets(void **state)
{
	static const uint64_t numbers[] = {0, 1, 2, 3, 4, 1023, 1024, UINT64_MAX};
	static const unsigned buckets[] = {0, 1, 2, 2, 3, 10, 11, 64};
	struct recoat_span_table table = {0};

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(recoat_bucket(numbers[i]), buckets[i]);
	for (unsigned i = 0; i < 7; i++)
		add(&table, 1, numbers[i], numbers[i]);
	read_all(&table);
	assert_int_equal(is.bucket[1][RECOAT_HISTOGRAM_TIME][2], 2);
	assert_int_equal(is.bucket[1][RECOAT_HISTOGRAM_TIME][10], 1);
	assert_int_equal(is.bucket[1][RECOAT_HISTOGRAM_SIZE][11], 1);
	assert_int_equal(is.bucket[1][RECOAT_HISTOGRAM_SIZE][0], 0);
}

static void periods_reach_from_the_first_to_the_latest(void **state)
{
	struct recoat_span_table table = {0};

	(void)state;
	for (uint32_t round = 1; round <= ROUNDS; round++)
		for (uint32_t path = 0; path < PATHS; path++)
			add_at(&table, path, 50, 0, 1000 * round + path, path % 2 ? round : 7);
	read_all(&table);
	for (uint32_t path = 0; path < PATHS; path++) {
		const struct recoat_span_period *period = &is.period[path];

		assert_int_equal(period->begin, 950 + path);
		assert_int_equal(period->end, 1000 * ROUNDS + path);
		assert_int_equal(period->first_thread, path % 2 ? 1 : 7);
		assert_int_equal(period->latest_thread, path % 2 ? ROUNDS : 7);
	}
}

/* Spans of one link at so many a second, from time 1 on: the rate after `spans`. */
static struct recoat_span_rate rate_after(uint64_t spans, uint64_t a_second)
{
	struct recoat_span_rate rate = {0};

	for (uint64_t i = 0; i < spans; i++)
		recoat_span_rate_count(&rate, 1 + i * (1000000000u / a_second));
	return rate;
}

static void what_is_called_often_is_summed_up(void **state)
{
	struct recoat_span_rate rate;
	unsigned sampled = 0;

	(void)state;
	assert_false(rate_after(RECOAT_RATE_SPANS - 1, 1000000).summed);
	assert_false(rate_after(4 * RECOAT_RATE_SPANS, RECOAT_RATE_MAX - 1000).summed);
	assert_true(rate_after(RECOAT_RATE_SPANS, RECOAT_RATE_MAX + 1000).summed);
	rate = rate_after(2 * RECOAT_RATE_SPANS, 1000000);
	for (unsigned i = 0; i < 1000000; i++) {
		rate.spans++;
		sampled += recoat_span_rate_sample(&rate);
	}
	assert_in_range(sampled, RECOAT_RATE_SAMPLES / 4, RECOAT_RATE_SAMPLES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_span_is_counted_once, setup, teardown),
		cmocka_unit_test_setup_teardown(histograms_have_binary_buckets, setup, teardown),
		cmocka_unit_test_setup_teardown(periods_reach_from_the_first_to_the_latest, setup,
						teardown),
		cmocka_unit_test_setup(what_is_called_often_is_summed_up, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
