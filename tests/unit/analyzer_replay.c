/* SPDX-License-Identifier: Apache-2.0 */
/* Replaying a heap trace: against a recount, and where the order of threads is not known. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/event.h"
#include "analyzer/model.h"
#include "analyzer/numbers.h"
#include "analyzer/replay.h"
#include "tests/unit/analyzer_fixture.h"

#define PATHS 20
#define BLOCKS 400

/* What is to come out. */
struct expected {
	struct recoat_heap_counts path[PATHS];
	int64_t live, peak;
	uint32_t owner[BLOCKS];
	uint64_t size[BLOCKS];
	int newest;
};

static void expect_allocation(struct expected *all, int block, uint32_t path, uint64_t size)
{
	all->owner[block] = path;
	all->size[block] = size;
	all->path[path].allocations++;
	all->path[path].bytes += size;
	all->live += (int64_t)size;
	all->newest = block;
	if (all->live <= all->peak)
		return;
	all->peak = all->live;
	for (int i = 0; i < PATHS; i++)
		all->path[i].at_peak = recoat_heap_counts_live(&all->path[i]);
}

static void expect_free(struct expected *all, int block)
{
	struct recoat_heap_counts *path = &all->path[all->owner[block]];

	path->frees++;
	path->freed_bytes += all->size[block];
	path->temporary += all->newest == block;
	all->live -= (int64_t)all->size[block];
	all->newest = all->newest == block ? -1 : all->newest;
	all->owner[block] = 0;
}

static void test_matches_a_recount(void **state)
{
	static struct expected all = {.newest = -1};
	struct recoat_replay replay = {0};
	struct recoat_replay_thread thread = {0};

	(void)state;
	srand(9);
	for (uint32_t i = 0; i < PATHS; i++)
		assert_int_equal(recoat_replay_add_row(&replay), i);
	for (uint64_t i = 0; i < 50000; i++) {
		int at = rand() % BLOCKS;
		struct recoat_heap_event event = {.block = 0x7000 + (uint64_t)at,
						  .size = (uint64_t)rand() % 5000,
						  .time = i / 100,
						  .path = 1 + (uint32_t)rand() % (PATHS - 1),
						  .what = all.owner[at] ? RECOAT_HEAP_FREED
									: RECOAT_HEAP_ALLOCATED};

		if (all.owner[at])
			expect_free(&all, at);
		else
			expect_allocation(&all, at, event.path, event.size);
		recoat_replay_tick(&replay, i / 100);
		assert_true(recoat_replay_fits(&replay, &event));
		assert_int_equal(recoat_replay_apply(&replay, &thread, &event, 1, true), 1);
	}
	assert_int_equal(replay.live, all.live);
	assert_int_equal(replay.peak, all.peak);
	assert_int_equal(replay.strangers + replay.overlaps, 0);
	for (uint32_t i = 0; i < PATHS; i++) {
		struct recoat_heap_counts counts = recoat_replay_counts(&replay, i);

		assert_memory_equal(&counts, &all.path[i], sizeof(counts));
		assert_int_equal(recoat_replay_lifetimes(&replay, i).freed, counts.frees);
	}
	recoat_replay_fini(&replay);
}

