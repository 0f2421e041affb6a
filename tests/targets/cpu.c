/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uses CPU time in ways that are known, one a mode: argv[1]. Exits with 0 if everything went
 * as it does without recoat, and prints the same.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile unsigned long sink;
static volatile int signals;

static long cpu_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Steps of some microseconds, whose time is this function's. */
static __attribute__((noinline)) void step(void)
{
	for (unsigned i = 0; i < 20000; i++)
		sink = sink * 3 + i;
}

static __attribute__((noinline)) void burn(long us)
{
	long end = cpu_us(CLOCK_THREAD_CPUTIME_ID) + us;

	while (cpu_us(CLOCK_THREAD_CPUTIME_ID) < end)
		step();
}

static __attribute__((noinline)) void small_part(void)
{
	burn(1500);
	sink++; /* So that the call above is no jump. */
}

static __attribute__((noinline)) void large_part(void)
{
	burn(4500);
	sink++; /* So that the call above is no jump. */
}

/* A quarter in small_part, three quarters in large_part. */
static int shares(void)
{
	for (int i = 0; i < 100; i++) {
		small_part();
		large_part();
	}
	return 0;
}

static __attribute__((noinline)) int recurse(int depth)
{
	if (!depth)
		burn(200000);
	else
		recurse(depth - 1);
	return sink == 1;
}

static __attribute__((noinline)) void *in_thread(void *unused)
{
	burn(150000);
	return unused;
}

/* Threads made later, that never allocate. */
static int threads(void)
{
	pthread_t thread[3];

	burn(20000);
	for (int i = 0; i < 3; i++)
		if (pthread_create(&thread[i], NULL, in_thread, NULL))
			return 1;
	for (int i = 0; i < 3; i++)
		pthread_join(thread[i], NULL);
	return 0;
}

static void count(int signal)
{
	(void)signal;
	signals++;
}

/* A profiling timer of the program's own. */
static int profiled(void)
{
	struct itimerval timer = {.it_interval.tv_usec = 1000, .it_value.tv_usec = 1000};

	signal(SIGPROF, count);
	setitimer(ITIMER_PROF, &timer, NULL);
	burn(300000);
	return signals < 3; /* On a busy machine they are few. */
}

static void allocate(int signal)
{
	free(malloc(100 + (size_t)signal));
	signals++;
}

static int storm(void)
{
	signal(SIGUSR1, allocate);
	for (int i = 0; i < 10000; i++) {
		free(malloc(50));
		kill(getpid(), SIGUSR1);
	}
	return signals != 10000;
}

/* No call that waits may see an interruption. */
static int waits(void)
{
	struct timespec little = {.tv_nsec = 300000};
	int pipes[2], interrupted = 0;
	struct pollfd in = {.events = POLLIN};
	pid_t child;
	char byte;

	if (pipe(pipes))
		return 1;
	in.fd = pipes[0];
	child = fork();
	for (int i = 0; !child; i++) {
		usleep(2000);
		if (write(pipes[1], "x", 1) != 1)
			_exit(0);
	}
	for (int i = 0; i < 50; i++) {
		struct timeval time = {.tv_usec = 300};

		burn(1000 + i * 7);
		interrupted += nanosleep(&little, NULL) != 0;
		burn(1000 + i * 11);
		interrupted += poll(NULL, 0, 1) != 0;
		burn(1000 + i * 13);
		interrupted += select(0, NULL, NULL, NULL, &time) != 0;
		burn(1000 + i * 17);
		interrupted += poll(&in, 1, -1) != 1;
		interrupted += read(pipes[0], &byte, 1) != 1;
		interrupted += read(pipes[0], &byte, 1) != 1;
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return interrupted != 0;
}

static __attribute__((noinline)) void in_child(void)
{
	burn(200000);
	sink++;
}

static int forks(void)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		free(malloc(10));
		in_child();
		_exit(3);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status) != 3;
}

/* Signals that are blocked wait, and only those that somebody sent. */
static int masks(void)
{
	sigset_t all, pending;
	int signal = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	burn(200000);
	sigpending(&pending);
	for (int i = 1; i < NSIG; i++)
		if (sigismember(&pending, i) == 1)
			return 1;
	raise(SIGUSR2);
	burn(20000);
	return sigwait(&all, &signal) || signal != SIGUSR2;
}

