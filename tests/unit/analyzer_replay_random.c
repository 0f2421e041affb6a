/* SPDX-License-Identifier: Apache-2.0 */
/* Random heap traces, whole and damaged: the analyzer against a plain reference. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/error.h"
#include "analyzer/model.h"
#include "tests/unit/analyzer_fixture.h"
#include "tests/unit/analyzer_replay_naive.h"

#define RUNS 80
#define STEPS 4000
#define THREADS 4
#define BLOCKS 120

/* A trace in the making: what the program did, and the packet that each thread fills. */
struct writer {
	const char *directory;
	struct fixture_packet packet[THREADS];
	unsigned sequence[THREADS];
	bool live[BLOCKS];
	uint64_t tick;
	int noise; /* Steps in a thousand that make no sense. */
};

static bool chance(int in_a_thousand)
{
	return rand() % 1000 < in_a_thousand;
}

static void begin_packet(struct writer *writer, unsigned thread)
{
	struct fixture_packet *packet = &writer->packet[thread];

	fixture_begin(packet, RECOAT_STREAM_TRACE, writer->sequence[thread]++);
	packet->head.time_begin = writer->tick;
	/* Now and then another thread takes the stream over. */
	packet->head.tid = thread + (chance(200) ? 10 : 0);
}

static void store(struct writer *writer, unsigned thread)
{
	char name[16];

	snprintf(name, sizeof(name), "trace-%u", thread);
	fixture_store(writer->directory, name, &writer->packet[thread]);
}

static void put_allocation(struct writer *writer, struct fixture_packet *packet, uint64_t block)
{
	uint32_t path = (uint32_t)rand() % (NAIVE_PATHS + chance(20));

	if (chance(10))
		fixture_put_trace_alloc_large(
			packet, writer->tick,
			&(struct recoat_trace_alloc_large){
				.block = block, .path = path, .size = (uint64_t)rand() << 12});
	else
		fixture_put_trace_alloc(
			packet, writer->tick,
			&(struct recoat_trace_alloc){
				.block = block, .path = path, .size = (uint32_t)rand() % 100000});
}

/* Returns whether the block stays. */
static bool put_free(struct writer *writer, struct fixture_packet *packet, uint64_t block)
{
	bool kept = chance(30);

	fixture_put_trace_free(packet, writer->tick, &(struct recoat_trace_free){.block = block});
	if (kept)
		fixture_put_trace_kept(packet, writer->tick,
				       &(struct recoat_trace_kept){.block = block});
	return kept;
}

static void put_step(struct writer *writer)
{
	unsigned thread = (unsigned)rand() % THREADS;
	struct fixture_packet *packet = &writer->packet[thread];
	int at = rand() % BLOCKS;
	bool frees = writer->live[at];

	if (chance(50))
		writer->tick += (uint64_t)rand() % 40;
	if (packet->used > FIXTURE_PACKET - 64 || chance(2)) {
		store(writer, thread);
		begin_packet(writer, thread);
	}
	if (chance(writer->noise))
		frees = !frees;
	if (frees) {
		writer->live[at] = put_free(writer, packet, 1 + (uint64_t)at);
	} else {
		put_allocation(writer, packet, 1 + (uint64_t)at);
		writer->live[at] = true;
	}
}

/* The place in code of a call path that is announced. */
static uint64_t address(uint32_t path)
{
	return 0x1000 * (uint64_t)path;
}

static void write_process(const char *directory)
{
	struct fixture_packet packet;

	fixture_metadata(directory);
	fixture_begin(&packet, RECOAT_STREAM_PROCESS, 0);
	fixture_put_start(&packet, 1, "/bin/p");
	for (uint32_t i = 2; i < NAIVE_PATHS; i++)
		fixture_put_call_path(
			&packet, 1000,
			&(struct recoat_call_path){.node = i, .parent = 0, .ip = address(i) + 1});
	fixture_store(directory, "process", &packet);
}

static void write_trace(const char *directory, int noise)
{
	struct writer writer = {.directory = directory, .tick = 100, .noise = noise};

	for (unsigned i = 0; i < THREADS; i++)
		begin_packet(&writer, i);
	for (int i = 0; i < STEPS; i++)
		put_step(&writer);
	for (unsigned i = 0; i < THREADS; i++)
		store(&writer, i);
}

