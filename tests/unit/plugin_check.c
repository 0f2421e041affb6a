/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of plugins, their options, and the structs that they export: taken and refused. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plugins/check/check.h"
#include "plugins/check/list.h"
#include "plugins/check/options.h"
#include "tests/unit/cmocka_all.h"

static char problem[512];

/* ---- Lists. ---- */

static struct recoat_plugin_list list;

static bool parse_list(const char *text)
{
	*problem = '\0';
	return recoat_plugin_list_parse(&list, text, problem, sizeof problem);
}

static void test_empty_list(void **state)
{
	(void)state;
	assert_true(parse_list(""));
	assert_int_equal(list.count, 0);
}

static void test_list(void **state)
{
	(void)state;
	assert_true(parse_list("verify:rate=0.1:on_mismatch=original,parallel,x_1:a"));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.request[0].name, "verify");
	assert_string_equal(list.request[0].options, "rate=0.1:on_mismatch=original");
	assert_string_equal(list.request[1].name, "parallel");
	assert_string_equal(list.request[1].options, "");
	assert_string_equal(list.request[2].options, "a");
	assert_int_equal(recoat_plugin_list_find(&list, "parallel", 8), 1);
	assert_int_equal(recoat_plugin_list_find(&list, "parallel", 4), -1);
}

static void refuse_list(const char *text, const char *expected)
{
	assert_false(parse_list(text));
	assert_non_null(strstr(problem, expected));
}

static void test_bad_lists(void **state)
{
	static char text[5000];

	(void)state;
	refuse_list(",", "found ''");
	refuse_list("a,", "found ''");
	refuse_list("a,,b", "found ''");
	refuse_list("a b", "found 'a b'");
	refuse_list("../a", "found '../a'");
	refuse_list("a,b:x=1,a", "found 'a' twice");
	memset(text, 'a', sizeof text - 1);
	refuse_list(text, "longer than 4095");
	text[70] = '\0';
	refuse_list(text, "expected a plugin's name");
	*text = '\0';
	for (int i = 0; i < RECOAT_PLUGINS_MAX + 1; i++)
		sprintf(text + strlen(text), "%sp%d", i ? "," : "", i);
	refuse_list(text, "more than 16");
}

/* ---- Options. ---- */

static const struct recoat_plugin_option options[] = {
	{.name = "on", .summary = "", .type = RECOAT_OPTION_BOOL, .standard = "no"},
	{.name = "threads",
	 .summary = "",
	 .type = RECOAT_OPTION_INTEGER,
	 .standard = "4",
	 .minimum = -2,
	 .maximum = 64},
	{.name = "size",
	 .summary = "",
	 .type = RECOAT_OPTION_SIZE,
	 .standard = "1G",
	 .minimum = 1024,
	 .maximum = 0x1p40},
	{.name = "rate",
	 .summary = "",
	 .type = RECOAT_OPTION_REAL,
	 .standard = "0.5",
	 .minimum = 0,
	 .maximum = 1},
	{.name = "how",
	 .summary = "",
	 .type = RECOAT_OPTION_CHOICE,
	 .standard = "slow",
	 .choices = "fast,slow"},
	{.name = "place", .summary = "", .type = RECOAT_OPTION_STRING},
	{.name = "any", .summary = "", .type = RECOAT_OPTION_INTEGER, .standard = "0"},
};

static void nothing(void)
{
}

static const struct recoat_plugin_swap swaps[] = {
	{"a.b", "c", nothing, NULL, NULL},
	{"a.b", "cpp", nothing, NULL, NULL},
};

static const struct recoat_plugin good = {
	.struct_size = sizeof good,
	.abi = RECOAT_PLUGIN_ABI,
	.abi_needed = 1,
	.name = "good",
	.version = "1",
	.summary = "none",
	.options = options,
	.option_count = sizeof options / sizeof options[0],
	.swaps = swaps,
	.swap_count = 2,
};

static struct recoat_plugin_values values;

static bool parse(const char *text)
{
	*problem = '\0';
	return recoat_plugin_options_parse(&values, &good, text, false, problem, sizeof problem);
}

static void test_defaults(void **state)
{
	(void)state;
	assert_true(parse(""));
	assert_int_equal(values.value[0].boolean, 0);
	assert_int_equal(values.value[1].integer, 4);
	assert_int_equal(values.value[2].size, 1ull << 30);
	assert_true(values.value[3].real == 0.5);
	assert_int_equal(values.value[4].choice, 1);
	assert_string_equal(values.value[5].text, "");
	for (int i = 0; i < 7; i++)
		assert_int_equal(values.value[i].given, 0);
}

static void test_values(void **state)
{
	(void)state;
	assert_true(parse("on:threads=-2:size=3K:rate=1e-2:how=fast:place=/a=b:any=-7"));
	assert_int_equal(values.value[0].boolean, 1);
	assert_int_equal(values.value[0].given, 1);
	assert_int_equal(values.value[1].integer, -2);
	assert_int_equal(values.value[2].size, 3072);
	assert_true(values.value[3].real == 0.01);
	assert_int_equal(values.value[4].choice, 0);
	assert_string_equal(values.value[4].text, "fast");
	assert_string_equal(values.value[5].text, "/a=b");
	assert_int_equal(values.value[6].integer, -7);
	assert_true(parse("on=off:size=1024G:threads=+64"));
	assert_int_equal(values.value[0].boolean, 0);
	assert_int_equal(values.value[2].size, 1ull << 40);
	assert_int_equal(values.value[1].integer, 64);
}

static void refuse(const char *text, const char *expected)
{
	assert_false(parse(text));
	if (!strstr(problem, expected))
		fail_msg("%s: %s", text, problem);
}