/* As daemons do: every signal to its default, and nothing that was not asked for is there. */
static int resets(void)
{
	struct sigaction old;

	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &old))
			continue;
		if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN)
			return 1;
		signal(i, SIG_DFL);
	}
	in_child();
	return 0;
}

/* A handler for every real-time signal: each is delivered once a raise, and never else. */
static int takes(void)
{
	burn(50000);
	for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
		signal(i, count);
	burn(50000);
	if (signals)
		return 1;
	for (int i = SIGRTMIN; i <= SIGRTMAX; i++)
		raise(i);
	return signals != SIGRTMAX - SIGRTMIN + 1;
}

static ucontext_t back;

static __attribute__((noinline)) void on_coroutine(void)
{
	burn(100000);
	sink++;
}

/* Memory with a page before it that must not be touched. */
static void *guarded(size_t bytes)
{
	char *at = mmap(NULL, bytes + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	mprotect(at, 4096, PROT_NONE);
	return at + 4096;
}

static void run_coroutine(void)
{
	ucontext_t context;

	getcontext(&context);
	context.uc_stack.ss_sp = guarded(16384);
	context.uc_stack.ss_size = 16384;
	context.uc_link = &back;
	makecontext(&context, on_coroutine, 0);
	swapcontext(&back, &context);
}

/* Small stacks: a thread's, a coroutine's, and an alternate one for signals. */
static int stacks(void)
{
	stack_t alternate = {.ss_sp = guarded(8192), .ss_size = 8192};
	pthread_attr_t attributes;
	pthread_t thread;

	run_coroutine();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 16384);
	if (pthread_create(&thread, &attributes, in_thread, NULL))
		return 1;
	pthread_join(thread, NULL);
	sigaltstack(&alternate, NULL);
	run_coroutine();
	in_child();
	return 0;
}

/* The time goes into fork itself. */
static int spawns(void)
{
	for (int i = 0; i < 400; i++) {
		pid_t child = fork();

		if (!child)
			_exit(0);
		waitpid(child, NULL, 0);
	}
	return 0;
}

static volatile int reads, missed;

static void *read_on(void *from)
{
	char byte;

	while (reads < 300) {
		if (read(*(int *)from, &byte, 1) != -1 || errno != EINTR)
			missed++;
		reads++;
	}
	return from;
}

/*
 * A signal that interrupts a read does so even if another one, which is ignored, comes to the
 * same thread together with it. Both threads on one processor, so that they do. On a busy
 * machine the reader may not be reading yet when a few of them come.
 */
static int interrupts(void)
{
	struct sigaction action = {.sa_handler = count};
	pthread_t thread;
	cpu_set_t one;
	sigset_t user;
	int pipes[2];

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof one, &one);
	sigaction(SIGUSR1, &action, NULL);
	signal(SIGRTMAX - 2, SIG_IGN);
	if (pipe(pipes) || pthread_create(&thread, NULL, read_on, pipes))
		return 1;
	sigemptyset(&user);
	sigaddset(&user, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &user, NULL);
	for (int i = 0; i < 300; i++) {
		usleep(500);
		pthread_kill(thread, SIGRTMAX - 2);
		kill(getpid(), SIGUSR1);
		for (int left = 200; reads <= i && left; left--)
			usleep(1000);
		if (reads <= i && write(pipes[1], "x", 1) != 1)
			return 1;
		while (reads <= i)
			usleep(100);
	}
	pthread_join(thread, NULL);
	return missed > 30;
}

/* Without a handler, the same signals end the program. */
static int dies(void)
{
	burn(20000);
	raise(SIGRTMAX - 2);
	return 1;
}

static int deep(void)
{
	return recurse(40);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} modes[] = {
		{"shares", shares}, {"threads", threads}, {"profiled", profiled},
		{"storm", storm},   {"waits", waits},     {"forks", forks},
		{"masks", masks},   {"resets", resets},   {"takes", takes},
		{"dies", dies},     {"deep", deep},       {"interrupts", interrupts},
		{"stacks", stacks}, {"spawns", spawns},
	};

	for (size_t i = 0; argc == 2 && i < sizeof modes / sizeof *modes; i++) {
		if (strcmp(argv[1], modes[i].name))
			continue;
		printf("%s\n", argv[1]);
		fflush(stdout);
		return modes[i].run();
	}
	return 2;
}
