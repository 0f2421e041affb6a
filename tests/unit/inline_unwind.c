/* SPDX-License-Identifier: Apache-2.0 */
/* Unwinding from every instruction that a hooked call executes: the callers are the same. */
#include "tests/unit/cmocka_all.h"

#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/ucontext.h>
#include <unistd.h>

#include "preload/code_memory.h"
#include "preload/inline_hook.h"
#include "preload/modules.h"
#include "tests/unit/inline_shapes.h"
#include "tests/unit/unwind_oracle.h"

#define TRAP_FLAG 0x100
#define MODULES_MAX 64

/* ---- Telling the unwinders, as modules.c does. ---- */

static struct recoat_module modules[MODULES_MAX];
static uint32_t module_count;

static int collect(struct dl_phdr_info *info, size_t size, void *unused)
{
	struct recoat_module *module = &modules[module_count++];

	(void)size, (void)unused;
	*module = (struct recoat_module){
		.bias = info->dlpi_addr,
		.start = UINT64_MAX,
		.headers = info->dlpi_phdr,
		.header_count = info->dlpi_phnum,
		.path = info->dlpi_name,
	};
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &info->dlpi_phdr[i];
		uint64_t start = info->dlpi_addr + header->p_vaddr;

		if (header->p_type == PT_DYNAMIC)
			module->dynamic = (const ElfW(Dyn) *)start;
		if (header->p_type == PT_LOAD && start < module->start)
			module->start = start;
		if (header->p_type == PT_LOAD)
			module->end = start + header->p_memsz;
	}
	return module_count == MODULES_MAX;
}

static void tell_unwinders(void)
{
	module_count = 0;
	dl_iterate_phdr(collect, NULL);
	recoat_inline_modules(modules, module_count);
}

/* ---- At every instruction. ---- */

#define CALLERS_MAX 64

static struct {
	uint64_t start, end; /* The function's bytes. */
	uint64_t caller[CALLERS_MAX];
	size_t callers; /* 0 until they are known, from a call that is not hooked. */
	unsigned steps, in_cells, wrong;
	bool quiet;
} walk;

static void compare(const char *whose, uint64_t pc, const uint64_t *ips, size_t count)
{
	if (count == walk.callers + 1 && ips[0] == pc &&
	    !memcmp(ips + 1, walk.caller, walk.callers * sizeof *ips))
		return;
	if (walk.wrong++ < 4 && !walk.quiet)
		fprintf(stderr, "# %s at %#lx (from %#lx): %zu callers, found %zu\n", whose,
			(unsigned long)pc, (unsigned long)recoat_code_origin(pc), walk.callers,
			count ? count - 1 : 0);
}

static void look(const struct recoat_registers *registers)
{
	uint64_t ips[CALLERS_MAX + 16];
	enum recoat_unwind_end end;
	size_t count = oracle_libgcc(registers->pc, ips, CALLERS_MAX);

	if (!walk.callers) {
		walk.callers = count - 1;
		memcpy(walk.caller, ips + 1, walk.callers * sizeof *ips);
	}
	compare("libgcc", registers->pc, ips, count);
	count = recoat_unwind(registers, NULL, ips, CALLERS_MAX, &end);
	compare("ours", registers->pc, ips, count);
	count = oracle_libunwind(registers->pc, ips, CALLERS_MAX + 16);
	compare("libunwind", registers->pc, ips, count);
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
	const struct recoat_registers registers = {
		.pc = (uint64_t)reg[REG_RIP],
		.sp = (uint64_t)reg[REG_RSP],
		.bp = (uint64_t)reg[REG_RBP],
		.exact = true,
	};
	bool in_cell = recoat_code_cell_of(registers.pc) != RECOAT_CELL_NONE;

	(void)number, (void)info;
	if (!in_cell && registers.pc - walk.start >= walk.end - walk.start)
		return;
	walk.steps++;
	walk.in_cells += in_cell;
	look(&registers);
}

__attribute__((noinline)) static void call_stepping(uint64_t function)
{
	struct inline_registers registers = {.rdi = 0, .rsi = 7};

	__asm__ volatile(
		"sub $128, %%rsp; pushfq; orl %0, (%%rsp); popfq; add $128, %%rsp" ::"i"(TRAP_FLAG)
		: "memory", "cc");
	inline_call(function, &registers);
	__asm__ volatile("sub $128, %%rsp; pushfq; andl %0, (%%rsp); popfq; add $128, %%rsp" ::"i"(
				 ~TRAP_FLAG)
			 : "memory", "cc");
}

