/* SPDX-License-Identifier: Apache-2.0 */
/* The stack cache against libgcc and itself, over stacks that change in every way they can. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/stack_cache.h"
#include "preload/tree.h"
#include "tests/unit/unwind_frames.h"
#include "tests/unit/unwind_libraries.h"
#include "tests/unit/unwind_oracle.h"
#include "tests/unit/unwind_shapes.h"
#include "tests/unit/unwind_tree.h"

static _Atomic uint32_t epoch;
static struct oracle_tally tally;
static struct recoat_stack_cache_options options;

/* A thread's cache; the threads of the shapes leave theirs behind. */
static _Thread_local struct recoat_stack_cache *cache;

static void look_up_and_compare(const struct recoat_registers *registers)
{
	uint64_t cached[ORACLE_MAX];
	uint64_t fresh[ORACLE_MAX];
	uint32_t path, root;
	size_t count, fresh_count;

	if (!cache) {
		cache = recoat_stack_cache_create(&options);
		recoat_stack_cache_attach(cache, registers->sp);
	}
	path = recoat_stack_cache_lookup(cache, registers->pc, registers->sp, registers->bp);
	count = tree_frames(path, cached, ORACLE_MAX, &root);
	fresh_count = oracle_libgcc(registers->pc, fresh, ORACLE_MAX);
	tally.stacks++;
	oracle_agrees(cached, count,
		      root == RECOAT_PATH_ROOT ? RECOAT_UNWIND_OUTERMOST : RECOAT_UNWIND_FULL,
		      "libgcc", fresh, fresh_count, &tally);
}

static int set_up(void **unused)
{
	(void)unused;
	shapes_seed(11);
	shapes_visitor = look_up_and_compare;
	tally = (struct oracle_tally){0};
	options = (struct recoat_stack_cache_options){.epoch = &epoch};
	tree_limit(UINT32_MAX);
	recoat_stack_cache_destroy(cache);
	cache = NULL;
	return 0;
}

static void print_statistics(void)
{
	const struct recoat_stack_cache_statistics *s = &cache->statistics;

	print_message("# stacks %lu different %lu; main thread: hits %lu misses %lu joins %lu "
		      "frames %lu flushes %lu uncached %lu truncated %lu verified %lu "
		      "disagreements %lu\n",
		      tally.stacks, tally.different, s->hits, s->misses, s->joins, s->frames,
		      s->flushes, s->uncached, s->truncated, s->verified, s->disagreements);
}

static void expect_agreement(void)
{
	print_statistics();
	assert_int_equal(tally.different, 0);
	assert_int_equal(tally.oracle_short, 0);
	assert_int_equal(cache->statistics.disagreements, 0);
	assert_true(cache->statistics.hits > 0);
	assert_true(cache->statistics.misses > 0);
}

static void test_all_shapes(void **unused)
{
	(void)unused;
	shapes_all(30000);
	expect_agreement();
	assert_true(cache->statistics.joins > cache->statistics.misses / 2);
	assert_true(cache->statistics.frames < cache->statistics.misses * 6);
	assert_int_equal(cache->statistics.uncached, 0);
}

static void test_verifying_every_hit(void **unused)
{
	(void)unused;
	options.verify_every = 1;
	shapes_all(4000);
	expect_agreement();
	assert_int_equal(cache->statistics.verified, cache->statistics.hits);
}

static void test_verifying_a_sample(void **unused)
{
	(void)unused;
	options.verify_every = 16;
	shapes_all(4000);
	expect_agreement();
	assert_int_equal(cache->statistics.verified, cache->statistics.hits / 16);
}

static void test_full_arena_starts_over(void **unused)
{
	(void)unused;
	options.arena_bytes = 1;
	shapes_all(3000);
	expect_agreement();
	assert_true(cache->statistics.flushes > 4);
}

static void test_cut_stacks_are_not_joined(void **unused)
{
	(void)unused;
	options.max_frames = 14;
	options.verify_every = 1;
	shapes_all(4000);
	expect_agreement();
	assert_true(cache->statistics.truncated > 1000);
}

static void test_epoch_flushes(void **unused)
{
	volatile int lookups = 5; /* Not unrolled: from one call site the stack repeats. */
	uint64_t misses = 0;

	(void)unused;
	for (int i = 1; i <= lookups; i++) {
		atomic_fetch_add(&epoch, i == lookups);
		misses = i > 1 ? cache->statistics.misses : 0;
		frames_saved_bp(shapes_visit, 0);
	}
	assert_int_equal(cache->statistics.misses, misses + 1);
	assert_int_equal(cache->statistics.flushes, 1);
	expect_agreement();
}

/* Through both layouts from one call site, so that everything outside them is the same. */
static void alternate_saved_bp(void)
{
	for (int i = 0; i < 8; i++)
		frames_saved_bp(shapes_visit, i % 2);
}

static void test_saved_bp_tells_stacks_apart(void **unused)
{
	(void)unused;
	alternate_saved_bp();
	expect_agreement();
}

static void make_cache_without_saved_bp(void)
{
	cache = recoat_stack_cache_create(&options);
	cache->without_saved_bp = true;
	recoat_stack_cache_attach(cache, (uint64_t)__builtin_frame_address(0));
}

static void test_control_saved_bp_matters(void **unused)
{
	(void)unused;
	make_cache_without_saved_bp();
	alternate_saved_bp();
	print_statistics();
	assert_int_not_equal(tally.different, 0);
}

static void test_verification_finds_what_saved_bp_would_have(void **unused)
{
	(void)unused;
	options.verify_every = 1;
	make_cache_without_saved_bp();
	alternate_saved_bp();
	print_statistics();
	assert_int_equal(tally.different, 0);
	assert_int_not_equal(cache->statistics.disagreements, 0);
}

