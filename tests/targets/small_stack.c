/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All in a thread with the smallest stack that there is: opens a library, calls a kernel of it, and
 * forks a child that allocates.
 */
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo.h"

__attribute__((noinline)) static void allocate(void)
{
	void *volatile block = malloc(1000);

	free(block);
}

static void *work(void *library)
{
	static const double values[] = {1, 2};
	static const struct demo_vector two = {2, values};
	static double result;
	double (*sum)(const struct demo_vector *);
	void *handle = dlopen(library, RTLD_NOW);
	pid_t child;
	int status;

	if (!handle)
		return NULL;
	*(void **)&sum = dlsym(handle, "demo_sum");
	result = sum(&two);
	child = fork();
	if (!child) {
		allocate();
		_exit(5);
	}
	waitpid(child, &status, 0);
	result += WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	return &result;
}

int main(int argc, char **argv)
{
	pthread_attr_t small;
	pthread_t thread;
	void *result;

	if (argc != 2 || pthread_attr_init(&small) ||
	    pthread_attr_setstacksize(&small, (size_t)sysconf(_SC_THREAD_STACK_MIN)) ||
	    pthread_create(&thread, &small, work, argv[1]) || pthread_join(thread, &result) ||
	    !result)
		return 2;
	printf("%g\n", *(double *)result); /* 3 of the kernel and 5 of the child */
	return 0;
}
