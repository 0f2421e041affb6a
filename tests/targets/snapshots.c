/* SPDX-License-Identifier: Apache-2.0 */
/* A heap whose every moment can be worked out from here; see tests/run/snapshots.sh. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))
#define STEPS 10000
#define RING 64

static NOINLINE void *a(size_t size)
{
	void *volatile block = malloc(size);

	return block;
}

static NOINLINE void *b(size_t size)
{
	void *volatile block = calloc(1, size);

	return block;
}

static NOINLINE void *c(void *old, size_t size)
{
	void *volatile block = realloc(old, size);

	return block;
}

/* STEPS steps, with a pause of 1 ms after every 25th: one order of allocations and frees. */
static void steps(void)
{
	static void *ring[RING];
	const struct timespec pause = {.tv_nsec = 1000000};

	for (int i = 0; i < STEPS; i++) {
		void **place = &ring[i * 7 % RING];
		size_t size = 16 + (size_t)(i % 1000);

		if (i % 3 == 2) {
			*place = c(*place, size);
		} else {
			free(*place);
			*place = i % 3 ? b(size) : a(size);
		}
		if (i % 25 == 24)
			nanosleep(&pause, NULL);
	}
}

#define THREADS 4
#define LEVELS 12
#define HEIGHT 3000
#define QUEUE 16
static void *volatile sink;
static _Atomic int stop;
static void *_Atomic queue[QUEUE];

/* A call path for each number of LEVELS bits, numbered between those of left() and right(). */
static NOINLINE void *fill(unsigned bits, int levels)
{
	void *volatile block;

	if (!levels)
		block = malloc(8);
	else if (bits & 1)
		block = fill(bits >> 1, levels - 1);
	else
		sink = block = fill(bits >> 1, levels - 1);
	return block;
}

static pthread_once_t filled = PTHREAD_ONCE_INIT;

static void fill_all(void)
{
	for (unsigned i = 0; i < 1u << LEVELS; i++)
		fill(i, LEVELS);
}

static NOINLINE void *left(void)
{
	void *volatile block = malloc(64);

	return block;
}

/* Of another size, or the compiler makes one function of the two. */
static NOINLINE void *right(void)
{
	void *volatile block = malloc(65);

	return block;
}

static NOINLINE void *passed_on(void)
{
	void *volatile block = malloc(32);

	return block;
}

/* Up and down, but at no moment more than one block more of left() or of right(). */
static void *balance(void *argument)
{
	static __thread void *kept[HEIGHT][2];

	while (!stop) {
		for (int i = 0; i < HEIGHT; i++) {
			kept[i][0] = left();
			pthread_once(&filled, fill_all);
			kept[i][1] = right();
		}
		for (int i = 0; i < HEIGHT; i++) {
			free(kept[i][0]);
			free(kept[i][1]);
		}
	}
	return argument;
}

/* Blocks of one thread that another frees, never more than QUEUE on the way. */
static void *give(void *argument)
{
	for (unsigned i = 0; !stop; i++) {
		if (!queue[i % QUEUE])
			queue[i % QUEUE] = passed_on();
		else
			sched_yield();
	}
	return argument;
}

static void *take(void *argument)
{
	for (unsigned i = 0; !stop; i++) {
		if (queue[i % QUEUE])
			free(atomic_exchange(&queue[i % QUEUE], NULL));
		else
			sched_yield();
	}
	return argument;
}

static void run_threads(void)
{
	pthread_t thread[THREADS + 2];
	const struct timespec pause = {.tv_nsec = 700000000};

	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, balance, NULL);
	pthread_create(&thread[THREADS], NULL, give, NULL);
	pthread_create(&thread[THREADS + 1], NULL, take, NULL);
	nanosleep(&pause, NULL);
	stop = 1;
	for (int i = 0; i < THREADS + 2; i++)
		pthread_join(thread[i], NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "threads")) {
		run_threads();
		return 7;
	}
	/* The child inherits 1,000 blocks, which are not its own. */
	for (int i = 0; i < 1000 && !strcmp(what, "fork"); i++)
		a(10);
	if (!strcmp(what, "fork") && fork())
		wait(NULL);
	else
		steps();
	return 7;
}
