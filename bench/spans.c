/* SPDX-License-Identifier: Apache-2.0 */
/* The price of a span: calls of a kernel that does nothing, through the PLT. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kernel.h"

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	long calls = argc > 1 ? atol(argv[1]) : 2000000;
	int behind = argc > 2 && strcmp(argv[2], "behind") == 0;
	struct bench_problem problem = {NULL, 1000};
	double start = seconds();
	long sum = 0;

	for (long i = 0; i < calls; i++)
		sum += behind ? bench_kernel_behind(&problem) : bench_kernel(i);
	printf("%.2f\n", (seconds() - start) * 1e9 / (double)calls);
	return sum == 42;
}