/* Whose call frame information in the fixture does not tell all, or more than ours can take. */
static bool is_described(const struct inline_shape *shape)
{
	return !shape->refusal && strcmp(shape->name, "aligned_stack") &&
	       strcmp(shape->name, "through_register") && strcmp(shape->name, "tail_call") &&
	       strcmp(shape->name, "tail_call_by_pointer");
}

static void step_through(const struct inline_shape *shape)
{
	struct recoat_inline_hook hook;

	walk.start = (uint64_t)shape->function;
	walk.end = walk.start + shape->size;
	walk.steps = walk.in_cells = walk.callers = 0;
	assert_null(recoat_inline_prepare(&hook, walk.start, shape->size));
	/* From one place, so that the callers are the same. */
	for (volatile int hooked = 0; hooked <= 1; hooked++) {
		if (hooked)
			assert_null(recoat_inline_enable(&hook, hook.original));
		assert_int_equal(walk.in_cells, 0);
		call_stepping(walk.start);
	}
	assert_null(recoat_inline_disable(&hook));
	/* The jump by pointer, and one moved instruction at least. */
	assert_true(walk.in_cells >= 2);
}

static void step_through_all(void)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO}, before;

	walk.wrong = 0;
	sigaction(SIGTRAP, &action, &before);
	for (const struct inline_shape *at = inline_shapes; at->name; at++) {
		if (is_described(at))
			step_through(at);
	}
	sigaction(SIGTRAP, &before, NULL);
}

static void without_being_told_they_are_lost(void **state)
{
	(void)state;
	walk.quiet = true;
	step_through_all();
	walk.quiet = false;
	assert_true(walk.wrong > 0);
}

static void callers_are_seen_from_every_instruction(void **state)
{
	(void)state;
	tell_unwinders();
	step_through_all();
	assert_int_equal(walk.wrong, 0);
}

/* ---- Ends that unwind. ---- */

static _Atomic int cleaned;

static void clean(void *unused)
{
	(void)unused;
	cleaned++;
}

static void on_trap_cancel(int number, siginfo_t *info, void *context)
{
	greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)number, (void)info;
	if (recoat_code_cell_of((uint64_t)reg[REG_RIP]) == RECOAT_CELL_NONE ||
	    recoat_code_origin((uint64_t)reg[REG_RIP]) == walk.start)
		return;
	reg[REG_EFL] &= ~TRAP_FLAG;
	pthread_cancel(pthread_self());
}

static void *be_cancelled(void *function)
{
	int unused;

	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &unused);
	pthread_cleanup_push(clean, NULL);
	call_stepping((uint64_t)function);
	pthread_cleanup_pop(0);
	return NULL;
}

/* In the middle of the moved instructions, when the stack is not what it was at the entry. */
static void cancellation_passes_moved_instructions(void **state)
{
	struct sigaction action = {.sa_sigaction = on_trap_cancel, .sa_flags = SA_SIGINFO}, before;
	const struct inline_shape *shape = inline_shapes;
	struct recoat_inline_hook hook;
	pthread_t thread;
	void *result;

	(void)state;
	while (strcmp(shape->name, "five_pushes"))
		shape++;
	walk.start = (uint64_t)shape->function;
	assert_null(recoat_inline_prepare(&hook, walk.start, shape->size));
	tell_unwinders();
	assert_null(recoat_inline_enable(&hook, hook.original));
	sigaction(SIGTRAP, &action, &before);
	pthread_create(&thread, NULL, be_cancelled, (void *)walk.start);
	pthread_join(thread, &result);
	sigaction(SIGTRAP, &before, NULL);
	assert_null(recoat_inline_disable(&hook));
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(cleaned, 1);
}

static int init(void **state)
{
	(void)state;
	recoat_inline_init();
	return 0;
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	/* It reports what libgcc does in the handlers that stand for a debugger here. */
	puts("1..0 # SKIP not under ThreadSanitizer");
	return 0;
#endif
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_being_told_they_are_lost),
		cmocka_unit_test(callers_are_seen_from_every_instruction),
		cmocka_unit_test(cancellation_passes_moved_instructions),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
