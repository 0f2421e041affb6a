/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two threads call demo_sum() while somebody swaps plugins, until standard input ends: prints
 * which results each of them saw. They must be the kernel's own, 3, or twice that.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "demo.h"

static atomic_int stop;
static atomic_int seen[2][2]; /* By thread: the kernel's own, the plugin's. */
static atomic_int wrong;

static void *call(void *number)
{
	const double values[] = {1, 2};
	const struct demo_vector v = {2, values};
	int *mine = number;

	while (!stop) {
		double sum = demo_sum(&v);

		if (sum == 3 || sum == 6)
			seen[*mine][sum == 6] = 1;
		else
			wrong = 1;
	}
	return NULL;
}

int main(void)
{
	int number[2] = {0, 1};
	pthread_t thread[2];
	char byte;

	for (int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, call, &number[i]);
	/* Each byte read asks for what was seen since the last. */
	while (read(STDIN_FILENO, &byte, 1) == 1) {
		for (int i = 0; i < 2; i++)
			seen[i][0] = seen[i][1] = 0;
		while (!(seen[0][0] | seen[0][1]) || !(seen[1][0] | seen[1][1]))
			usleep(1000);
		printf("%d%d%d%d\n", seen[0][0], seen[0][1], seen[1][0], seen[1][1]);
		fflush(stdout);
	}
	stop = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	return wrong;
}