/* As a careful, or a careless, runtime does at dlclose. */
static void close_library(void *library, bool flush)
{
	dlclose(library);
	recoat_unwind_forget();
	if (flush)
		atomic_fetch_add_explicit(&epoch, 1, memory_order_release);
}

static void alternate_libraries(bool flush)
{
	unwind_library_entry *first = NULL;
	void *library;

	for (int i = 0; i < 20; i++) {
		unwind_library_entry *entry =
			library_entry(i % 2 ? "unwind_large" : "unwind_small", &library);

		if (!entry || (first && entry != first))
			skip(); /* Not built, or the system did not reuse the address. */
		first = entry;
		frames_library(entry, shapes_visit, i % 2);
		frames_library(entry, shapes_visit, i % 2);
		close_library(library, flush);
	}
	print_statistics();
}

static void test_library_at_a_reused_address(void **unused)
{
	(void)unused;
	alternate_libraries(true);
	assert_int_equal(tally.different, 0);
}

static void test_control_flush_at_dlclose_matters(void **unused)
{
	(void)unused;
	alternate_libraries(false);
	assert_int_not_equal(tally.different, 0);
}

static void run_all_and_exit(void)
{
	shapes_all(500);
	_exit(tally.different || tally.oracle_short || cache->statistics.disagreements);
}

static void test_forked_child_goes_on(void **unused)
{
	(void)unused;
	options.verify_every = 1;
	for (int i = 0; i < 8; i++) {
		int status = -1;
		pid_t child;

		shapes_all(100);
		child = fork();
		if (child == 0)
			run_all_and_exit();
		waitpid(child, &status, 0);
		assert_int_equal(status, 0);
	}
	expect_agreement();
}

static void test_tree_without_room(void **unused)
{
	(void)unused;
	tree_limit(0);
	shapes_visitor = look_up_and_compare;
	alternate_saved_bp();
	assert_true(cache->statistics.tree_full > 0 || cache->statistics.uncached == 0);
}

/* A pc that no unwinder of ours can leave: the resolver's, whose CFA hangs from rbx. */
static size_t fall_back(void *context, const struct recoat_registers *start, uint64_t *ips,
			size_t max)
{
	size_t *calls = context;

	++*calls;
	assert_true(max >= 2);
	ips[0] = start->pc;
	ips[1] = 0x1234;
	return 2;
}

/* Like code that keeps the CFA in rbx. */
__asm__(".text\n"
	".type cfa_in_rbx, @function\n"
	"cfa_in_rbx:\n"
	"	.cfi_startproc\n"
	"	push %rbx\n"
	"	.cfi_def_cfa_offset 16\n"
	"	.cfi_offset %rbx, -16\n"
	"	mov %rsp, %rbx\n"
	"	.cfi_def_cfa_register %rbx\n"
	"	call *%rdi\n"
	"	pop %rbx\n"
	"	.cfi_def_cfa %rsp, 8\n"
	"	ret\n"
	"	.cfi_endproc\n"
	".size cfa_in_rbx, . - cfa_in_rbx\n");
void cfa_in_rbx(void (*visit)(void));

static uint32_t last_path;

static void look_up(const struct recoat_registers *registers)
{
	if (!cache) {
		cache = recoat_stack_cache_create(&options);
		recoat_stack_cache_attach(cache, registers->sp);
	}
	last_path = recoat_stack_cache_lookup(cache, registers->pc, registers->sp, registers->bp);
}

static void test_fallback(void **unused)
{
	uint64_t ips[8];
	uint32_t root;
	size_t calls = 0;

	(void)unused;
	options.fallback = fall_back;
	options.context = &calls;
	shapes_visitor = look_up;
	cfa_in_rbx(shapes_visit);
	cfa_in_rbx(shapes_visit);
	assert_int_equal(calls, 2); /* What libunwind says is not kept. */
	assert_int_equal(tree_frames(last_path, ips, 8, &root), 2);
	assert_int_equal(ips[1], 0x1234);
	assert_int_equal(root, RECOAT_PATH_ROOT);
}

static void test_without_fallback_the_rest_is_unknown(void **unused)
{
	uint64_t ips[8];
	uint32_t root;

	(void)unused;
	shapes_visitor = look_up;
	cfa_in_rbx(shapes_visit);
	assert_int_equal(tree_frames(last_path, ips, 8, &root), 1);
	assert_int_equal(root, RECOAT_PATH_UNKNOWN);
	assert_int_equal(cache->statistics.incomplete, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_all_shapes, set_up),
		cmocka_unit_test_setup(test_verifying_every_hit, set_up),
		cmocka_unit_test_setup(test_verifying_a_sample, set_up),
		cmocka_unit_test_setup(test_full_arena_starts_over, set_up),
		cmocka_unit_test_setup(test_cut_stacks_are_not_joined, set_up),
		cmocka_unit_test_setup(test_epoch_flushes, set_up),
		cmocka_unit_test_setup(test_saved_bp_tells_stacks_apart, set_up),
		cmocka_unit_test_setup(test_control_saved_bp_matters, set_up),
		cmocka_unit_test_setup(test_verification_finds_what_saved_bp_would_have, set_up),
		cmocka_unit_test_setup(test_library_at_a_reused_address, set_up),
		cmocka_unit_test_setup(test_control_flush_at_dlclose_matters, set_up),
		cmocka_unit_test_setup(test_forked_child_goes_on, set_up),
		cmocka_unit_test_setup(test_fallback, set_up),
		cmocka_unit_test_setup(test_without_fallback_the_rest_is_unknown, set_up),
		cmocka_unit_test_setup(test_tree_without_room, set_up),
	};

	return cmocka_run_group_tests_name("stack_cache", tests, NULL, NULL);
}
