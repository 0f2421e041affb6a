/* SPDX-License-Identifier: Apache-2.0 */
/* The unwinder against libgcc and libunwind, over stacks of all shapes. */
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "preload/cfi.h"
#include "preload/unwind.h"
#include "tests/unit/unwind_frames.h"
#include "tests/unit/unwind_libraries.h"
#include "tests/unit/unwind_oracle.h"
#include "tests/unit/unwind_shapes.h"

#define TRAP_FLAG 0x100

static struct oracle_tally tally;
static _Thread_local struct recoat_stack stack;
static bool without_stack;

static void compare(const struct recoat_registers *registers)
{
	if (!stack.end)
		recoat_stack_find(&stack, registers->sp);
	oracle_compare(registers, without_stack ? NULL : &stack, false, &tally);
}

/* libunwind keeps rules of its own that outlive a library, whatever one flushes. */
static void compare_with_libgcc(const struct recoat_registers *registers)
{
	recoat_stack_find(&stack, registers->sp);
	oracle_compare(registers, &stack, true, &tally);
}

static int set_up(void **unused)
{
	(void)unused;
	shapes_seed(7);
	tally = (struct oracle_tally){0};
	shapes_visitor = compare;
	without_stack = false;
	recoat_cfi_without_find_object = false;
	recoat_unwind_forget();
	return 0;
}

static void expect_agreement(void)
{
	print_message("# stacks %lu frames %lu different %lu incomplete %lu blind %lu "
		      "oracle gave up %lu\n",
		      tally.stacks, tally.frames, tally.different, tally.incomplete, tally.blind,
		      tally.oracle_short);
	assert_true(tally.stacks > 0);
	assert_int_equal(tally.different, 0);
	assert_int_equal(tally.blind, 0);
}

static void complete(void)
{
	expect_agreement();
	assert_int_equal(tally.incomplete, 0);
	assert_int_equal(tally.oracle_short, 0);
}

static void test_deep_recursion(void **unused)
{
	(void)unused;
	shapes_plain(300);
	complete();
}

static void test_all_shapes(void **unused)
{
	(void)unused;
	shapes_all(4000);
	complete();
}

/* As a coroutine library's stacks look: every page is probed. */
static void test_unknown_stack(void **unused)
{
	(void)unused;
	without_stack = true;
	shapes_all(2000);
	complete();
}

static void test_glibc_without_find_object(void **unused)
{
	(void)unused;
	recoat_cfi_without_find_object = true;
	shapes_all(500);
	complete();
}

static void test_cxx(void **unused)
{
	void *library = library_open("unwind_cxx");
	void (*run)(void (*)(void), int);

	(void)unused;
	if (!library)
		skip();
	*(void **)&run = library_symbol(library, "unwind_cxx_run");
	run(shapes_visit, 6);
	dlclose(library);
	complete();
}

static _Atomic bool forgetting;

static void *forget_again_and_again(void *unused)
{
	(void)unused;
	while (atomic_load(&forgetting))
		recoat_unwind_forget();
	return NULL;
}

static void test_forgetting_meanwhile(void **unused)
{
	pthread_t thread;

	(void)unused;
	atomic_store(&forgetting, true);
	pthread_create(&thread, NULL, forget_again_and_again, NULL);
	shapes_all(300);
	atomic_store(&forgetting, false);
	pthread_join(thread, NULL);
	complete();
}

static volatile bool stepping;

/* At every instruction: prologues, epilogues, PLT entries, the dynamic linker's resolver. */
static void on_trap(int number, siginfo_t *info, void *context)
{
	greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct recoat_registers registers = {
		.pc = (uint64_t)reg[REG_RIP],
		.sp = (uint64_t)reg[REG_RSP],
		.bp = (uint64_t)reg[REG_RBP],
		.exact = true,
	};

	(void)number;
	(void)info;
	oracle_compare(&registers, &stack, true, &tally);
	reg[REG_EFL] = stepping ? reg[REG_EFL] | TRAP_FLAG : reg[REG_EFL] & ~TRAP_FLAG;
}

static void visit_nothing(const struct recoat_registers *registers)
{
	(void)registers;
}

/*
 * Not the realigned frames: gcc 12 still says that rbp is saved at (%rbp) when it has been
 * popped already, and libgcc follows that into the void.
 */
static void test_every_instruction(void **unused)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
	struct sigaction old;

	(void)unused;
	recoat_stack_find(&stack, (uint64_t)__builtin_frame_address(0));
	shapes_visitor = visit_nothing;
	sigaction(SIGTRAP, &action, &old);
	stepping = true;
	raise(SIGTRAP);
	shapes_plain(3);
	shapes_alloca(3);
	shapes_frame_pointer(3);
	shapes_vla(4);
	shapes_longjmp();
	shapes_qsort();
	srand48(1); /* For the first time, through the dynamic linker. */
	stepping = false;
	sigaction(SIGTRAP, &old, NULL);
	assert_true(tally.stacks > 5000);
	expect_agreement();
	/* The dynamic linker's resolver hangs its CFA from rbx, which is not followed. */
	assert_true(tally.incomplete < tally.stacks / 4);
	assert_int_equal(tally.oracle_short, 0);
}

