/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls kernels whose arguments and results are in all kinds of registers, many times and from
 * ever new stacks, so that everything that a span may have to do comes up; see
 * tests/run/registers.sh. Prints how many calls went wrong, of each kind.
 */
#include "registers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 30000

/* All vector and mask registers, as the function below leaves them here. */
struct image {
	unsigned char vector[32][64];
	unsigned long mask[8];
	unsigned long r10, r11;
};
static struct image before, after;

static AVX int wrong_256(double x)
{
	const __m256d v = _mm256_set_pd(x, x + 1, x + 2, x + 3);
	union {
		__m256d vector;
		double value[4];
	} is;

	is.vector = registers_256(v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7, v + 8);
	for (int i = 0; i < 4; i++)
		if (is.value[i] != 45 * (x + 3 - i) + 240)
			return 1;
	return 0;
}

static AVX512 int wrong_512(double x)
{
	const __m512d v = _mm512_set_pd(x, x + 1, x + 2, x + 3, x + 4, x + 5, x + 6, x + 7);
	union {
		__m512d vector;
		double value[8];
	} is;

	is.vector = registers_512(v, v + 1, v + 2, v + 3, v + 4, v + 5, v + 6, v + 7, v + 8);
	for (int i = 0; i < 8; i++)
		if (is.value[i] != 45 * (x + 7 - i) + 240)
			return 1;
	return 0;
}

static int wrong_complex(long x)
{
	long double _Complex is = registers_complex(x + 0.25L, 3);

	return __real__ is != 3 * (x + 0.25L) || __imag__ is != x - 2.75L;
}

static int wrong_large(long x)
{
	struct registers_large large;

	for (int i = 0; i < 40; i++)
		large.word[i] = x + i;
	large = registers_large(large, 3);
	for (int i = 0; i < 40; i++)
		if (large.word[i] != 3 * (x + i))
			return 1;
	return 0;
}

static int wrong_many(long x)
{
	return registers_many(x, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18) !=
	       x + 2280;
}

static int wrong_variadic(int x)
{
	return registers_variadic(7, x, 1.0, 2, 3.0, 4, 5.0, 6) != x + 2 + 6 + 12 + 20 + 30 + 42;
}

/* A call with known values in every register that a function like this one leaves alone. */
static __attribute__((noinline)) void call_with_all(void)
{
	register struct image *to __asm__("r12") = &after;

	__asm__ volatile(
		".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, "
		"21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
		"vmovups 64 * \\n(%[before]), %%zmm\\n\n"
		".endr\n"
		".irp n, 1, 2, 3, 4, 5, 6, 7\n"
		"kmovq 2048 + 8 * \\n(%[before]), %%k\\n\n"
		".endr\n"
		"movq 2112(%[before]), %%r10\n"
		"movq 2120(%[before]), %%r11\n"
		"movq %%rsp, %%r13\n"
		"subq $128, %%rsp\n" /* The red zone. */
		"andq $-16, %%rsp\n"
		"call registers_nothing@PLT\n"
		"movq %%r13, %%rsp\n"
		"movq %%r10, 2112(%[after])\n"
		"movq %%r11, 2120(%[after])\n"
		".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, "
		"21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
		"vmovups %%zmm\\n, 64 * \\n(%[after])\n"
		".endr\n"
		".irp n, 1, 2, 3, 4, 5, 6, 7\n"
		"kmovq %%k\\n, 2048 + 8 * \\n(%[after])\n"
		".endr\n"
		"vzeroupper\n"
		:
		: [before] "b"(&before), [after] "r"(to)
		: "memory", "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r13", "xmm0",
		  "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10",
		  "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
}

static int wrong_all(int x)
{
	for (size_t i = 0; i < sizeof before; i++)
		((unsigned char *)&before)[i] = (unsigned char)(i * 7 + (size_t)x);
	before.mask[0] = after.mask[0] = 0;
	call_with_all();
	return memcmp(&before, &after, sizeof before) != 0;
}

enum kind { COMPLEX, LARGE, MANY, VARIADIC, V256, V512, ALL, KINDS };

static int wrong(enum kind kind, int x)
{
	switch (kind) {
	case COMPLEX:
		return wrong_complex(x);
	case LARGE:
		return wrong_large(x);
	case MANY:
		return wrong_many(x);
	case VARIADIC:
		return wrong_variadic(x);
	case V256:
		return __builtin_cpu_supports("avx") && wrong_256(x);
	case V512:
		return __builtin_cpu_supports("avx512f") && wrong_512(x);
	default:
		return __builtin_cpu_supports("avx512bw") && wrong_all(x);
	}
}

/* Every other bit of `way` is another call path. */
static __attribute__((noinline)) int walk(enum kind kind, int x, unsigned way)
{
	volatile int result;

	if (way <= 1)
		return wrong(kind, x);
	if (way & 1)
		result = walk(kind, x, way >> 1);
	else
		result = walk(kind, x, way >> 1);
	return result;
}

int main(void)
{
	static const char *const name[KINDS] = {"complex", "large", "many", "variadic",
						"256",     "512",   "all"};
	int count[KINDS] = {0};

	registers_nothing(); /* The loader, which binds it, uses r11. */
	for (int round = 0; round < ROUNDS; round++)
		for (int kind = 0; kind < KINDS; kind++)
			count[kind] += walk((enum kind)kind, round,
					    round % 64 ? 1 : (unsigned)round | 1u << 12);
	for (int kind = 0; kind < KINDS; kind++)
		printf("%s %d\n", name[kind], count[kind]);
	return 0;
}
