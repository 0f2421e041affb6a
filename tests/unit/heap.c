/* SPDX-License-Identifier: Apache-2.0 */
/* Heap accounting against a model that recounts everything from scratch. */
#include "tests/unit/heap_scratch.h"

#include <stdbool.h>

#include "preload/snapshot.h"

#define PATHS 40
#define BLOCKS 300
#define FIRST_PATH 2

static int set_up(void **state)
{
	(void)state;
	return heap_scratch_begin(RECOAT_HEAP_PROFILE);
}

/* A path's figures as a reader finds them in the recording, all shards summed. */
struct figures {
	uint64_t allocations, bytes, frees, freed_bytes, temporary;
	int64_t at_peak;
};

static struct recoat_heap_total read_total(void)
{
	struct recoat_heap_total total;
	size_t bytes;
	unsigned char *file = scratch_read(directory, "heap-total", &bytes);

	memcpy(&total, file + sizeof(struct recoat_packet) + 8, sizeof total);
	free(file);
	return total;
}

static void add_packet(const unsigned char *packet, uint64_t epoch, struct figures *figures)
{
	uint64_t bits = ((const struct recoat_packet *)packet)->content_bits;

	for (size_t at = sizeof(struct recoat_packet); at < bits / 8; at += 64) {
		struct recoat_heap_path event;
		struct figures *sum;

		memcpy(&event, packet + at + 8, sizeof event);
		sum = &figures[event.path];
		sum->allocations += event.allocations;
		sum->bytes += event.bytes;
		sum->frees += event.frees;
		sum->freed_bytes += event.freed_bytes;
		sum->temporary += event.temporary;
		sum->at_peak += recoat_epoch_before(event.epoch, (uint32_t)epoch)
					? (int64_t)(event.bytes - event.freed_bytes)
					: event.at_peak;
	}
}

static void read_figures(struct figures *figures)
{
	uint64_t epoch = read_total().epoch;
	size_t bytes;
	unsigned char *file = scratch_read(directory, "heap-0-0", &bytes);

	memset(figures, 0, PATHS * sizeof *figures);
	add_packet(file, epoch, figures);
	free(file);
}

/* The model: what each path holds now, held at the peak, and did in all. */
struct model {
	struct figures path[PATHS];
	int64_t live[PATHS], total, peak;
	uint64_t size[BLOCKS];
	uint32_t owner[BLOCKS];
	int newest; /* Block allocated last and not freed, or -1. */
};

static const void *address_of(int block)
{
	return (const void *)(0x7f0000001000ull + (uint64_t)block * 4096);
}

static void model_allocate(struct model *model, int block, uint32_t path, uint64_t size)
{
	model->size[block] = size;
	model->owner[block] = path;
	model->path[path].allocations++;
	model->path[path].bytes += size;
	model->live[path] += (int64_t)size;
	model->total += (int64_t)size;
	model->newest = block;
	if (model->total <= model->peak)
		return;
	model->peak = model->total;
	for (int i = 0; i < PATHS; i++)
		model->path[i].at_peak = model->live[i];
}

static void model_free(struct model *model, int block)
{
	uint32_t path = model->owner[block];

	model->path[path].frees++;
	model->path[path].freed_bytes += model->size[block];
	model->path[path].temporary += model->newest == block;
	model->live[path] -= (int64_t)model->size[block];
	model->total -= (int64_t)model->size[block];
	if (model->newest == block)
		model->newest = -1;
	model->owner[block] = 0;
}

static void compare(const struct model *model)
{
	struct figures found[PATHS];

	read_figures(found);
	assert_int_equal(read_total().peak, model->peak);
	for (int i = FIRST_PATH; i < PATHS; i++)
		assert_memory_equal(&found[i], &model->path[i], sizeof found[i]);
}

static void matches_a_recount_at_every_moment(void **state)
{
	static struct model model = {.newest = -1};

	(void)state;
	srand(3);
	for (int i = 0; i < 20000; i++) {
		int block = rand() % BLOCKS;

		if (model.owner[block]) {
			recoat_heap_released(thread, address_of(block));
			model_free(&model, block);
		} else {
			uint32_t path = FIRST_PATH + (uint32_t)rand() % (PATHS - FIRST_PATH);
			uint64_t size = (uint64_t)rand() % (rand() % 50 ? 300 : 100000);

			recoat_heap_allocated(thread, address_of(block), size, path);
			model_allocate(&model, block, path, size);
		}
		if (i % 97 == 0)
			compare(&model);
		/* Which must not disturb the peak. */
		if (i % 31 == 0)
			recoat_snapshot_take(thread);
	}
	compare(&model);
}

/* As at the beginning of a span, far below the heap's own peak. */
static void the_thread_s_peak_can_be_watched_anew(void **state)
{
	int64_t before;

	(void)state;
	recoat_heap_allocated(thread, address_of(1), 1000, 5);
	recoat_heap_released(thread, address_of(1));
	before = recoat_thread_live(thread);
	recoat_thread_watch_live(thread);
	recoat_heap_allocated(thread, address_of(2), 100, 5);
	recoat_heap_released(thread, address_of(2));
	recoat_heap_allocated(thread, address_of(2), 10, 5);
	assert_int_equal(thread->live_peak - before, 100);
	recoat_heap_released(thread, address_of(2));
}