static void test_bad_values(void **state)
{
	(void)state;
	refuse("on=maybe", "option on: found 'maybe', expected yes or no");
	refuse("threads=0x4", "option threads: found '0x4', expected an integer from -2 to 64");
	refuse("threads=65", "found '65'");
	refuse("threads=-3", "found '-3'");
	refuse("threads= 3", "found ' 3'");
	refuse("threads=", "found ''");
	refuse("any=9223372036854775808", "found '9223372036854775808'");
	refuse("size=1T", "option size: found '1T', expected bytes");
	refuse("size=1KK", "found '1KK'");
	refuse("size=1023", "from 1024 to");
	refuse("size=-1", "found '-1'");
	refuse("size=99999999999999999G", "found '99999999999999999G'");
	refuse("rate=1.5", "option rate: found '1.5', expected a number from 0 to 1");
	refuse("rate=nan", "found 'nan'");
	refuse("rate=0.5x", "found '0.5x'");
	refuse("how=fas", "option how: found 'fas', expected one of fast,slow");
	refuse("how=fast,slow", "found 'fast,slow'");
	refuse("threads", "option threads: found 'yes'");
	refuse("speed=1", "found the option 'speed', expected on, threads, size");
	refuse("on:on", "found the option 'on' twice");
	refuse("on::rate=1", "found the option ''");
}

static void test_known_options_only(void **state)
{
	(void)state;
	assert_true(recoat_plugin_options_parse(&values, &good, "speed=1:threads=3", true, problem,
						sizeof problem));
	assert_int_equal(values.value[1].integer, 3);
}

/* ---- Structs. ---- */

static bool check(const struct recoat_plugin *plugin)
{
	*problem = '\0';
	return recoat_plugin_check(plugin, "good", problem, sizeof problem);
}

static void refuse_struct(const struct recoat_plugin *plugin, const char *expected)
{
	assert_false(check(plugin));
	if (!strstr(problem, expected))
		fail_msg("expected %s: %s", expected, problem);
}

static void test_good_struct(void **state)
{
	struct recoat_plugin later = good;

	(void)state;
	assert_true(check(&good));
	/* Made with a later header, but content with this host. */
	later.struct_size += 64;
	later.abi = RECOAT_PLUGIN_ABI + 5;
	assert_true(check(&later));
}

static void test_bad_structs(void **state)
{
	struct recoat_plugin bad = good;

	(void)state;
	bad.struct_size -= 8;
	refuse_struct(&bad, "found recoat_plugin.struct_size");
	bad = good, bad.abi = 0;
	refuse_struct(&bad, "found plugin ABI 0, expected 1 or later");
	bad = good, bad.abi = bad.abi_needed = RECOAT_PLUGIN_ABI + 1;
	refuse_struct(&bad, "needs ABI 3, expected at most 2");
	bad = good, bad.name = "other";
	refuse_struct(&bad, "found a plugin named 'other', expected 'good'");
	bad = good, bad.name = NULL;
	refuse_struct(&bad, "found a plugin named ''");
	bad = good, bad.version = NULL;
	refuse_struct(&bad, "found no version");
	bad = good, bad.options = NULL;
	refuse_struct(&bad, "found 7 options and 2 swaps");
	bad = good, bad.swap_count = RECOAT_PLUGIN_SWAPS_MAX + 1;
	refuse_struct(&bad, "257 swaps, expected tables of at most 64 and 256");
}

static void refuse_option(struct recoat_plugin_option option, const char *expected)
{
	struct recoat_plugin bad = good;

	bad.options = &option;
	bad.option_count = 1;
	refuse_struct(&bad, expected);
}

static void test_bad_option_tables(void **state)
{
	struct recoat_plugin_option option = options[1];

	(void)state;
	option.name = "two words";
	refuse_option(option, "option 0 has no name");
	option = options[1], option.type = 7;
	refuse_option(option, "option threads: found type 7");
	option = options[1], option.standard = "65";
	refuse_option(option, "option threads: found '65'");
	option = options[4], option.choices = NULL;
	refuse_option(option, "option how");
}

static void test_bad_swaps(void **state)
{
	struct recoat_plugin_swap wrong[2] = {swaps[0], swaps[1]};
	struct recoat_plugin bad = good;

	(void)state;
	bad.swaps = wrong;
	wrong[1].abi = "c";
	refuse_struct(&bad, "found kernel a.b of ABI c twice");
	wrong[1] = swaps[1], wrong[1].function = NULL;
	refuse_struct(&bad, "swap 1 has no function");
	wrong[1] = swaps[1], wrong[1].kernel = NULL;
	refuse_struct(&bad, "swap 1 has no kernel");
}

/* ---- Files. ---- */

static void test_missing_files(void **state)
{
	char file[PATH_MAX];

	(void)state;
	assert_false(recoat_plugin_find("", "x", NULL, file));
	assert_false(recoat_plugin_find(":/nowhere::", "x", "abi", file));
	assert_null(recoat_plugin_open("/nowhere/x.so", "x", problem, sizeof problem));
	assert_non_null(strstr(problem, "No such file"));
	assert_null(strstr(problem, "/nowhere/x.so: cannot open"));
}

static void test_no_plugin(void **state)
{
	Dl_info libc;

	(void)state;
	assert_true(dladdr((void *)(uintptr_t)strlen, &libc));
	assert_null(recoat_plugin_open(libc.dli_fname, "c", problem, sizeof problem));
	assert_non_null(strstr(problem, "no symbol recoat_plugin"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_list),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_bad_lists),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_known_options_only),
		cmocka_unit_test(test_good_struct),
		cmocka_unit_test(test_bad_structs),
		cmocka_unit_test(test_bad_option_tables),
		cmocka_unit_test(test_bad_swaps),
		cmocka_unit_test(test_missing_files),
		cmocka_unit_test(test_no_plugin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
