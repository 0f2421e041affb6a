/* SPDX-License-Identifier: Apache-2.0 */
/* A heap whose every figure can be read off here; see tests/run/heap.sh. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))

static void *kept[100];
void *volatile sink;

/* 100 allocations of 1000 bytes, 10 of them leaked. */
static NOINLINE void grow(void)
{
	for (int i = 0; i < 100; i++)
		kept[i] = malloc(1000);
}

static NOINLINE void shrink(void)
{
	for (int i = 10; i < 100; i++)
		free(kept[i]);
}

/* 50 temporary allocations of 64 bytes. */
static NOINLINE void churn(void)
{
	for (int i = 0; i < 50; i++) {
		sink = malloc(64);
		free(sink);
	}
}

/* 3 allocations of 100, 200 and 400 bytes; the last is leaked. */
static NOINLINE void reallocate(void)
{
	sink = realloc(NULL, 100);
	sink = realloc(sink, 200);
	sink = realloc(sink, 400);
}

/* A block from each of the others: 9, with strdup's, of 2,800 bytes in all. */
static NOINLINE void others(void)
{
	void *block[9];

	block[0] = calloc(10, 10);
	block[1] = reallocarray(NULL, 10, 20);
	if (posix_memalign(&block[2], 64, 300))
		block[2] = NULL;
	block[3] = aligned_alloc(64, 384);
	block[4] = memalign(64, 500);
	block[5] = valloc(600);
	block[6] = pvalloc(700);
	block[7] = strdup("1234567");
	block[8] = malloc(8);
	for (int i = 0; i < 9; i++)
		free(block[i]);
}

/* None of these calls touches errno by itself. */
int main(void)
{
	errno = 77;
	grow();
	shrink();
	churn();
	reallocate();
	others();
	return errno == 77 ? 7 : 1;
}
