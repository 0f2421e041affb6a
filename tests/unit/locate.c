/* SPDX-License-Identifier: Apache-2.0 */
/* Finding kernels in files: this program itself, and broken copies of it. */
#include "cmocka_all.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/image.h"
#include "kernels/locate.h"

static struct recoat_catalogue catalogue;
static char path[] = "/tmp/locate.XXXXXX";
static unsigned char *bytes; /* Of this program. */
static size_t count;
static uint64_t found_at;
static int found, refused;

__attribute__((noinline, used)) static long sought(long n)
{
	return n + 1;
}

static void take_found(void *user, const struct recoat_entry_point *entry)
{
	(void)user;
	found++;
	found_at = entry->address;
}

static void take_refused(void *user, const struct recoat_kernel *kernel, const char *symbol,
			 const char *reason)
{
	(void)user, (void)kernel, (void)symbol, (void)reason;
	refused++;
}

static int read_self(void **state)
{
	static const char text[] = "[k]\nabi=c\nsymbol=sought\n[r]\nabi=c\nrtti=N1a1bE\nslot=1\n"
				   "module=*\n[g]\nabi=c\nsymbol=*zz*\nsymbol=a*\n";
	struct recoat_catalogue_error error;
	FILE *file = fopen("/proc/self/exe", "re");

	(void)state;
	bytes = malloc(64 << 20);
	count = file && bytes ? fread(bytes, 1, 64 << 20, file) : 0;
	close(mkstemp(path));
	return !count || fclose(file) ||
	       recoat_catalogue_parse(&catalogue, text, strlen(text), "test", &error);
}

static int remove_copy(void **state)
{
	(void)state;
	free(bytes);
	return unlink(path);
}

/* Search the first `size` bytes, as they are now; whether they could be opened. */
static bool search(size_t size)
{
	const struct recoat_locate_sink sink = {.found = take_found, .refused = take_refused};
	const struct recoat_file_place where = {.root = "", .path = path, .debug = "/nowhere"};
	struct recoat_image *image = malloc(sizeof(*image));
	struct recoat_error error;
	FILE *file = fopen(path, "we");
	bool opened;

	assert_true(image && file && fwrite(bytes, 1, size, file) == size);
	assert_int_equal(fclose(file), 0);
	found = refused = 0;
	opened = !recoat_image_open(image, &where, &error);
	if (opened) {
		recoat_locate(&image->place, &catalogue, NULL, &sink);
		recoat_image_close(image);
	}
	free(image);
	return opened;
}

static void a_static_function_is_found(void **state)
{
	(void)state;
	assert_true(search(count));
	assert_int_equal(found, 1);
	assert_int_equal((found_at ^ (uintptr_t)sought) & 4095, 0);
}

static void a_file_cut_short_is_survived(void **state)
{
	(void)state;
	assert_false(search(0));
	assert_false(search(63));
	assert_false(search(64));
	for (size_t size = count / 8; size < count; size += count / 8)
		search(size);
	assert_false(search(count - 1)); /* Section headers come last. */
}

static void turn(size_t at, unsigned char mask)
{
	bytes[at] ^= mask;
}

/* One byte in the headers, the dynamic tables or the section headers is wrong. */
static void wrong_bytes_are_survived(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int n = 0; n < 400; n++) {
		size_t at;

		random = random * 1664525 + 1013904223;
		at = random >> 8;
		at = n % 3 == 0 ? at % 1024 : n % 3 == 1 ? count - 1 - at % 2600 : at % 16384;
		turn(at, (unsigned char)(random | 1));
		search(count);
		turn(at, (unsigned char)(random | 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_static_function_is_found),
		cmocka_unit_test(a_file_cut_short_is_survived),
		cmocka_unit_test(wrong_bytes_are_survived),
	};

	return sought(-1) ? 1 : cmocka_run_group_tests(tests, read_self, remove_copy);
}
