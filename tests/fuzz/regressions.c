/* SPDX-License-Identifier: Apache-2.0 */
/* Every input on which the fuzzer once found a defect is read, or refused in one line. With
 * arguments: those are seeds, of good recordings. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/reader.h"
#include "tests/unit/cmocka_all.h"

static char **seed; /* The last one is NULL. */

static bool read_one(const char *path)
{
	static uint8_t bytes[1 << 20];
	FILE *file = fopen(path, "rb");
	size_t size;

	print_message("%s\n", path);
	assert_non_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return fuzz_read(bytes, size);
}

static void test_seeds(void **state)
{
	(void)state;
	for (char **path = seed; *path; path++)
		assert_true(read_one(*path));
}

static void test_found(void **state)
{
	DIR *directory = opendir(FOUND);
	struct dirent *entry;
	char path[512];
	size_t count = 0;

	(void)state;
	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.') {
			snprintf(path, sizeof(path), FOUND "/%s", entry->d_name);
			read_one(path);
			count++;
		}
	closedir(directory);
	assert_true(count > 0);
}

/* A piece with another name than expected, an empty one, and one cut off. */
static void test_odd(void **state)
{
	static const uint8_t odd[] = {0xff, 1, 0, 0, 0, 7, 0, 0, 0, 0, 0, 1, 0xff, 0xff, 0, 0, 'x'};

	(void)state;
	for (size_t size = 0; size <= sizeof(odd); size++)
		assert_false(fuzz_read(odd, size));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest seeds[] = {cmocka_unit_test(test_seeds)};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_odd),
	};

	seed = argv + 1;
	if (argc > 1)
		return cmocka_run_group_tests(seeds, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
