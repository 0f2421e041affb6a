/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels called very often, on other stacks, and left by jumps; see tests/run/span_modes.sh. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>

#include "demo.h"

#define CALLS 100000
#define JUMPS 100
#define AFTER 1000
#define STACK 65536

static const double values[] = {1, 2, 3, 4};
static const struct demo_vector three = {3, values}, four = {4, values};

static __attribute__((noinline)) double one_way(void)
{
	double sum = 0;

	for (int i = 0; i < CALLS; i++)
		sum += demo_sum(&three);
	return sum;
}

static __attribute__((noinline)) double other_way(void)
{
	double sum = 0;

	for (int i = 0; i < CALLS; i++)
		sum += demo_sum(&four);
	return sum;
}

/* CALLS of demo.sum on each of two ways, CALLS of demo.repeat with two demo.sum in each. */
static void often(void)
{
	double sum = one_way() + other_way();

	for (int i = 0; i < CALLS; i++)
		sum += demo_repeat(&three, 2);
	printf("%g\n", sum);
}

/* Threads of which each takes over the state of the one before. */
static void *thread(void *unused)
{
	one_way();
	return unused;
}

static void one_after_the_other(void)
{
	for (int i = 0; i < 3; i++) {
		pthread_t id;

		pthread_create(&id, NULL, thread, NULL);
		pthread_join(id, NULL);
	}
}

static void often_and_killed(void)
{
	one_way();
	raise(SIGKILL);
}

/* A coroutine's kernel is open while the thread's own stack begins and ends others. */
static ucontext_t outside, inside;

static void switch_out(void *unused)
{
	(void)unused;
	swapcontext(&inside, &outside);
}

static void coroutine(void)
{
	for (;;)
		demo_call(switch_out, NULL);
}

static void switch_in(void *unused)
{
	(void)unused;
	swapcontext(&outside, &inside);
}

/* `stack` lies below the thread's own: what is open there would seem to have been left. */
static void coroutines(void)
{
	char *stack = malloc(STACK);

	getcontext(&inside);
	inside.uc_stack.ss_sp = stack;
	inside.uc_stack.ss_size = STACK;
	inside.uc_link = &outside;
	makecontext(&inside, coroutine, 0);
	for (int i = 0; i < 10; i++) {
		switch_in(NULL);
		demo_call(switch_in, NULL);
		printf("%g\n", demo_repeat(&three, 2));
	}
}

/* A handler that jumps away again and again, often out of the runtime. */
static sigjmp_buf back;

static void jump(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

static void jumps(void)
{
	static const struct itimerval soon = {.it_value.tv_usec = 2000};
	static volatile int count;
	volatile double sum = 0;

	one_way();
	signal(SIGALRM, jump);
	while (count < JUMPS)
		if (!sigsetjmp(back, 1)) {
			count++;
			setitimer(ITIMER_REAL, &soon, NULL);
			for (;;)
				sum += demo_sum(&three);
		}
	for (int i = 0; i < AFTER; i++)
		sum += demo_pair(i, 1).second;
	printf("%d\n", count);
}

static int *volatile nowhere = (int *)16;

/* The program's own faults are its own. */
static void fault(int signal, siginfo_t *info, void *context)
{
	(void)context;
	printf("signal %d at %p\n", signal, info->si_addr);
	siglongjmp(back, 1);
}

static void faults(void)
{
	struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_SIGINFO}, is;

	sigaction(SIGSEGV, &action, NULL);
	printf("%g\n", demo_sum(&three));
	sigaction(SIGSEGV, NULL, &is);
	printf("handler kept: %d\n", is.sa_sigaction == fault && is.sa_flags == SA_SIGINFO);
	if (!sigsetjmp(back, 1))
		*nowhere = 0;
	printf("%g\n", demo_sum(&three));
	signal(SIGSEGV, SIG_DFL);
	fflush(stdout);
	*nowhere = 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} parts[] = {{"often", often},
		     {"threads", one_after_the_other},
		     {"killed", often_and_killed},
		     {"coroutines", coroutines},
		     {"jumps", jumps},
		     {"faults", faults}};

	for (unsigned i = 0; argc > 1 && i < sizeof parts / sizeof *parts; i++)
		if (!strcmp(argv[1], parts[i].name))
			parts[i].run();
	return 0;
}
