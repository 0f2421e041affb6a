/* SPDX-License-Identifier: Apache-2.0 */
/* Size expressions: what they mean, and what is refused with its column. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "kernels/catalogue.h"

/* What reads may touch: everything else is "not mapped". */
static const struct {
	uint64_t words[4];
	const void *pointer;
	uint8_t bytes[8];
} memory = {
	.words = {100, 136, UINT64_MAX, 0x1122334455667788},
	.pointer = &memory,
	.bytes = {1, 2, 3, 4, 5, 6, 7, 8},
};
static unsigned reads;

static bool read_memory(uint64_t address, void *to, size_t bytes)
{
	uint64_t begin = (uint64_t)(uintptr_t)&memory;

	reads++;
	if (address < begin || address - begin > sizeof(memory) - bytes)
		return false;
	memcpy(to, (const char *)&memory + (address - begin), bytes);
	return true;
}

static void compile(struct recoat_size *size, const char *text)
{
	char message[160] = "";

	if (recoat_size_parse(size, text, message, sizeof(message)))
		fail_msg("'%s': %s", text, message);
}

/* Arguments: 7, 3, 0, the memory's address, an address that is not mapped, 6. */
static bool evaluate(const struct recoat_size *size, uint64_t *result)
{
	const uint64_t arguments[RECOAT_ARGUMENTS_MAX] = {
		7, 3, 0, (uint64_t)(uintptr_t)&memory, 16, 6,
	};

	return recoat_size_evaluate(size, arguments, read_memory, result);
}

static void expect_size(const char *text, uint64_t expected)
{
	struct recoat_size size;
	uint64_t result = 12345;

	compile(&size, text);
	if (!evaluate(&size, &result))
		fail_msg("'%s' has no value", text);
	if (result != expected)
		fail_msg("'%s': found %llu, expected %llu", text, (unsigned long long)result,
			 (unsigned long long)expected);
}

static void expect_no_size(const char *text)
{
	struct recoat_size size;
	uint64_t result = 12345;

	compile(&size, text);
	assert_false(evaluate(&size, &result));
	assert_int_equal(result, 12345);
}

static void expect_refused(const char *text, const char *words)
{
	struct recoat_size size;
	char message[160] = "";

	assert_int_equal(recoat_size_parse(&size, text, message, sizeof(message)), -EINVAL);
	if (!strstr(message, words))
		fail_msg("'%s': found '%s', expected '%s' in it", text, message, words);
	assert_int_equal(size.steps, 0);
}

static void numbers_and_arguments(void **state)
{
	(void)state;
	expect_size("42", 42);
	expect_size("18446744073709551615", UINT64_MAX);
	expect_size("arg0", 7);
	expect_size(" arg5 ", 6);
}

static void products_bind_closer_than_sums(void **state)
{
	(void)state;
	expect_size("1 + arg0 * arg1", 22);
	expect_size("(1 + arg0) * arg1", 24);
	expect_size("20 - arg0 - arg1", 10);
	expect_size("100 / arg0 / 2", 7);
	expect_size("2*(3+4)-5/(arg1-1)", 12);
}

static void what_is_no_size_has_no_value(void **state)
{
	(void)state;
	expect_no_size("arg1 - arg0");
	expect_no_size("18446744073709551615 + 2");
	expect_no_size("4294967296 * 4294967296");
	expect_no_size("vec(arg3 + 8 + 8, 1)"); /* Ends before it begins. */
	expect_size("4294967296 * 4294967295", 18446744069414584320u);
	expect_size("18446744073709551615 + arg2", UINT64_MAX);
}

static void arguments_may_be_narrow(void **state)
{
	(void)state;
	expect_size("u32(1311768467463790320)", 0x9abcdef0);
	expect_size("u16( 1311768467463790320 ) + u8(1311768467463790320)", 0xdef0 + 0xf0);
	expect_size("u64(1311768467463790320)", 1311768467463790320u);
	expect_size("u32(arg0) * u32(arg1 + 4294967296)", 21);
	expect_size("u32(arg3->u64[3])", 0x55667788);
}

static void loads_have_width_and_index(void **state)
{
	(void)state;
	expect_size("arg3->u64[1]", 136);
	expect_size("arg3->u8[24]", 0x88);
	expect_size("arg3->u16[13]", 0x5566);
	expect_size("arg3->u32[7]", 0x11223344);
	expect_size("arg3 -> u64 [ 0 ] * 2", 200);
	expect_size("arg3->u64[1]-arg3->u64[0]", 36);
}

static void pointers_are_followed(void **state)
{
	(void)state;
	expect_size("arg3->ptr[4]->ptr[4]->u64[0]", 100);
	expect_size("(arg3 + 32)->ptr[0]->u64[1]", 136);
	expect_size("arg3->ptr[4]->u8[40]", 1);
}

