/* SPDX-License-Identifier: Apache-2.0 */
/* Hooks on functions of all shapes: the same results through them, and refusals with reasons. */
#include "tests/unit/cmocka_all.h"

#include <string.h>

#include "preload/inline_hook.h"
#include "tests/unit/inline_shapes.h"

typedef uint64_t function(uint64_t, uint64_t);

static const uint64_t arguments[][2] = {{0, 0}, {0, 7}, {3, 4}, {41, 1u << 31}, {1ull << 40, 9}};
#define ARGUMENTS (sizeof arguments / sizeof *arguments)

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
	};

	return cmocka_run_group_tests(tests, open_decoder, NULL);
}
