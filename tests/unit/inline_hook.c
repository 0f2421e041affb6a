/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks on functions of all shapes: the same results through them, and refusals with reasons. */
#include "tests/unit/cmocka_all.h"

#include <link.h>
#include <string.h>
#include <sys/mman.h>

#include "preload/code_memory.h"
#include "preload/inline_hook.h"
#include "preload/maps.h"
#include "preload/modules.h"
#include "preload/slot.h"
#include "tests/unit/inline_shapes.h"

typedef uint64_t function(uint64_t, uint64_t);

static const uint64_t arguments[][2] = {{0, 0}, {0, 7}, {3, 4}, {41, 1u << 31}, {1ull << 40, 9}};
#define ARGUMENTS (sizeof arguments / sizeof *arguments)

static uint64_t counted = 3; /* In .data. */
static function *original;
static unsigned calls;

static uint64_t replacement(uint64_t one, uint64_t other)
{
	calls++;
	return original(one, other);
}

static const char *prepare(struct recoat_inline_hook *hook, const struct inline_shape *shape)
{
	return recoat_inline_prepare(hook, (uint64_t)shape->function, shape->size);
}

static void assert_string(const char *name, const char *found, const char *expected)
{
	if (found != expected && (!found || !expected || strcmp(found, expected)))
		fail_msg("%s: found '%s', expected '%s'", name, found ? found : "(none)",
			 expected ? expected : "(none)");
}

/* All registers that functions may use, some with values that show if they are changed. */
static void call_all(uint64_t entry, struct inline_registers *results)
{
	for (size_t i = 0; i < ARGUMENTS; i++) {
		results[i] = (struct inline_registers){
			.rax = 100 + i,
			.rdx = 2,
			.rcx = 3,
			.rbx = 4,
			.rbp = 5,
			.r8 = 8,
			.r9 = 9,
			.r10 = 10,
			.r12 = 12,
			.r13 = 13,
			.r14 = 14,
			.r15 = 15,
			.xmm0 = 16,
			.rdi = arguments[i][0],
			.rsi = arguments[i][1],
		};
		inline_call(entry, &results[i]);
	}
}

/* What a function of C between may change, by the psABI. */
static void forget_scratch(struct inline_registers *results)
{
	for (size_t i = 0; i < ARGUMENTS; i++) {
		struct inline_registers *at = &results[i];

		at->rdx = at->rcx = at->rsi = at->rdi = at->r8 = at->r9 = at->r10 = at->xmm0 = 0;
	}
}

static void hook_and_call(const struct inline_shape *shape)
{
	struct inline_registers before[ARGUMENTS], results[ARGUMENTS];
	uint64_t entry = (uint64_t)shape->function;
	uint8_t code[64];
	struct recoat_inline_hook hook;

	memcpy(code, (const void *)entry, sizeof code);
	call_all(entry, before);
	assert_string(shape->name, prepare(&hook, shape), NULL);
	assert_memory_equal(code, (const void *)entry, sizeof code);
	call_all(hook.original, results);
	assert_memory_equal(before, results, sizeof before);

	original = (function *)hook.original;
	calls = 0;
	assert_string(shape->name, recoat_inline_enable(&hook, hook.original), NULL);
	call_all(entry, results);
	assert_string(shape->name, recoat_inline_disable(&hook), NULL);
	assert_memory_equal(before, results, sizeof before);
	assert_memory_equal(code, (const void *)entry, sizeof code);
	assert_int_equal(calls, 0);

	assert_string(shape->name, recoat_inline_enable(&hook, (uint64_t)replacement), NULL);
	call_all(entry, results);
	assert_string(shape->name, recoat_inline_disable(&hook), NULL);
	assert_true(calls >= ARGUMENTS);
	forget_scratch(before);
	forget_scratch(results);
	assert_memory_equal(before, results, sizeof before);

	calls = 0;
	call_all(entry, results);
	assert_int_equal(calls, 0);
}

static void every_shape_is_hooked_or_refused(void **state)
{
	struct recoat_inline_hook hook;

	(void)state;
	for (const struct inline_shape *at = inline_shapes; at->name; at++) {
		if (at->refusal)
			assert_string(at->name, prepare(&hook, at), at->refusal);
		else
			hook_and_call(at);
	}
}

static const struct inline_shape *shape(const char *name)
{
	const struct inline_shape *at = inline_shapes;

	while (strcmp(at->name, name))
		at++;
	return at;
}

static void assert_refused(uint64_t start, uint64_t size, const char *expected)
{
	struct recoat_inline_hook hook;

	assert_string(expected, recoat_inline_prepare(&hook, start, size), expected);
	assert_string(expected, recoat_inline_enable(&hook, start), "it was not prepared");
	assert_string(expected, recoat_inline_disable(&hook), "it is not hooked");
}

static void only_code_of_files_is_touched(void **state)
{
	char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t here = (uint64_t)page;

	(void)state;
	memset(page, 0x90, 4096);
	assert_refused(here, 16, "its memory is writable: generated code");
	mprotect(page, 4096, PROT_READ);
	assert_refused(here, 16, "its memory is not executable and readable");
	mprotect(page, 4096, PROT_READ | PROT_EXEC);
	assert_refused(here, 16, "its memory is not of a loaded file");
	munmap(page, 4096);
	assert_refused(here, 16, "it is not in mapped memory");
	assert_refused(0, 16, "it is not in mapped memory");
	assert_refused((uint64_t)replacement, 1ull << 40, "its size reaches beyond its memory");
}

