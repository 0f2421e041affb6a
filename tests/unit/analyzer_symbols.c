/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the symbols: this program's own functions, inlined ones, and missing files. */
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"

#include "analyzer/demangle.h"
#include "analyzer/sites.h"
#include "analyzer/strings.h"
#include "analyzer/symbols.h"

struct fixture {
	struct recoat_strings strings;
	struct recoat_symbols *symbols;
	const char *self;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char *self = realpath("/proc/self/exe", NULL);

	fixture->symbols = recoat_symbols_create(&fixture->strings);
	fixture->self = recoat_strings_intern(&fixture->strings, self);
	free(self);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	recoat_symbols_destroy(fixture->symbols);
	recoat_strings_fini(&fixture->strings);
	free(fixture);
	return 0;
}

/* What takes an address in memory to the ELF file's numbering. */
static int take_bias(struct dl_phdr_info *info, size_t size, void *bias)
{
	(void)size;
	*(uintptr_t *)bias = info->dlpi_addr;
	return 1; /* The program itself comes first. */
}

static uint64_t elf_address(uintptr_t address)
{
	uintptr_t bias = 0;

	dl_iterate_phdr(take_bias, &bias);
	return address - bias;
}

/* Where note_caller() was called. */
static uintptr_t call_site;

static __attribute__((noinline)) void note_caller(void)
{
	call_site = (uintptr_t)__builtin_return_address(0) - 1;
}

static inline __attribute__((always_inline)) void inlined_helper(void)
{
	note_caller();
	__asm__ volatile("");
}

static __attribute__((noinline)) int outer_function(void)
{
	inlined_helper();
	__asm__ volatile("");
	return __LINE__ - 2;
}

static struct recoat_calls find(struct fixture *fixture, const char *path, const char *build_id,
				uint64_t address)
{
	return recoat_symbols_find(fixture->symbols, recoat_strings_intern(&fixture->strings, path),
				   recoat_strings_intern(&fixture->strings, build_id), address);
}

static void test_gives_inlined_calls_with_lines(void **state)
{
	struct fixture *fixture = *state;
	int line = outer_function();
	struct recoat_calls calls = find(fixture, fixture->self, "", elf_address(call_site));

	assert_int_equal(calls.count, 2);
	assert_string_equal(calls.at[0].function, "inlined_helper");
	assert_true(calls.at[0].inlined);
	assert_string_equal(calls.at[1].function, "outer_function");
	assert_false(calls.at[1].inlined);
	assert_int_equal(calls.at[1].line, line);
	assert_non_null(strstr(calls.at[1].file, "analyzer_symbols.c"));
	assert_ptr_equal(find(fixture, fixture->self, "", elf_address(call_site)).at, calls.at);
}

static void test_tells_of_missing_files(void **state)
{
	struct recoat_calls calls = find(*state, "/nonexistent/lib.so", "", 0x1234);

	assert_int_equal(calls.count, 1);
	assert_string_equal(calls.at[0].function, "lib.so+0x1234");
	assert_false(calls.at[0].known);
	assert_string_equal(recoat_symbols_complaint(((struct fixture *)*state)->symbols, 0),
			    "/nonexistent/lib.so: No such file or directory");
	assert_null(recoat_symbols_complaint(((struct fixture *)*state)->symbols, 1));
}

static void test_does_not_use_replaced_files(void **state)
{
	struct fixture *fixture = *state;
	struct recoat_calls calls =
		find(fixture, fixture->self, "00112233", elf_address((uintptr_t)note_caller));

	assert_false(calls.at[0].known);
	assert_non_null(strstr(recoat_symbols_complaint(fixture->symbols, 0),
			       "the recording expected 00112233"));
}

static void test_takes_no_fifo_nor_garbage_for_a_program(void **state)
{
	assert_false(find(*state, "/dev/null", "", 1).at[0].known);
	assert_false(find(*state, "/etc/passwd", "", 1).at[0].known);
	assert_false(find(*state, "[vdso]", "", 1).at[0].known);
	assert_string_equal(find(*state, "", "", 1).at[0].function, "[code made at run time]");
}

static void test_falls_back_to_symbols(void **state)
{
	struct fixture *fixture = *state;
	char command[1024], copy[512];
	struct recoat_calls calls;

	snprintf(copy, sizeof(copy), "/tmp/recoat-test-stripped-%d", (int)getpid());
	snprintf(command, sizeof(command), "objcopy --strip-debug '%s' '%s' 2>/dev/null",
		 fixture->self, copy);
	if (system(command))
		skip();
	calls = find(fixture, copy, "", elf_address((uintptr_t)note_caller));
	unlink(copy);
	assert_int_equal(calls.count, 1);
	assert_string_equal(calls.at[0].function, "note_caller");
	assert_null(calls.at[0].file);
}

static void test_demangles(void **state)
{
	char *name = recoat_demangle("_ZN5space8functionEi");

	(void)state;
	if (name)
		assert_string_equal(name, "space::function(int)");
	free(name);
	assert_null(recoat_demangle("plain"));
}

static void test_knows_allocators(void **state)
{
	static const char *const yes[] = {"malloc",
					  "calloc",
					  "operator new(unsigned long)",
					  "xmalloc",
					  "CRYPTO_malloc",
					  "xzalloc",
					  "__libc_malloc",
					  "std::vector<int>::push_back(int&&)"};
	static const char *const no[] = {"main", "mallocate", "", "zzz", "stdio"};

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		assert_true(recoat_is_allocator(yes[i]));
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(recoat_is_allocator(no[i]));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_gives_inlined_calls_with_lines),
		TEST(test_tells_of_missing_files),
		TEST(test_does_not_use_replaced_files),
		TEST(test_takes_no_fifo_nor_garbage_for_a_program),
		TEST(test_falls_back_to_symbols),
		TEST(test_demangles),
		TEST(test_knows_allocators),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
