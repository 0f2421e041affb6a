/* SPDX-License-Identifier: Apache-2.0 */
/* The kernels of spans.c with a pair of LTTng tracepoints in each: what a span costs there. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "kernel_lttng.h"

#include "kernel.h"

long bench_kernel(long size)
{
	lttng_ust_tracepoint(bench, begin, size);
	lttng_ust_tracepoint(bench, end);
	return size;
}

long bench_kernel_behind(const struct bench_problem *problem)
{
	lttng_ust_tracepoint(bench, begin, problem->size);
	lttng_ust_tracepoint(bench, end);
	return problem->size;
}
