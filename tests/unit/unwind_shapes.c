/* SPDX-License-Identifier: Apache-2.0 */
/* The shapes: small functions whose frames are of a stated kind whatever the compiler likes. */
#include "tests/unit/unwind_shapes.h"

#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#define SHAPE __attribute__((noinline, noclone, optimize("no-optimize-sibling-calls")))
#define COROUTINES 16

/* A variable-length array is one of the shapes. */
#pragma GCC diagnostic ignored "-Wvla"
/* longjmp ends the recursion. */
#pragma GCC diagnostic ignored "-Winfinite-recursion"

void (*shapes_visitor)(const struct recoat_registers *registers);

static __thread uint64_t state = 1;
static _Thread_local jmp_buf escape;

void shapes_seed(uint64_t seed)
{
	state = seed * 2 + 1;
}

unsigned shapes_random(void)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33);
}

/* __builtin_frame_address gives this function a frame pointer. */
__attribute__((noinline, noclone)) void shapes_visit(void)
{
	uint64_t *frame = __builtin_frame_address(0);
	struct recoat_registers registers = {
		.pc = frame[1],
		.sp = (uint64_t)(frame + 2),
		.bp = frame[0],
	};

	shapes_visitor(&registers);
}

SHAPE void shapes_plain(int depth)
{
	volatile long local[4];

	local[0] = depth;
	shapes_visit();
	if (depth)
		shapes_plain(depth - 1);
	local[1] = local[0];
	if (shapes_random() & 1)
		shapes_visit();
}

SHAPE __attribute__((optimize("no-omit-frame-pointer"))) void shapes_frame_pointer(int depth)
{
	volatile char local[32];

	local[0] = (char)depth;
	if (depth && shapes_random() % 3)
		shapes_frame_pointer(depth - 1);
	else if (depth)
		shapes_vla(depth - 1);
	shapes_visit();
	local[1] = local[0];
}

SHAPE void shapes_alloca(int depth)
{
	volatile char *room = alloca(shapes_random() % 400 + 1);

	room[0] = (char)depth;
	shapes_visit();
	if (depth)
		shapes_alloca(depth - 1);
	if (shapes_random() & 1)
		shapes_visit();
	room[0] = 0;
}

SHAPE void shapes_vla(int depth)
{
	volatile int local[shapes_random() % 64 + 1];

	local[0] = depth;
	if (depth && shapes_random() & 1)
		shapes_alloca(depth - 1);
	else if (depth)
		shapes_vla(depth - 1);
	if (shapes_random() & 1)
		shapes_visit();
	local[0] = local[0] + 1;
}

SHAPE void shapes_realigned(int depth)
{
	volatile char aligned[64] __attribute__((aligned(64)));
	volatile char *room = alloca(shapes_random() % 100 + 1);

	aligned[0] = room[0] = (char)depth;
	shapes_visit();
	if (depth && shapes_random() & 1)
		shapes_realigned(depth - 1);
	else if (depth)
		shapes_plain(depth - 1);
	shapes_visit();
	room[0] = aligned[0];
}

static SHAPE void jump_out(int depth)
{
	volatile char local[64];

	local[0] = (char)depth;
	shapes_visit();
	if (depth == 0)
		longjmp(escape, 1);
	jump_out(depth - 1);
	shapes_visit(); /* Never reached; keeps the call above from being a jump. */
	local[1] = local[0];
}

SHAPE void shapes_longjmp(void)
{
	if (!setjmp(escape))
		jump_out((int)(shapes_random() % 12));
	shapes_visit();
}

static int order(const void *left, const void *right)
{
	const int *a = left;
	const int *b = right;

	if (shapes_random() % 4 == 0)
		shapes_alloca(1);
	else
		shapes_visit();
	return (*a > *b) - (*a < *b);
}

SHAPE void shapes_qsort(void)
{
	int number[12];

	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		number[i] = (int)shapes_random();
	qsort(number, sizeof number / sizeof *number, sizeof *number, order);
	shapes_visit();
}

static void on_signal(int number)
{
	(void)number;
	shapes_visit();
	shapes_alloca(2);
}

