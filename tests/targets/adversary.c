/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Allocates from stacks that are hard to know again: frames of changing size, coroutines on
 * stacks that are unmapped and mapped again, signal handlers, longjmp, libraries that replace
 * each other at one address. Every block is freed, so that what is live at the end is a loss.
 *
 *   adversary STEPS LIBRARY LIBRARY
 */
#include <alloca.h>
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))
#define COROUTINES 8

static __thread unsigned long state = 1;
static long blocks; /* Made by the main thread. */

static unsigned any(unsigned below)
{
	state = state * 6364136223846793005ul + 1442695040888963407ul;
	return (unsigned)(state >> 33) % below;
}

static NOINLINE void leaf(int bytes)
{
	void *volatile block = malloc((size_t)(bytes & 255) + 1);

	free(block);
	__atomic_fetch_add(&blocks, 1, __ATOMIC_RELAXED);
}

/* A frame whose size is known at run time only. */
static NOINLINE int variable(int depth)
{
	volatile char *room = alloca(any(400) + 1);
	int sum;

	room[0] = (char)depth;
	leaf(depth + room[0]);
	sum = depth ? variable(depth - 1) : 0;
	if (any(2))
		leaf(sum);
	return sum + room[0];
}

/* A frame that realigns the stack. */
static NOINLINE int realigned(int depth)
{
	_Alignas(64) volatile char block[64];
	volatile char *room = alloca(any(100) + 1);
	int sum;

	block[0] = room[0] = (char)depth;
	leaf(block[0]);
	sum = depth ? (any(2) ? realigned(depth - 1) : variable(depth - 1)) : 0;
	leaf(depth);
	return sum + block[0] + room[0];
}

static __thread jmp_buf out;

static NOINLINE void descend_and_jump(int depth)
{
	volatile char room[64];

	room[0] = (char)depth;
	leaf(depth);
	if (depth > 0)
		descend_and_jump(depth - 1);
	else if (!depth)
		longjmp(out, 1);
	leaf(room[0]);
}

static NOINLINE void jumps(void)
{
	if (!setjmp(out))
		descend_and_jump((int)any(12));
	leaf(3);
}

static ucontext_t main_context;
static struct {
	ucontext_t context;
	void *stack;
	size_t bytes;
	int running;
} coroutine[COROUTINES];
static int current;

static NOINLINE void coroutine_step(int depth)
{
	leaf(depth);
	if (depth)
		coroutine_step(depth - 1);
	if (any(3) == 0)
		swapcontext(&coroutine[current].context, &main_context);
	leaf(depth + 1);
}

static void coroutine_body(void)
{
	for (int i = 0; i < 3; i++)
		coroutine_step((int)any(9));
	coroutine[current].running = 0;
}

/* Half of them come back at the same address, with another stack there. */
static void coroutine_start(int i)
{
	void *wanted = any(2) ? (void *)(0x600000000000ul + (unsigned long)i * 0x100000) : NULL;

	if (coroutine[i].stack)
		munmap(coroutine[i].stack, coroutine[i].bytes);
	coroutine[i].bytes = 32768 + 4096 * any(12);
	coroutine[i].stack = mmap(wanted, coroutine[i].bytes, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	getcontext(&coroutine[i].context);
	coroutine[i].context.uc_stack.ss_sp = coroutine[i].stack;
	coroutine[i].context.uc_stack.ss_size = coroutine[i].bytes;
	coroutine[i].context.uc_link = &main_context;
	makecontext(&coroutine[i].context, coroutine_body, 0);
	coroutine[i].running = 1;
}

static NOINLINE void coroutines(void)
{
	current = (int)any(COROUTINES);
	if (!coroutine[current].running)
		coroutine_start(current);
	swapcontext(&main_context, &coroutine[current].context);
}

static void on_signal(int number)
{
	leaf(number);
	variable(2);
}

static NOINLINE void signals(void)
{
	leaf(1);
	raise(SIGUSR1);
	leaf(2);
	raise(SIGUSR2);
}

static void *thread(void *seed)
{
	state = (unsigned long)seed;
	for (int i = 0; i < 30; i++) {
		variable(5);
		jumps();
	}
	return NULL;
}

static NOINLINE void threads(void)
{
	pthread_t id;

	pthread_create(&id, NULL, thread, (void *)(unsigned long)(any(1000) + 1));
	pthread_join(id, NULL);
}

static NOINLINE void forks(void)
{
	pid_t child = fork();
	int status;

	if (!child) {
		realigned(3);
		_exit(17);
	}
	waitpid(child, &status, 0);
	if (WEXITSTATUS(status) != 17)
		abort();
}

/* Both libraries have the same layout; the loader puts one where the other was. */
static NOINLINE void libraries(char **path)
{
	void *library = dlopen(path[any(2)], RTLD_NOW);
	void (*call)(void (*)(int), int);

	if (!library)
		abort();
	*(void **)&call = dlsym(library, "call_back");
	for (int i = 0; i < 5; i++)
		call(leaf, i);
	dlclose(library);
}

int main(int argc, char **argv)
{
	stack_t alternate = {.ss_size = 65536};
	struct sigaction plain = {.sa_handler = on_signal};
	struct sigaction elsewhere = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
	long steps = argc == 4 ? atol(argv[1]) : 0;

	alternate.ss_sp = mmap(NULL, alternate.ss_size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	sigaltstack(&alternate, NULL);
	sigaction(SIGUSR1, &plain, NULL);
	sigaction(SIGUSR2, &elsewhere, NULL);
	for (long i = 0; i < steps; i++) {
		switch (any(7)) {
		case 0:
			variable((int)any(10));
			break;
		case 1:
			realigned((int)any(6));
			break;
		case 2:
			jumps();
			break;
		case 3:
			coroutines();
			break;
		case 4:
			signals();
			break;
		case 5:
			libraries(argv + 2);
			break;
		default:
			if (i % 20 == 0)
				threads();
			if (i % 50 == 0)
				forks();
		}
	}
	printf("%ld blocks\n", blocks);
	return 0;
}