/* Numbers that no place has room for come back whole. */
static void test_keeps_large_numbers(void **state)
{
	const struct recoat_block block[] = {
		{.block = 1, .size = 100, .time = 1000, .row = 7},
		{.block = 2, .size = UINT32_MAX, .time = 1000, .row = RECOAT_BLOCKS_LISTED - 1},
		{.block = 3, .size = 1ull << 32, .time = 1000, .row = 7},
		{.block = 4, .size = 5, .time = 1000, .row = RECOAT_BLOCKS_LISTED},
		{.block = 5, .size = 6, .time = 1001 + (1ull << 32), .row = 7},
		{.block = 6, .size = 7, .time = 999, .row = UINT32_MAX},
		{.block = (1ull << RECOAT_BLOCK_BITS) - 1, .size = UINT64_MAX, .row = 1},
	};
	const size_t count = sizeof(block) / sizeof(*block);
	struct recoat_blocks blocks = {0};

	(void)state;
	for (int round = 0; round < 2; round++) {
		recoat_blocks_reserve(&blocks, count);
		for (size_t i = 0; i < count; i++)
			recoat_blocks_put(&blocks, recoat_blocks_seek(&blocks, block[i].block),
					  &block[i]);
		for (size_t i = 0; i < count; i++) {
			struct recoat_blocks_place *place =
				recoat_blocks_seek(&blocks, block[i].block);
			struct recoat_block found = recoat_blocks_get(&blocks, place);

			assert_int_equal(found.block, block[i].block);
			assert_int_equal(found.size, block[i].size);
			assert_int_equal(found.time, block[i].time);
			assert_int_equal(found.row, block[i].row);
			recoat_blocks_take(&blocks, place);
			assert_int_equal(recoat_blocks_seek(&blocks, block[i].block)->block, 0);
		}
		assert_int_equal(blocks.count, 0);
	}
	/* The second round took the places of the first in the list. */
	assert_int_equal(blocks.listed, 5);
	recoat_blocks_fini(&blocks);
}

static void test_numbers_may_be_large(void **state)
{
	struct recoat_numbers numbers = {0};

	(void)state;
	assert_int_equal(recoat_numbers_get(&numbers, 0), RECOAT_NONE);
	recoat_numbers_put(&numbers, UINT32_MAX, 1);
	recoat_numbers_put(&numbers, 200, 2);
	for (uint32_t i = 0; i < 1000; i += 2)
		recoat_numbers_put(&numbers, i, i + 5);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(recoat_numbers_get(&numbers, i), i % 2 ? RECOAT_NONE : i + 5);
	assert_int_equal(recoat_numbers_get(&numbers, UINT32_MAX), 1);
	assert_true(numbers.room <= 2048);
	recoat_numbers_fini(&numbers);
}

static void test_classes_are_powers_of_two(void **state)
{
	const uint64_t counts[8] = {0, 5, 0, 4, 0, 1};

	(void)state;
	assert_int_equal(recoat_lifetimes_class(0, 48), 0);
	assert_int_equal(recoat_lifetimes_class(1, 48), 1);
	assert_int_equal(recoat_lifetimes_class(1023, 48), 10);
	assert_int_equal(recoat_lifetimes_class(1024, 48), 11);
	assert_int_equal(recoat_lifetimes_class(UINT64_MAX, 48), 47);
	assert_int_equal(recoat_lifetimes_quantile(counts, 8, 0.5), 1);
	assert_int_equal(recoat_lifetimes_quantile(counts, 8, 0.9), 3);
	assert_int_equal(recoat_lifetimes_quantile(counts, 8, 1), 5);
}

/* An event of a stream: 'a' allocates, 'f' frees, 'k' keeps. */
struct step {
	unsigned stream;
	uint64_t tick;
	char what;
	uint64_t block;
	uint32_t size;
};

static void put_step(struct fixture_packet *packet, const struct step *step)
{
	if (step->what == 'a')
		fixture_put_trace_alloc(packet, step->tick,
					&(struct recoat_trace_alloc){.block = step->block,
								     .path = 0,
								     .size = step->size});
	else if (step->what == 'f')
		fixture_put_trace_free(packet, step->tick,
				       &(struct recoat_trace_free){.block = step->block});
	else
		fixture_put_trace_kept(packet, step->tick,
				       &(struct recoat_trace_kept){.block = step->block});
}

/* A process whose streams 0 and 1 hold these steps. */
static struct recoat_model *load_steps(const char *run, const struct step *step, size_t count)
{
	char *trace = fixture_directory(run, "p-1-1");
	struct fixture_packet packet;
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};

	fixture_metadata(trace);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/p");
	fixture_put_heap_recording(&packet, 1000,
				   &(struct recoat_heap_recording){.level = "trace"});
	fixture_store(trace, "process", &packet);
	for (unsigned stream = 0; stream < 2; stream++) {
		fixture_begin(&packet, RECOAT_STREAM_TRACE, 0);
		for (size_t i = 0; i < count; i++)
			if (step[i].stream == stream)
				put_step(&packet, &step[i]);
		fixture_store(trace, stream ? "trace-1" : "trace-0", &packet);
	}
	if (recoat_model_create(&model, run, NULL, &error))
		fail_msg("%s", error.text);
	free(trace);
	return model;
}

