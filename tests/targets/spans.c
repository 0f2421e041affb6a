/* SPDX-License-Identifier: Apache-2.0 */
/* Calls kernels in every way that spans must survive; see tests/run/spans.sh. */
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <unistd.h>

#include "demo.h"

static jmp_buf out;

static void nothing(void *unused)
{
	(void)unused;
}

static void jump(void *unused)
{
	(void)unused;
	longjmp(out, 1);
}

static void wait_for_ever(void *unused)
{
	(void)unused;
	pause();
}

static void *cancelled(void *unused)
{
	demo_call(wait_for_ever, unused);
	return NULL;
}

static void cancel_a_thread(void)
{
	pthread_t thread;
	void *result;

	pthread_create(&thread, NULL, cancelled, NULL);
	pthread_cancel(thread);
	pthread_join(thread, &result);
	printf("cancelled %d\n", result == PTHREAD_CANCELED);
}

int main(void)
{
	const double values[] = {1, 2, 3, 4};
	const struct demo_vector three = {3, values}, four = {4, values};
	double (*pointer)(const struct demo_vector *) = demo_sum;

	printf("sum %g %g\n", demo_sum(&three), pointer(&four)); /* 2 spans, N 3 and 4 */
	printf("repeat %g\n", demo_repeat(&four, 5));            /* 1 span around 5 */
	printf("arguments %g\n", demo_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
	printf("pair %ld %g\n", demo_pair(5, 2.5).first, demo_pair(6, 3.5).second);
	demo_call(nothing, NULL);
	if (!setjmp(out))
		demo_call(jump, NULL); /* left by longjmp */
	demo_call(nothing, NULL);
	cancel_a_thread();
	demo_allocate(10, 1000);
	return 3;
}
