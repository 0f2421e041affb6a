/* SPDX-License-Identifier: Apache-2.0 */
/* Every input on which the fuzzer once found a defect is read, or refused in one line. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/reader.h"
#include "tests/unit/cmocka_all.h"

static void read_one(const char *name)
{
	static uint8_t bytes[1 << 20];
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), FOUND "/%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	fuzz_read(bytes, fread(bytes, 1, sizeof(bytes), file));
	fclose(file);
}

static void test_found(void **state)
{
	DIR *directory = opendir(FOUND);
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	assert_non_null(directory);
	while ((entry = readdir(directory)))
		if (entry->d_name[0] != '.') {
			print_message("%s\n", entry->d_name);
			read_one(entry->d_name);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_odd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
