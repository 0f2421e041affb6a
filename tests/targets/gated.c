/* SPDX-License-Identifier: Apache-2.0 */
/* Calls demo_call() twice, the second time after the first has returned. */
#include <stdio.h>

#include "demo.h"

static void count(void *calls)
{
	++*(int *)calls;
}

int main(void)
{
	int calls = 0;

	demo_call(count, &calls);
	demo_call(count, &calls);
	printf("%d\n", calls);
	return 0;
}
