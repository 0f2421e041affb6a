/* SPDX-License-Identifier: Apache-2.0 */
/* A library with kernels, for the tests of spans; its catalogue is demo.kernels. */
#ifndef DEMO_H
#define DEMO_H

#include <stdint.h>

struct demo_vector {
	uint64_t count;
	const double *values;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Sum of the values. Size: v->count. */
double demo_sum(const struct demo_vector *v);

/* Calls demo_sum through the PLT `times` times. Size: times. */
double demo_repeat(const struct demo_vector *v, uint64_t times);

/* Calls `callback(data)`, which may throw, longjmp or be cancelled. No size. */
void demo_call(void (*callback)(void *), void *data);

/* Arguments in all classes of registers and on the stack, to be summed. */
double demo_arguments(int a, double b, int c, double d, int e, int f, int g, int h, long i, long j,
		      double k, float l);

/* 16 bytes in registers of both classes. */
struct demo_pair {
	long first;
	double second;
};
struct demo_pair demo_pair(long first, double second);

/* Allocates `count` blocks of `bytes` bytes, frees them, and leaks one of `bytes`. */
void demo_allocate(uint64_t count, uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