static void vectors_have_lengths(void **state)
{
	(void)state;
	expect_size("vec(arg3, 12)", 3);
	expect_size("2 * vec(arg3->ptr[4], 36) + 1", 3);
	expect_size("vec(arg3 + 8, 1)", UINT64_MAX - 136); /* From words[1] to words[2]. */
}

static void unmapped_memory_gives_no_value(void **state)
{
	(void)state;
	expect_no_size("arg4->u64[0]");
	expect_no_size("vec(arg4, 8)");
	expect_no_size("arg2->ptr[0]->u64[0]");
	expect_no_size("arg3->u64[1000]");
}

static void division_by_zero_gives_no_value(void **state)
{
	(void)state;
	expect_no_size("arg0 / arg2");
	expect_no_size("arg0 / (3 - arg1)");
}

static void only_loads_read(void **state)
{
	struct recoat_size size;
	uint64_t result;

	(void)state;
	compile(&size, "arg0 * 3 + 1");
	assert_false(size.loads);
	reads = 0;
	assert_true(evaluate(&size, &result));
	assert_int_equal(reads, 0);
	compile(&size, "arg3->u8[0]");
	assert_true(size.loads);
	compile(&size, "vec(arg3, 4)");
	assert_true(size.loads);
}

static void an_empty_expression_has_no_value(void **state)
{
	const struct recoat_size none = {0};
	uint64_t result;

	(void)state;
	assert_false(evaluate(&none, &result));
}

static void mistakes_are_refused_with_their_column(void **state)
{
	(void)state;
	expect_refused("", "column 1: found the end, expected a number, argN, vec(, TYPE( or (");
	expect_refused("   ", "column 4: found the end");
	expect_refused("arg6", "column 4: found '6', expected an argument's number, 0 to 5");
	expect_refused("arg", "column 4: found the end");
	expect_refused("arg10", "column 4: found '10'");
	expect_refused("arg0 +", "column 7: found the end");
	expect_refused("arg0 arg1", "column 6: found 'arg1', expected an operator or the end");
	expect_refused("(arg0", "column 6: found the end, expected an operator or )");
	expect_refused("arg0)", "column 5: found ')'");
	expect_refused("arg0->u24[0]", "column 7: found 'u24[0]', expected a type");
	expect_refused("arg0->u64", "expected [");
	expect_refused("arg0->u64[x]", "column 11: found 'x]', expected a number");
	expect_refused("arg0->u64[1", "expected ]");
	expect_refused("arg0->u64[-1]", "expected a number");
	expect_refused("arg0->u64[4294967296]", "column 11: found '4294967296]'");
	expect_refused("vec(arg0)", "expected ,");
	expect_refused("vec(arg0, 0)", "column 11: found '0)', expected an element size above 0");
	expect_refused("vec arg0", "expected ( behind vec");
	expect_refused("u32 + 1", "column 5: found '+ 1', expected ( behind the type");
	expect_refused("u32(arg0", "column 9: found the end, expected an operator or )");
	expect_refused("18446744073709551616", "64 bits");
	expect_refused("2 % 3", "column 3: found '% 3'");
}

static void long_and_deep_expressions_are_refused(void **state)
{
	char text[256] = "1";

	(void)state;
	for (int n = 0; n < 11; n++)
		strcat(text, " + 1");
	expect_size(text, 12); /* 23 steps. */
	strcat(text, " + 1");
	expect_refused(text, "too long");
	memset(text, '(', 100);
	strcpy(text + 100, "1");
	expect_refused(text, "column 17: found '((((((((((((((((', expected fewer nested");
	expect_size("((((((((((((((1))))))))))))))", 1);
}

static void a_short_message_buffer_is_respected(void **state)
{
	struct recoat_size size;
	char message[8] = "1234567";

	(void)state;
	assert_int_equal(recoat_size_parse(&size, "?", message, 4), -EINVAL);
	assert_string_equal(message, "col");
	assert_int_equal(message[4], '5');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_and_arguments),
		cmocka_unit_test(products_bind_closer_than_sums),
		cmocka_unit_test(what_is_no_size_has_no_value),
		cmocka_unit_test(arguments_may_be_narrow),
		cmocka_unit_test(loads_have_width_and_index),
		cmocka_unit_test(pointers_are_followed),
		cmocka_unit_test(vectors_have_lengths),
		cmocka_unit_test(unmapped_memory_gives_no_value),
		cmocka_unit_test(division_by_zero_gives_no_value),
		cmocka_unit_test(only_loads_read),
		cmocka_unit_test(an_empty_expression_has_no_value),
		cmocka_unit_test(mistakes_are_refused_with_their_column),
		cmocka_unit_test(long_and_deep_expressions_are_refused),
		cmocka_unit_test(a_short_message_buffer_is_respected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