/* The number of the call path that a node of the tree stands for. */
static uint32_t path_of(const struct recoat_model *model, uint32_t node)
{
	if (node == RECOAT_ROOT)
		return 0;
	return (uint32_t)(model->cct.frame[model->cct.node[node].frame].offset / address(1));
}

static void assert_same_paths(const struct recoat_model *model, const struct naive *naive)
{
	uint64_t allocations = 0;

	for (uint32_t i = 0; i < model->cct.nodes; i++) {
		const struct recoat_lifetimes *lifetimes =
			recoat_lifetimes_find(&model->lifetimes, i);
		const struct naive_path *path = &naive->path[path_of(model, i)];

		assert_memory_equal(&model->cct.node[i].heap, &path->counts, sizeof(path->counts));
		if (path->counts.allocations)
			assert_memory_equal(lifetimes, &path->lifetimes, sizeof(*lifetimes));
		allocations += path->counts.allocations;
	}
	assert_int_equal(model->heap.allocations, allocations);
}

static void assert_same(const struct recoat_model *model, const struct naive *naive)
{
	const struct recoat_process *process = &model->process[0];

	assert_int_equal(process->heap_live, naive->live);
	assert_int_equal(process->heap_peak, naive->peak);
	assert_int_equal(process->strangers, naive->strangers);
	assert_int_equal(process->overlaps, naive->overlaps);
	assert_int_equal(model->unknown_paths, naive->unknown_paths);
	assert_int_equal(process->samples, naive->points);
	for (size_t i = 0; i < naive->points; i++) {
		assert_int_equal(process->sample[i].live, naive->point[i].live);
		assert_int_equal(process->sample[i].peak, naive->point[i].peak);
		assert_int_equal(process->sample[i].time - process->sample[0].time,
				 (naive->point[i].time - naive->point[0].time) * 1000000);
	}
	assert_same_paths(model, naive);
}

/* Replay a process both ways. Returns whether it could be read. */
static bool check(const char *run, const char *directory)
{
	struct naive naive = {0};
	struct recoat_model *model = NULL;
	struct recoat_error error = {""};
	int expected = naive_replay(&naive, directory);
	int result = recoat_model_create(&model, run, NULL, &error);

	assert_int_equal(!result, !expected);
	if (!result)
		assert_same(model, &naive);
	recoat_model_destroy(model);
	naive_fini(&naive);
	return !result;
}

/* Change a few bytes of the stream of a thread; half of the time heads of packets are spared. */
static void damage(const char *directory)
{
	char name[16];
	char *path;
	FILE *file;
	long size;

	snprintf(name, sizeof(name), "trace-%u", (unsigned)rand() % THREADS);
	path = fixture_path(directory, name);
	file = fopen(path, "r+");
	assert_non_null(file);
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	for (int left = 1 + rand() % 3; left; left--) {
		long at = rand() % size;

		if (at % FIXTURE_PACKET < (long)sizeof(struct recoat_packet) && chance(500))
			continue;
		fseek(file, at, SEEK_SET);
		fputc(rand() & 255, file);
	}
	if (chance(100))
		assert_int_equal(ftruncate(fileno(file), rand() % size), 0);
	fclose(file);
	free(path);
}

static void compare_runs(int noise, bool damaged)
{
	int read = 0;

	for (int i = 0; i < RUNS; i++) {
		char *run = fixture_create();
		char *directory = fixture_directory(run, "p-1-1");

		write_process(directory);
		write_trace(directory, noise);
		if (damaged)
			damage(directory);
		read += check(run, directory);
		fixture_remove(run);
		free(directory);
		free(run);
	}
	if (damaged)
		assert_in_range(read, 10, RUNS - 10);
	else
		assert_int_equal(read, RUNS);
}

static void test_whole_traces(void **state)
{
	(void)state;
	srand(1);
	compare_runs(0, false);
}

static void test_traces_with_lost_events(void **state)
{
	(void)state;
	srand(2);
	compare_runs(60, false);
}

static void test_damaged_traces(void **state)
{
	(void)state;
	srand(3);
	compare_runs(10, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_traces),
		cmocka_unit_test(test_traces_with_lost_events),
		cmocka_unit_test(test_damaged_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
