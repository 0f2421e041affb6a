/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of known sizes and lifetimes; see tests/run/trace.sh. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))
#define MILLISECOND 1000

void *volatile sink;

/* 20 blocks of 100 bytes, freed at once. */
static NOINLINE void brief(void)
{
	for (int i = 0; i < 20; i++) {
		sink = malloc(100);
		free(sink);
	}
}

/* 3 blocks of 5000 bytes that live for 150 ms. */
static NOINLINE void lasting(void)
{
	void *block[3];

	for (int i = 0; i < 3; i++)
		block[i] = malloc(5000);
	usleep(150 * MILLISECOND);
	for (int i = 0; i < 3; i++)
		free(block[i]);
}

/* A block of 40,000 bytes that another thread frees. */
static NOINLINE void *make(void *unused)
{
	(void)unused;
	sink = malloc(40000);
	return sink;
}

/* One that cannot grow stays, with what it had. */
static NOINLINE void stay(void)
{
	void *block = malloc(300);

	if (!realloc(block, (size_t)1 << 62))
		sink = block;
}

int main(void)
{
	pthread_t thread;
	void *made;

	brief();
	lasting();
	for (int i = 0; i < 10; i++) {
		pthread_create(&thread, NULL, make, NULL);
		pthread_join(thread, &made);
		free(made);
	}
	stay();
	return 7;
}
