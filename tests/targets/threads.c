/* SPDX-License-Identifier: Apache-2.0 */
/* 1,600 short threads, each with 3 allocations of 500 bytes of which one is leaked. */
#include <pthread.h>
#include <stdlib.h>

static __thread void *volatile block;

static __attribute__((noinline)) void *work(void *unused)
{
	for (int i = 0; i < 3; i++) {
		block = malloc(500);
		if (i)
			free(block);
	}
	return unused;
}

int main(void)
{
	pthread_t thread[16];

	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 16; i++)
			if (pthread_create(&thread[i], NULL, work, NULL))
				return 1;
		for (int i = 0; i < 16; i++)
			pthread_join(thread[i], NULL);
	}
	return 0;
}