static void a_free_of_an_unknown_block_counts_nothing(void **state)
{
	struct figures found[PATHS];

	(void)state;
	assert_false(recoat_heap_released(thread, address_of(1)).known);
	assert_false(recoat_heap_released(thread, NULL).known);
	assert_false(recoat_heap_released(thread, (void *)~0ull).known);
	recoat_heap_allocated(thread, address_of(1), 10, 5);
	assert_true(recoat_heap_released(thread, address_of(1)).known);
	assert_false(recoat_heap_released(thread, address_of(1)).known);
	read_figures(found);
	assert_int_equal(found[5].frees, 1);
}

static void a_failed_realloc_leaves_no_trace(void **state)
{
	struct recoat_heap_release release;
	struct figures before[PATHS], after[PATHS];

	(void)state;
	recoat_heap_allocated(thread, address_of(1), 1000, 5);
	read_figures(before);
	release = recoat_heap_released(thread, address_of(1));
	recoat_heap_restore(thread, address_of(1), &release);
	read_figures(after);
	assert_memory_equal(before, after, sizeof before);
	assert_true(recoat_heap_released(thread, address_of(1)).known);
}

/* A fixed run of allocations and frees, as the interposed functions report it. */
static void run_known_program(void)
{
	uint32_t path_of[100] = {0};

	for (int i = 0; i < 3000; i++) {
		int block = i * 7 % 100;
		uint64_t size = i % 50 ? 1 + (uint64_t)i * 31 % 300 : 5000;

		if (path_of[block] && recoat_heap_may_know(address_of(block)))
			recoat_heap_released(thread, address_of(block));
		path_of[block] = FIRST_PATH + (uint32_t)i % 3;
		if (recoat_heap_takes(thread, size))
			recoat_heap_allocated(thread, address_of(block), size, path_of[block]);
		if (i % 3)
			continue;
		if (recoat_heap_may_know(address_of(block)))
			recoat_heap_released(thread, address_of(block));
		path_of[block] = 0;
	}
	for (int block = 0; block < 100; block++)
		if (path_of[block] && recoat_heap_may_know(address_of(block)))
			recoat_heap_released(thread, address_of(block));
}

#define FIGURES 5 /* Of struct figures, all but the peak. */
#define SEEDS 500
#define PATHS_USED 3

/* Sums over runs of each figure of each path. */
struct sums {
	double value[PATHS_USED][FIGURES], squares[PATHS_USED][FIGURES];
};

/* One run with this seed. Counters go on from run to run; `before` is what they were. */
static void run_sampled(uint64_t seed, struct figures *before, struct sums *sums)
{
	struct figures now[PATHS];

	recoat_sampling_init(2000, seed);
	thread->sampler = (struct recoat_sampler){0};
	run_known_program();
	read_figures(now);
	for (int i = 0; i < PATHS_USED; i++) {
		const uint64_t *after = &now[FIRST_PATH + i].allocations;
		const uint64_t *then = &before[FIRST_PATH + i].allocations;

		/* What was sampled is taken back in full. */
		assert_int_equal(after[0] - then[0], after[2] - then[2]);
		assert_int_equal(after[1] - then[1], after[3] - then[3]);
		for (int k = 0; k < FIGURES; k++) {
			double value = (double)(after[k] - then[k]);

			sums->value[i][k] += value;
			sums->squares[i][k] += value * value;
		}
	}
	memcpy(before, now, sizeof now);
}

/* Every figure of every path: the mean over seeds is that of a profile, within 4 of its errors. */
static void samples_are_an_unbiased_profile(void **state)
{
	struct figures exact[PATHS], before[PATHS] = {0};
	struct sums sums = {0};

	run_known_program();
	read_figures(exact);
	heap_scratch_end(state);
	set_up(state);
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		run_sampled(seed, before, &sums);
	recoat_sampling_init(0, 0);
	for (int i = 0; i < PATHS_USED; i++)
		for (int k = 0; k < FIGURES; k++) {
			double mean = sums.value[i][k] / SEEDS;
			double variance =
				(sums.squares[i][k] - sums.value[i][k] * mean) / (SEEDS - 1);
			double off = mean - (double)(&exact[FIRST_PATH + i].allocations)[k];

			if (off * off > 16 * variance / SEEDS)
				fail_msg("path %d, figure %d: the mean %.2f is off by %.2f", i, k,
					 mean, off);
		}
}

static void goes_on_without_files(void **state)
{
	(void)state;
	scratch_remove(directory);
	recoat_heap_allocated(thread, address_of(1), 1000, 5);
	assert_true(recoat_heap_released(thread, address_of(1)).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(matches_a_recount_at_every_moment, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(the_thread_s_peak_can_be_watched_anew, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(a_free_of_an_unknown_block_counts_nothing, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(a_failed_realloc_leaves_no_trace, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(samples_are_an_unbiased_profile, set_up,
						heap_scratch_end),
		cmocka_unit_test_setup_teardown(goes_on_without_files, set_up, heap_scratch_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
