/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of spans.c, in a library of their own. */
struct bench_problem {
	const double *values;
	long size;
};
long bench_kernel(long size);
long bench_kernel_behind(const struct bench_problem *problem);

long bench_kernel(long size)
{
	return size;
}

/* Its size stands behind a pointer. */
long bench_kernel_behind(const struct bench_problem *problem)
{
	return problem->size;
}
