/* SPDX-License-Identifier: Apache-2.0 */
/* The RECOAT_* variables: what they mean, and which values are refused with what words. */
#include "tests/unit/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload/settings.h"
#include "recoat/recording.h"

static struct recoat_settings settings;
static char problem[1024];

static bool read_with(const char *name, const char *value)
{
	static const char *const all[] = {"RECOAT_OUTPUT",      "RECOAT_HEAP",   "RECOAT_KERNELS",
					  "RECOAT_KERNEL_PATH", "RECOAT_FOLLOW", "RECOAT_CPU"};

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		unsetenv(all[i]);
	if (name)
		setenv(name, value, 1);
	memset(&settings, 0, sizeof settings);
	problem[0] = '\0';
	return recoat_settings_read(&settings, problem, sizeof problem);
}

static void defaults(void **state)
{
	char expected[PATH_MAX + 64];
	char here[PATH_MAX];

	(void)state;
	assert_true(read_with(NULL, NULL));
	snprintf(expected, sizeof expected, "%s/recoat-%s-%d", getcwd(here, sizeof here),
		 recoat_program_name(), (int)getpid());
	assert_string_equal(settings.output, expected);
	assert_int_equal(settings.heap.level, RECOAT_HEAP_PROFILE);
	assert_int_equal(settings.cpu_rate, RECOAT_CPU_RATE);
	assert_true(settings.follow);
	assert_string_equal(settings.kernels, "");
}

static void output_is_expanded(void **state)
{
	char expected[256];

	(void)state;
	assert_true(read_with("RECOAT_OUTPUT", "/tmp/a-%p-%e-100%%"));
	snprintf(expected, sizeof expected, "/tmp/a-%d-%s-100%%", (int)getpid(),
		 recoat_program_name());
	assert_string_equal(settings.output, expected);
}

static void a_relative_output_is_absolute_for_children(void **state)
{
	char here[PATH_MAX], expected[PATH_MAX + 16];

	(void)state;
	assert_non_null(getcwd(here, sizeof here));
	assert_true(read_with("RECOAT_OUTPUT", "a-%p"));
	snprintf(expected, sizeof expected, "%s/a-%%p", here);
	assert_string_equal(getenv("RECOAT_OUTPUT"), expected);
	snprintf(expected, sizeof expected, "%s/a-%d", here, (int)getpid());
	assert_string_equal(settings.output, expected);
}

static void output_with_another_letter_is_refused(void **state)
{
	(void)state;
	assert_false(read_with("RECOAT_OUTPUT", "/tmp/%q"));
	assert_non_null(strstr(problem, "RECOAT_OUTPUT"));
	assert_non_null(strstr(problem, "/tmp/%q"));
	assert_false(read_with("RECOAT_OUTPUT", "/tmp/%"));
}

static void output_that_is_too_long_is_refused(void **state)
{
	static char path[PATH_MAX + 10];

	(void)state;
	memset(path, 'x', sizeof path - 1);
	path[0] = '/';
	assert_false(read_with("RECOAT_OUTPUT", path));
}

static void heap_levels(void **state)
{
	(void)state;
	assert_true(read_with("RECOAT_HEAP", "off"));
	assert_int_equal(settings.heap.level, RECOAT_HEAP_OFF);
	assert_true(read_with("RECOAT_HEAP", "profile"));
	assert_int_equal(settings.heap.level, RECOAT_HEAP_PROFILE);
	assert_int_equal(settings.heap.period, 0);
	assert_false(read_with("RECOAT_HEAP", "everything"));
	assert_non_null(strstr(problem,
			       "found 'everything', expected profile, trace, sample:BYTES or off"));
}

static void sampling_has_a_period(void **state)
{
	static const struct {
		const char *value;
		uint64_t period; /* 0: refused. */
	} cases[] = {
		{"sample:1", 1},
		{"sample:524288", 524288},
		{"sample:512K", 512 << 10},
		{"sample:3M", 3 << 20},
		{"sample:2G", 2ull << 30},
		{"sample:1024G", 1ull << 40},
		{"sample", 0},
		{"sample:", 0},
		{"sample:0", 0},
		{"sample:0K", 0},
		{"sample:-1", 0},
		{"sample: 1", 0},
		{"sample:K", 0},
		{"sample:1k", 0},
		{"sample:1KB", 0},
		{"sample:1.5M", 0},
		{"sample:1025G", 0},
		{"sample:99999999999999999999", 0},
		{"sample:18446744073709551617", 0},
		{"SAMPLE:1", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(read_with("RECOAT_HEAP", cases[i].value), cases[i].period != 0);
		if (!cases[i].period)
			continue;
		assert_int_equal(settings.heap.level, RECOAT_HEAP_SAMPLE);
		assert_int_equal(settings.heap.period, cases[i].period);
	}
}

static void cpu_rate_is_a_number(void **state)
{
	static const char *const refused[] = {"off", "-1", "10001", "97x", "0x10", " 5"};

	(void)state;
	assert_true(read_with("RECOAT_CPU", "0"));
	assert_int_equal(settings.cpu_rate, 0);
	assert_true(read_with("RECOAT_CPU", "10000"));
	assert_int_equal(settings.cpu_rate, 10000);
	assert_true(read_with("RECOAT_CPU", ""));
	assert_int_equal(settings.cpu_rate, RECOAT_CPU_RATE);
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		assert_false(read_with("RECOAT_CPU", refused[i]));
	assert_non_null(strstr(problem, "RECOAT_CPU: found ' 5', expected samples a second"));
}

static void follow_is_a_switch(void **state)
{
	(void)state;
	assert_true(read_with("RECOAT_FOLLOW", "0"));
	assert_false(settings.follow);
	assert_false(read_with("RECOAT_FOLLOW", "maybe"));
	assert_non_null(strstr(problem, "RECOAT_FOLLOW"));
}

static void own_catalogues_come_first(void **state)
{
	(void)state;
	assert_true(read_with("RECOAT_KERNEL_PATH", "/a:/b"));
	assert_int_equal(strncmp(settings.kernel_path, "/a:/b:/", 7), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults),
		cmocka_unit_test(output_is_expanded),
		cmocka_unit_test(a_relative_output_is_absolute_for_children),
		cmocka_unit_test(output_with_another_letter_is_refused),
		cmocka_unit_test(output_that_is_too_long_is_refused),
		cmocka_unit_test(heap_levels),
		cmocka_unit_test(cpu_rate_is_a_number),
		cmocka_unit_test(sampling_has_a_period),
		cmocka_unit_test(follow_is_a_switch),
		cmocka_unit_test(own_catalogues_come_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
