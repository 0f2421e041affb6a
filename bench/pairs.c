/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The price of a malloc and a free with deep stacks: 200 call paths of 14 to 27 frames, made
 * of 32 functions with frames of different sizes and no frame pointers.
 *
 *   pairs [PAIRS [BURST [THREADS]]]
 *
 * BURST pairs are made from one path before the next path is taken; 1 takes another path every
 * time. Prints nanoseconds a pair.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define NOINLINE __attribute__((noinline, noclone))
#define PATHS 200
#define DEPTH_MIN 10
#define DEPTH_SPREAD 14
#define LIVE 4

/* Threads share no cache line. */
struct walk {
	_Alignas(128) const unsigned char *path;
	int depth;
	unsigned random;
	long left;
};

static unsigned char path_of[PATHS][DEPTH_MIN + DEPTH_SPREAD];
static int burst = 64;

static NOINLINE void allocate(struct walk *walk)
{
	char *live[LIVE] = {0};

	for (int i = 0; i < burst; i++) {
		size_t size;

		walk->random = walk->random * 1664525u + 1013904223u;
		size = 16 + (walk->random >> 16) % 500;
		free(live[i % LIVE]);
		live[i % LIVE] = malloc(size);
		live[i % LIVE][size - 1] = 1;
	}
	for (int i = 0; i < LIVE; i++)
		free(live[i]);
	walk->left -= burst;
}

static int step(struct walk *walk, int at);

/* A function with a frame of `words` words, so that return addresses lie at all distances. */
#define STEP(n, words)                                                                             \
	static NOINLINE int step_##n(struct walk *walk, int at)                                    \
	{                                                                                          \
		volatile long frame[words];                                                        \
		frame[0] = at;                                                                     \
		frame[(words)-1] = step(walk, at + 1);                                             \
		return (int)(frame[0] + frame[(words)-1]);                                         \
	}
#define STEPS(n) STEP(n##0, 1) STEP(n##1, 2) STEP(n##2, 3) STEP(n##3, 5) \
	STEP(n##4, 8) STEP(n##5, 1) STEP(n##6, 4) STEP(n##7, 16)
STEPS(0) STEPS(1) STEPS(2) STEPS(3)
#define NAMES(n) step_##n##0, step_##n##1, step_##n##2, step_##n##3, \
	step_##n##4, step_##n##5, step_##n##6, step_##n##7

static int (*const steps[32])(struct walk *, int) = {NAMES(0), NAMES(1), NAMES(2), NAMES(3)};

static inline __attribute__((always_inline)) int step(struct walk *walk, int at)
{
	if (at < walk->depth)
		return steps[walk->path[at]](walk, at);
	allocate(walk);
	return at;
}

static void *run(void *of)
{
	struct walk *walk = of;

	for (unsigned next = 0; walk->left > 0; next++) {
		walk->path = path_of[next % PATHS];
		walk->depth = DEPTH_MIN + (int)(next % DEPTH_SPREAD);
		step(walk, 0);
	}
	return NULL;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	long pairs = argc > 1 ? atol(argv[1]) : 5000000;
	int threads = argc > 3 ? atoi(argv[3]) : 1;
	struct walk walk[64];
	pthread_t thread[64];
	double start;

	if (argc > 2)
		burst = atoi(argv[2]);
	srand(1);
	for (int i = 0; i < PATHS; i++)
		for (int j = 0; j < DEPTH_MIN + DEPTH_SPREAD; j++)
			path_of[i][j] = (unsigned char)(rand() % 32);
	start = seconds();
	for (int i = 1; i < threads; i++) {
		walk[i] = (struct walk){.random = (unsigned)i, .left = pairs / threads};
		pthread_create(&thread[i], NULL, run, &walk[i]);
	}
	walk[0] = (struct walk){.left = pairs / threads};
	run(&walk[0]);
	for (int i = 1; i < threads; i++)
		pthread_join(thread[i], NULL);
	printf("%.2f\n", (seconds() - start) * 1e9 / (double)pairs);
	return 0;
}
