/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls a function that only .symtab names, five times, and writes its first bytes to the file that
 * it is given: whether, and how far, its code was changed; see tests/run/denied.sh.
 */
#include <stdint.h>
#include <stdio.h>

#define BYTES 32

__attribute__((noipa)) static uint64_t guarded_sum(uint64_t n)
{
	volatile uint64_t sum = 0;

	for (uint64_t i = 1; i <= n; i++)
		sum = sum + i * i;
	return sum;
}

static int write_code(const char *path)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return 1;
	for (int i = 0; i < BYTES; i++)
		fprintf(file, "%02x", ((const unsigned char *)guarded_sum)[i]);
	return fclose(file);
}

int main(int argc, char **argv)
{
	for (uint64_t n = 100; n < 105; n++)
		printf("%ju\n", (uintmax_t)guarded_sum(n));
	return argc == 2 && write_code(argv[1]) ? 1 : 7;
}
