/* SPDX-License-Identifier: Apache-2.0 */
/* Branches that were taken down, against a search for each range. */
#include "tests/unit/cmocka_all.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "preload/code_branches.h"
#include "preload/maps.h"

#define CODE_BYTES 96
#define LONGEST 20 /* Bytes of a range: as many as a hook overwrites, and some. */

static struct recoat_mapping text_of(const uint8_t *code, size_t bytes)
{
	return (struct recoat_mapping){.start = (uint64_t)code, .end = (uint64_t)code + bytes};
}

static void assert_same(const struct recoat_mapping *text, uint64_t from, uint64_t end)
{
	bool expected = recoat_branches_search(text, from, end);

	if (recoat_branches_lead_into(text, from, end) != expected)
		fail_msg("range +0x%lx of %lu bytes: expected %d", from - text->start, end - from,
			 expected);
}

/* Opcodes everywhere, and displacements that mostly stay inside. */
static void fill(uint8_t *code)
{
	static const uint8_t bytes[] = {0xe8, 0xe9, 0x0f, 0x80, 0x8f, 0x00, 0xff, 0x10, 0x90};

	for (size_t i = 0; i < CODE_BYTES; i++)
		code[i] = rand() % 4 ? bytes[(size_t)rand() % sizeof(bytes)] : (uint8_t)rand();
	for (size_t i = 0; i + 6 < CODE_BYTES; i += 1 + (size_t)rand() % 12) {
		int32_t displacement = rand() % (2 * CODE_BYTES) - CODE_BYTES;

		code[i] = rand() % 2 ? 0xe8 : 0xe9;
		memcpy(code + i + 1, &displacement, sizeof(displacement));
	}
}

static void every_range_of_random_code(void **state)
{
	uint8_t code[CODE_BYTES];
	struct recoat_mapping text = text_of(code, sizeof(code));

	(void)state;
	srand(1);
	for (int round = 0; round < 300; round++) {
		fill(code);
		recoat_branches_forget();
		for (uint64_t from = text.start; from < text.end; from++)
			for (uint64_t end = from + 1; end <= text.end && end <= from + LONGEST;
			     end++)
				assert_same(&text, from, end);
	}
	recoat_branches_forget();
}

static void ask_around(const struct recoat_mapping *text, uint64_t at, unsigned *found)
{
	for (uint64_t from = at - 2; from < at + 3; from++) {
		assert_same(text, from, from + 1);
		assert_same(text, from, from + LONGEST);
		*found += recoat_branches_lead_into(text, from, from + 1);
	}
}

/* `names`: functions of the library, which others there call. */
static void compare_in(const char *library, const char *const *names)
{
	void *handle = dlopen(library, RTLD_NOW);
	unsigned found = 0, asked = 0;

	assert_non_null(handle);
	for (; *names; names++) {
		uint64_t address = (uint64_t)dlsym(handle, *names);
		struct recoat_mapping text;

		assert_true(address && recoat_maps_find(address, &text));
		for (uint64_t n = 0; n < 8; n++, asked += 5)
			ask_around(&text, address + 16 * n * n, &found);
	}
	assert_in_range(found, 1, asked - 1);
	dlclose(handle);
	recoat_branches_forget();
}

static void around_functions_of_libraries(void **state)
{
	static const char *const of_libc[] = {"malloc", "fflush", "qsort", "strtol", NULL};
	static const char *const of_libm[] = {"exp", "cosh", "lgamma", NULL};

	(void)state;
	compare_in("libc.so.6", of_libc);
	compare_in("libm.so.6", of_libm);
}

/* jmp to its own end, at the start and at the very end; a conditional jump needs both its bytes. */
static void at_both_ends(void **state)
{
	uint8_t code[] = {0xe9, 0, 0, 0, 0, 0x90, 0x90, 0x8f, 0xf4, 0xff, 0xff, 0xff};
	struct recoat_mapping text = text_of(code, sizeof(code));
	struct recoat_mapping cut = text_of(code + 7, 5), shorter = text_of(code, 8);

	(void)state;
	for (int question = 0; question < 3; question++) {
		assert_true(recoat_branches_lead_into(&text, text.start + 5, text.start + 6));
		assert_false(recoat_branches_lead_into(&text, text.start, text.start + 5));
	}
	code[6] = 0x0f;
	assert_false(recoat_branches_lead_into(&text, text.start, text.start + 1));
	recoat_branches_forget();
	for (int question = 0; question < 3; question++)
		assert_true(recoat_branches_lead_into(&text, text.start, text.start + 1));
	for (int question = 0; question < 3; question++)
		assert_false(recoat_branches_lead_into(&shorter, text.start, text.start + 1));
	for (int question = 0; question < 3; question++)
		assert_false(recoat_branches_lead_into(&cut, cut.start, cut.end));
	recoat_branches_forget();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_both_ends),
		cmocka_unit_test(every_range_of_random_code),
		cmocka_unit_test(around_functions_of_libraries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