/* Behind a return, only what is known to be the function's or padding may be overwritten. */
static void an_unknown_size_is_looked_up(void **state)
{
	struct recoat_inline_hook hook;

	(void)state;
	assert_null(recoat_inline_prepare(&hook, (uint64_t)shape("short_but_padded")->function, 0));
	assert_refused((uint64_t)shape("too_short")->function, 0,
		       "it ends before there is room for a jump");
	assert_refused((uint64_t)not_padding, 0, "it ends before there is room for a jump");
	assert_refused((uint64_t)of_unknown_size, 0, "its size is not known");
	assert_null(recoat_inline_prepare(&hook, (uint64_t)of_unknown_size, 7));
	assert_null(recoat_inline_prepare(&hook, (uint64_t)long_of_unknown_size, 0));
}

static void one_hook_a_function(void **state)
{
	const struct inline_shape *frame = shape("frame");
	struct recoat_inline_hook hook, other;

	(void)state;
	assert_null(prepare(&hook, frame));
	assert_null(prepare(&other, frame));
	assert_null(recoat_inline_enable(&hook, hook.original));
	assert_string("again", recoat_inline_enable(&hook, hook.original), "it is hooked already");
	assert_string("other", recoat_inline_enable(&other, other.original),
		      "somebody else has changed its first bytes");
	assert_string("third", prepare(&other, frame), "it is hooked already");
	assert_null(recoat_inline_disable(&hook));
	assert_string("twice", recoat_inline_disable(&hook), "it is not hooked");
}

/* What others write over our jump stays. */
static void bytes_of_others_stay(void **state)
{
	const struct inline_shape *frame = shape("frame");
	static const uint8_t theirs[] = {0xe9, 1, 2, 3, 4};
	uint8_t ours[sizeof theirs];
	struct recoat_inline_hook hook;

	(void)state;
	assert_null(prepare(&hook, frame));
	assert_null(recoat_inline_enable(&hook, hook.original));
	memcpy(ours, (const void *)hook.function, sizeof ours);
	assert_null(recoat_code_write(hook.function, theirs, sizeof theirs));
	assert_string("off", recoat_inline_disable(&hook),
		      "somebody else has changed its first bytes");
	assert_memory_equal((const void *)hook.function, theirs, sizeof theirs);
	assert_null(recoat_code_write(hook.function, ours, sizeof ours));
	assert_null(recoat_inline_disable(&hook));
}

static bool is_weak(const struct recoat_mapping *mapping, void *weak)
{
	*(bool *)weak |=
		(mapping->protection & (PROT_WRITE | PROT_EXEC)) == (PROT_WRITE | PROT_EXEC);
	return false;
}

static void no_page_is_writable_and_executable(void **state)
{
	struct recoat_inline_hook hook;
	struct recoat_mapping text;
	bool weak = false;

	(void)state;
	assert_null(prepare(&hook, shape("protected_frame")));
	assert_null(recoat_inline_enable(&hook, hook.original));
	assert_true(recoat_maps_visit(is_weak, &weak));
	assert_false(weak);
	assert_true(recoat_maps_find(hook.function, &text));
	assert_int_equal(text.protection, PROT_READ | PROT_EXEC);
	assert_null(recoat_inline_disable(&hook));
}

static int find_own(struct dl_phdr_info *info, size_t size, void *data)
{
	struct recoat_module *module = data;

	(void)size;
	*module = (struct recoat_module){
		.bias = info->dlpi_addr,
		.headers = info->dlpi_phdr,
		.header_count = info->dlpi_phnum,
	};
	return 1; /* The executable comes first. */
}

static void slots_are_written_through_relro(void **state)
{
	/* The table of shapes has been relocated, so it is read-only since. */
	uint64_t slot = (uint64_t)&inline_shapes[0].refusal;
	struct recoat_mapping before, after;
	struct recoat_module module;

	(void)state;
	dl_iterate_phdr(find_own, &module);
	assert_true(recoat_maps_find(slot, &before));
	assert_int_equal(before.protection, PROT_READ);
	assert_true(recoat_slot_write(&module, slot, 77));
	assert_int_equal(*(const volatile uint64_t *)slot, 77);
	assert_true(recoat_maps_find(slot, &after));
	assert_int_equal(after.protection, PROT_READ);
	assert_true(recoat_slot_write(&module, slot, 0));
	/* Data stays writable. */
	assert_true(recoat_slot_write(&module, (uint64_t)&counted, 1));
	assert_int_equal(counted, 1);
	counted = 2;
}

static int open_decoder(void **state)
{
	struct recoat_inline_hook hook;

	(void)state;
	if (!recoat_inline_prepare(&hook, (uint64_t)replacement, 0))
		return -1; /* Without a decoder there is no hook. */
	recoat_inline_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shape_is_hooked_or_refused),
		cmocka_unit_test(only_code_of_files_is_touched),
		cmocka_unit_test(an_unknown_size_is_looked_up),
		cmocka_unit_test(one_hook_a_function),
		cmocka_unit_test(bytes_of_others_stay),
		cmocka_unit_test(no_page_is_writable_and_executable),
		cmocka_unit_test(slots_are_written_through_relro),
	};

	return cmocka_run_group_tests(tests, open_decoder, NULL);
}