/* The faulting instruction, "mov (%rax), %eax", is two bytes long. */
static void on_fault(int number, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;

	(void)number;
	(void)info;
	shapes_visit();
	shapes_vla(2);
	interrupted->uc_mcontext.gregs[REG_RIP] += 2;
}

static void install_handlers(void)
{
	static char alternate[1 << 18];
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof alternate};
	struct sigaction plain = {.sa_handler = on_signal};
	struct sigaction alternative = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};

	sigaltstack(&stack, NULL);
	sigaction(SIGUSR1, &plain, NULL);
	sigaction(SIGUSR2, &alternative, NULL);
	sigaction(SIGSEGV, &fault, NULL);
}

SHAPE void shapes_signal(void)
{
	shapes_visit();
	raise(SIGUSR1);
	shapes_visit();
	raise(SIGUSR2);
}

static SHAPE void fault(int size)
{
	volatile char local[size * 8 + 8];

	local[0] = 1;
	__asm__ volatile("xor %%eax, %%eax; .byte 0x8b, 0x00" ::: "rax", "memory");
	shapes_visit();
	local[1] = local[0];
}

SHAPE void shapes_fault(void)
{
	fault((int)(shapes_random() % 5));
}

struct coroutine {
	ucontext_t context;
	void *stack;
	size_t size;
	bool alive;
};

static struct coroutine coroutines[COROUTINES];
static ucontext_t scheduler;
static struct coroutine *running;

static SHAPE void coroutine_body(int depth)
{
	volatile char local[24];

	local[0] = (char)depth;
	shapes_visit();
	if (depth)
		coroutine_body(depth - 1);
	if (shapes_random() % 3 == 0)
		swapcontext(&running->context, &scheduler);
	shapes_visit();
	if (shapes_random() & 1)
		shapes_alloca(3);
	local[1] = local[0];
}

static void coroutine_main(void)
{
	for (int i = 0; i < 3; i++)
		coroutine_body((int)(shapes_random() % 9));
	running->alive = false;
}

/* Stacks of changing sizes, often at one place, so that what was there before is unmapped. */
static void coroutine_start(struct coroutine *coroutine)
{
	size_t number = (size_t)(coroutine - coroutines);
	void *wanted =
		(shapes_random() & 1) ? (void *)(0x600000000000ul + number * 0x100000) : NULL;

	if (coroutine->stack)
		munmap(coroutine->stack, coroutine->size);
	coroutine->size = 131072 + 4096 * (shapes_random() % 12);
	coroutine->stack = mmap(wanted, coroutine->size, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	getcontext(&coroutine->context);
	coroutine->context.uc_stack.ss_sp = coroutine->stack;
	coroutine->context.uc_stack.ss_size = coroutine->size;
	coroutine->context.uc_link = &scheduler;
	makecontext(&coroutine->context, coroutine_main, 0);
	coroutine->alive = true;
}

SHAPE void shapes_coroutine(void)
{
	running = &coroutines[shapes_random() % COROUTINES];
	if (!running->alive)
		coroutine_start(running);
	swapcontext(&scheduler, &running->context);
}

static void shape(unsigned which)
{
	int depth = (int)(shapes_random() % 10);

	switch (which) {
	case 0:
		shapes_plain(depth);
		break;
	case 1:
		shapes_frame_pointer(depth);
		break;
	case 2:
		shapes_alloca(depth);
		break;
	case 3:
		shapes_vla(depth);
		break;
	case 4:
		shapes_realigned(depth);
		break;
	case 5:
		shapes_longjmp();
		break;
	case 6:
		shapes_qsort();
		break;
	case 7:
		shapes_coroutine();
		break;
	case 8:
		shapes_signal();
		break;
	default:
		shapes_fault();
	}
}

/* Coroutines and handlers belong to the main thread. */
static void *thread_main(void *seed)
{
	shapes_seed((uint64_t)seed);
	for (int i = 0; i < 40; i++)
		shape(shapes_random() % 7);
	return NULL;
}

void shapes_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, thread_main, (void *)(uintptr_t)shapes_random());
	pthread_join(thread, NULL);
}

void shapes_all(int rounds)
{
	install_handlers();
	for (int i = 0; i < rounds; i++) {
		shape(shapes_random() % 10);
		if (i % 200 == 199)
			shapes_thread();
	}
}
