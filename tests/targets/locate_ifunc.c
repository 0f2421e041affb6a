/* SPDX-License-Identifier: Apache-2.0 */
/* A module whose locate_chosen is indirect; locate_run calls it through the PLT, N times. */
static long __attribute__((noinline)) one_way(long n)
{
	volatile long sum = 0;

	for (long i = 0; i < n; i++)
		sum = sum + 2;
	return sum;
}

static long (*choose(void))(long)
{
	return one_way;
}

long locate_chosen(long n) __attribute__((ifunc("choose")));
long locate_run(long times);

long locate_run(long times)
{
	long sum = 0;

	while (times--)
		sum += locate_chosen(4);
	return sum;
}