static void look_at_reused_address(bool forget)
{
	void *library;
	unwind_library_entry *small = library_entry("unwind_small", &library);
	unwind_library_entry *large;

	if (!small)
		skip();
	shapes_visitor = compare_with_libgcc;
	frames_library(small, shapes_visit, 0);
	dlclose(library);
	if (forget)
		recoat_unwind_forget();
	large = library_entry("unwind_large", &library);
	if (large != small)
		skip(); /* The system did not reuse the address. */
	frames_library(large, shapes_visit, 1);
	dlclose(library);
}

static void test_library_at_a_reused_address(void **unused)
{
	(void)unused;
	look_at_reused_address(true);
	complete();
}

static void test_control_forgetting_matters(void **unused)
{
	(void)unused;
	look_at_reused_address(false);
	assert_int_not_equal(tally.different, 0);
}

static uint64_t seen[ORACLE_MAX];
static size_t seen_count;
static enum recoat_unwind_end seen_end;

static void keep(const struct recoat_registers *registers)
{
	recoat_stack_find(&stack, registers->sp);
	seen_count = recoat_unwind(registers, &stack, seen, ORACLE_MAX, &seen_end);
}

/* Machine code without call frame information, at a page that no module owns. */
static void *generate(const void *code, size_t size)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(page != MAP_FAILED);
	memcpy(page, code, size);
	return page;
}

/* push %rbp; mov %rsp, %rbp; call *%rdi; pop %rbp; ret */
static void test_generated_code_with_frame_pointer(void **unused)
{
	static const uint8_t code[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
	void (*generated)(void (*)(void)) = generate(code, sizeof code);

	(void)unused;
	shapes_visitor = keep;
	generated(shapes_visit);
	assert_int_equal(seen_end, RECOAT_UNWIND_OUTERMOST);
	assert_int_equal(seen[0], (uint64_t)generated + 6);
	assert_true(seen_count > 4);
	munmap((void *)generated, 4096);
}

/* push %rbp; xor %ebp, %ebp; call *%rdi; pop %rbp; ret */
static void test_generated_code_without_frame_pointer(void **unused)
{
	static const uint8_t code[] = {0x55, 0x31, 0xed, 0xff, 0xd7, 0x5d, 0xc3};
	void (*generated)(void (*)(void)) = generate(code, sizeof code);

	(void)unused;
	shapes_visitor = keep;
	generated(shapes_visit);
	assert_int_equal(seen_end, RECOAT_UNWIND_BLIND);
	assert_int_equal(seen_count, 1);
	munmap((void *)generated, 4096);
}

/* Nothing outside the stack may be read, whatever the registers say. */
static void test_wild_registers(void **unused)
{
	uint64_t here = (uint64_t)__builtin_frame_address(0);
	uint64_t pcs[] = {
		0, 1, 4096, UINT64_MAX, here, (uint64_t)compare + 3, (uint64_t)qsort + 40};
	uint64_t words[] = {0,
			    8,
			    here,
			    here + 1,
			    stack.end - 8,
			    stack.end,
			    0x600000000000ull,
			    UINT64_MAX,
			    UINT64_MAX - 7};
	const size_t count = sizeof words / sizeof *words;

	(void)unused;
	recoat_stack_find(&stack, here);
	for (size_t i = 0; i < sizeof pcs / sizeof *pcs * count * count; i++) {
		struct recoat_registers registers = {
			.pc = pcs[i / count / count],
			.sp = words[i / count % count],
			.bp = words[i % count],
		};

		recoat_unwind(&registers, i % 2 ? &stack : NULL, seen, ORACLE_MAX, &seen_end);
	}
}

static void test_full(void **unused)
{
	(void)unused;
	shapes_visitor = keep;
	shapes_plain(0);
	assert_int_equal(seen_end, RECOAT_UNWIND_OUTERMOST);
	recoat_unwind(&(struct recoat_registers){.pc = (uint64_t)__builtin_return_address(0),
						 .sp = (uint64_t)__builtin_frame_address(0) + 16,
						 .bp = *(uint64_t *)__builtin_frame_address(0)},
		      &stack, seen, 2, &seen_end);
	assert_int_equal(seen_end, RECOAT_UNWIND_FULL);
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	/*
	 * A thread that has asked libunwind crashes at its end: libunwind's destructor takes a
	 * mutex, and ThreadSanitizer's, which runs first, has taken down what it keeps of the thread.
	 */
	puts("1..0 # SKIP libunwind's thread destructor crashes in ThreadSanitizer's mutexes");
	return 0;
#endif
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_deep_recursion, set_up),
		cmocka_unit_test_setup(test_all_shapes, set_up),
		cmocka_unit_test_setup(test_unknown_stack, set_up),
		cmocka_unit_test_setup(test_glibc_without_find_object, set_up),
		cmocka_unit_test_setup(test_cxx, set_up),
		cmocka_unit_test_setup(test_forgetting_meanwhile, set_up),
		cmocka_unit_test_setup(test_every_instruction, set_up),
		cmocka_unit_test_setup(test_library_at_a_reused_address, set_up),
		cmocka_unit_test_setup(test_control_forgetting_matters, set_up),
		cmocka_unit_test_setup(test_generated_code_with_frame_pointer, set_up),
		cmocka_unit_test_setup(test_generated_code_without_frame_pointer, set_up),
		cmocka_unit_test_setup(test_wild_registers, set_up),
		cmocka_unit_test_setup(test_full, set_up),
	};

	return cmocka_run_group_tests_name("unwind", tests, NULL, NULL);
}
