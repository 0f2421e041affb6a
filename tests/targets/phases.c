/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels and blocks of two threads, one after the other; see tests/run/filters.sh. */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "demo.h"

#define NOINLINE __attribute__((noinline, noclone))
#define PAUSE 200000 /* Microseconds. */

static void *kept[10];
void *volatile sink;

static void call(int times)
{
	const double values[] = {1, 2};
	const struct demo_vector two = {2, values};

	for (int i = 0; i < times; i++)
		demo_sum(&two);
}

/* 10 blocks of 1,000 bytes. */
static NOINLINE void first(void)
{
	for (int i = 0; i < 10; i++)
		kept[i] = malloc(1000);
	call(5);
}

/* 20 blocks of 500 bytes, freed at once. */
static NOINLINE void *second(void *unused)
{
	for (int i = 0; i < 20; i++) {
		sink = malloc(500);
		free(sink);
	}
	call(7);
	pthread_setname_np(pthread_self(), "second");
	return unused;
}

/* The first blocks are freed, and 4 of 100 bytes leaked. */
static NOINLINE void third(void)
{
	for (int i = 0; i < 10; i++)
		free(kept[i]);
	for (int i = 0; i < 4; i++)
		sink = malloc(100);
	call(2);
}

int main(void)
{
	pthread_t thread;

	pthread_setname_np(pthread_self(), "main");
	first();
	usleep(PAUSE);
	pthread_create(&thread, NULL, second, NULL);
	pthread_join(thread, NULL);
	usleep(PAUSE);
	third();
	return 7;
}
