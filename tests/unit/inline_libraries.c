/* SPDX-License-Identifier: Apache-2.0 */
/* Real libraries: all that can be hooked is, and the program goes on as before. */
#include "tests/unit/cmocka_all.h"

#include <dlfcn.h>
#include <link.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "preload/elf_image.h"
#include "preload/inline_hook.h"

#define REASONS_MAX 64
#define HOOKS_MAX 60000

/* SURVEY="libcrypto.so.3 ..." prints what can be hooked of any library, and why not the rest. */
#define SURVEY getenv("SURVEY")

struct count {
	const char *reason;
	unsigned functions;
};

struct tally {
	unsigned functions, hooked;
	struct count count[REASONS_MAX];
};

static struct recoat_inline_hook hooks[HOOKS_MAX];
static unsigned hook_count;

static void count_reason(struct tally *tally, const char *reason)
{
	struct count *at = tally->count;

	while (at->reason && strcmp(at->reason, reason))
		at++;
	at->reason = reason;
	at->functions++;
}

/* Aliases come once. */
static bool is_prepared(uint64_t address)
{
	for (unsigned i = 0; i < hook_count; i++) {
		if (hooks[i].function == address)
			return true;
	}
	return false;
}

static void prepare_all(const char *name, struct tally *tally)
{
	struct link_map *map = dlopen(name, RTLD_NOW);
	struct recoat_module module = {0};
	struct recoat_elf_image image;

	*tally = (struct tally){0};
	hook_count = 0;
	if (!map)
		fail_msg("%s", dlerror());
	module.bias = map->l_addr;
	module.dynamic = map->l_ld;
	assert_true(recoat_elf_image_open(&image, &module));
	for (uint32_t i = 1; i < recoat_elf_symbol_count(&image) && hook_count < HOOKS_MAX; i++) {
		const ElfW(Sym) *symbol = &image.symbols[i];
		uint64_t address = image.bias + symbol->st_value;
		const char *reason;

		if (!recoat_elf_is_function(symbol) || is_prepared(address))
			continue;
		reason = recoat_inline_prepare(&hooks[hook_count], address, symbol->st_size);
		tally->functions++;
		if (reason)
			count_reason(tally, reason);
		else
			hook_count++;
	}
	tally->hooked = hook_count;
}

static void print_tally(const char *name, const struct tally *tally)
{
	fprintf(stderr, "# %s: %u of %u functions, %.1f%%\n", name, tally->hooked, tally->functions,
		100.0 * tally->hooked / tally->functions);
	for (const struct count *at = tally->count; at->reason; at++)
		fprintf(stderr, "#   %5u %s\n", at->functions, at->reason);
}

/* ---- A workload, and what it says. ---- */

static int by_value(const void *one, const void *other)
{
	return *(const int *)one - *(const int *)other;
}

static void use_libc(FILE *out)
{
	int numbers[500];
	char text[64], *end;

	for (int i = 0; i < 500; i++)
		numbers[i] = i * 7919 % 500;
	qsort(numbers, 500, sizeof *numbers, by_value);
	for (int i = 0; i < 500; i += 50) {
		snprintf(text, sizeof text, "%08x %+.12e", numbers[i], numbers[i] / 7.0);
		fprintf(out, "%s %ld %s\n", text, strtol(text, &end, 16), strchr(text, ' '));
	}
	for (int i = 0; i < 100; i++) {
		char *block = strdup(text);

		block = realloc(block, (size_t)i * 100 + 64);
		fprintf(out, "%zu %f %d\n", strlen(block), strtod(block + 9, NULL),
			memcmp(block, text, 20));
		free(block);
	}
}

static void use_libm(FILE *out)
{
	static double (*const functions[])(double) = {sin,  cos,  tan,    exp,    log,   sqrt, cbrt,
						      atan, asin, acos,   sinh,   cosh,  tanh, erf,
						      exp2, log2, tgamma, lgamma, expm1, log1p};

	for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
		for (double x = 0.01; x < 1; x += 0.07)
			fprintf(out, "%.17g ", functions[i](x));
	}
	fprintf(out, "%.17g %.17g %.17g\n", pow(2.5, 3.5), fmod(17.3, 2.1), atan2(1, 3));
}

/* In a child: hook all of the library, each function to itself, then work. */
static void work_in_child(const char *name, char *said, size_t size)
{
	int ends[2], status;
	ssize_t got;
	size_t have = 0;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		FILE *out = fdopen(ends[1], "w");
		struct tally tally;

		if (name)
			prepare_all(name, &tally);
		for (unsigned i = 0; name && i < hook_count; i++) {
			if (recoat_inline_enable(&hooks[i], hooks[i].original))
				_exit(3);
		}
		use_libc(out);
		use_libm(out);
		fclose(out);
		for (unsigned i = 0; name && i < hook_count; i++) {
			if (recoat_inline_disable(&hooks[i]))
				_exit(4);
		}
		_exit(name && hook_count < 20);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + have, size - 1 - have)) > 0)
		have += (size_t)got;
	said[have] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_true(have > 1000);
}

static char plain[1 << 16], hooked[1 << 16];

static void libc_goes_on_when_all_of_it_is_hooked(void **state)
{
	(void)state;
	work_in_child(NULL, plain, sizeof plain);
	work_in_child("libc.so.6", hooked, sizeof hooked);
	assert_string_equal(plain, hooked);
}

static void libm_goes_on_when_all_of_it_is_hooked(void **state)
{
	(void)state;
	work_in_child(NULL, plain, sizeof plain);
	work_in_child("libm.so.6", hooked, sizeof hooked);
	assert_string_equal(plain, hooked);
}

static void survey(void **state)
{
	char *list = SURVEY ? strdup(SURVEY) : strdup("libm.so.6");
	struct tally tally;

	(void)state;
	for (char *name = strtok(list, " "); name; name = strtok(NULL, " ")) {
		prepare_all(name, &tally);
		assert_true(tally.hooked > 0);
		if (SURVEY)
			print_tally(name, &tally);
	}
	free(list);
}

static int init(void **state)
{
	(void)state;
	recoat_inline_init();
	return 0;
}

int main(void)
{
#ifdef __SANITIZE_THREAD__
	/* It has a thread that blocks all signals, so that the threads cannot be stopped. */
	puts("1..0 # SKIP not under ThreadSanitizer");
	return 0;
#endif
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libc_goes_on_when_all_of_it_is_hooked),
		cmocka_unit_test(libm_goes_on_when_all_of_it_is_hooked),
		cmocka_unit_test(survey),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
