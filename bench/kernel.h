/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels that do nothing, in a library of their own: one's size is an argument, the other's stands
 * behind a pointer. */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

struct bench_problem {
	const double *values;
	long size;
};
long bench_kernel(long size);
long bench_kernel_behind(const struct bench_problem *problem);

#endif