#define LOAD(run, steps) load_steps(run, steps, sizeof(steps) / sizeof(*(steps)))

/* Stream 1 has the free of what stream 0 allocated, and the allocation in its place. */
static void test_merges_by_time(void **state)
{
	static const struct step steps[] = {
		{0, 10, 'a', 5, 100}, {1, 11, 'f', 5, 0}, {0, 12, 'a', 5, 30},
		{1, 13, 'a', 6, 50},  {0, 14, 'f', 6, 0},
	};
	struct recoat_model *model = LOAD(*state, steps);

	assert_int_equal(model->heap.allocations, 3);
	assert_int_equal(model->heap.frees, 2);
	assert_int_equal(model->process[0].heap_live, 30);
	assert_int_equal(model->process[0].heap_peak, 100);
	assert_int_equal(model->process[0].strangers + model->process[0].overlaps, 0);
	recoat_model_destroy(model);
}

/* All in one tick: the only order that makes sense is found. */
static void test_finds_the_order_within_a_tick(void **state)
{
	static const struct step steps[] = {
		{0, 10, 'f', 7, 0},  {0, 10, 'a', 5, 100}, {0, 10, 'a', 7, 10},
		{1, 10, 'a', 7, 20}, {1, 10, 'f', 5, 0},   {1, 10, 'a', 5, 40},
	};
	struct recoat_model *model = LOAD(*state, steps);

	assert_int_equal(model->process[0].heap_live, 50);
	assert_int_equal(model->process[0].heap_peak, 110);
	assert_int_equal(model->process[0].strangers + model->process[0].overlaps, 0);
	recoat_model_destroy(model);
}

/* The block that stays was allocated last, but its stream may be read first. */
static void test_a_debt_is_settled_within_the_tick(void **state)
{
	static const struct step steps[] = {
		{0, 10, 'a', 5, 1000},
		{1, 10, 'a', 5, 20},
		{1, 10, 'f', 5, 0},
		{1, 11, 'a', 6, 1},
	};
	struct recoat_model *model = LOAD(*state, steps);

	assert_int_equal(model->process[0].heap_live, 1001);
	assert_int_equal(model->process[0].overlaps, 0);
	recoat_model_destroy(model);
}

static void test_counts_what_cannot_be(void **state)
{
	static const struct step steps[] = {
		{0, 10, 'f', 9, 0}, {0, 10, 'a', 5, 100}, {0, 20, 'a', 5, 30}, {0, 30, 'k', 5, 0}};
	struct recoat_model *model = LOAD(*state, steps);

	assert_int_equal(model->process[0].strangers, 1);
	assert_int_equal(model->process[0].overlaps, 1);
	assert_int_equal(model->process[0].heap_live, 30);
	recoat_model_destroy(model);
}

static void test_a_free_can_be_taken_back(void **state)
{
	static const struct step steps[] = {
		{0, 10, 'a', 5, 100}, {0, 20, 'f', 5, 0}, {0, 20, 'k', 5, 0}, {0, 90, 'f', 5, 0}};
	struct recoat_model *model = LOAD(*state, steps);
	const struct recoat_lifetimes *root = recoat_lifetimes_find(&model->lifetimes, 0);

	assert_int_equal(model->heap.frees, 1);
	assert_int_equal(root->freed, 1);
	assert_int_equal(root->lifetime[recoat_lifetimes_class(80, 32)], 1);
	recoat_model_destroy(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matches_a_recount),
		cmocka_unit_test(test_keeps_large_numbers),
		cmocka_unit_test(test_numbers_may_be_large),
		cmocka_unit_test(test_classes_are_powers_of_two),
		cmocka_unit_test_setup_teardown(test_merges_by_time, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_finds_the_order_within_a_tick, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_a_debt_is_settled_within_the_tick,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(test_counts_what_cannot_be, fixture_setup,
						fixture_teardown),
		cmocka_unit_test_setup_teardown(test_a_free_can_be_taken_back, fixture_setup,
						fixture_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
