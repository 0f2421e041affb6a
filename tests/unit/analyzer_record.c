/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of what record looks at before it starts a command. */
#include "tests/unit/cmocka_all.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/command.h"
#include "analyzer/error.h"
#include "analyzer/program.h"
#include "analyzer/recording_place.h"
#include "analyzer/runtime.h"
#include "tests/unit/analyzer_fixture.h"

static void assert_says(const struct recoat_error *error, const char *text)
{
	if (!strstr(error->text, text))
		fail_msg("found \"%s\", expected \"%s\" in it", error->text, text);
}

/* An executable file with these bytes; its path, for the caller to free. */
static char *add_program(const char *directory, const char *name, const void *bytes, size_t length)
{
	char *path = fixture_path(directory, name);

	fixture_write(directory, name, bytes, length);
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

/* An ELF file with one segment of this type, which names a loader. */
struct elf {
	Elf64_Ehdr head;
	Elf64_Phdr segment;
	char loader[64];
};

static struct elf make_elf(uint32_t segment, const char *loader)
{
	struct elf elf = {
		.head = {.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB},
			 .e_type = ET_DYN,
			 .e_machine = EM_X86_64,
			 .e_phoff = offsetof(struct elf, segment),
			 .e_phentsize = sizeof(Elf64_Phdr),
			 .e_phnum = 1},
		.segment = {.p_type = segment, .p_offset = offsetof(struct elf, loader)},
	};

	snprintf(elf.loader, sizeof(elf.loader), "%s", loader);
	return elf;
}

static void assert_check(const char *directory, const void *bytes, size_t length, int result,
			 const char *text)
{
	char *path = add_program(directory, "program", bytes, length);
	struct recoat_error error = {""};

	assert_int_equal(recoat_program_check(path, &error), result);
	assert_says(&error, text);
	free(path);
}

static void test_tells_programs_that_cannot_be_preloaded_into(void **state)
{
	struct elf elf = make_elf(PT_INTERP, "/lib64/ld-linux-x86-64.so.2");

	assert_check(*state, &elf, sizeof(elf), 0, "");
	elf = make_elf(PT_DYNAMIC, "");
	assert_check(*state, &elf, sizeof(elf), -ENOTSUP, "statically linked");
	elf = make_elf(PT_INTERP, "/lib/ld-musl-x86_64.so.1");
	assert_check(*state, &elf, sizeof(elf), -ENOTSUP, "\"/lib/ld-musl-x86_64.so.1\", expected");
	elf = make_elf(PT_INTERP, "/lib64/ld-linux-x86-64.so.2");
	elf.head.e_machine = EM_AARCH64;
	assert_check(*state, &elf, sizeof(elf), -ENOTSUP, "machine 183, expected");
	elf.head.e_machine = EM_X86_64;
	elf.head.e_type = ET_REL;
	assert_check(*state, &elf, sizeof(elf), -ENOEXEC, "ELF type 1");
	elf.head.e_type = ET_EXEC;
	elf.head.e_phoff = 1 << 20;
	assert_check(*state, &elf, sizeof(elf), -ENOEXEC, "damaged");
	assert_check(*state, &elf, 20, -ENOEXEC, "truncated");
}

static void test_tells_programs_with_more_rights(void **state)
{
	struct elf elf = make_elf(PT_INTERP, "/lib64/ld-linux-x86-64.so.2");
	char *path = add_program(*state, "program", &elf, sizeof(elf));
	struct recoat_error error = {""};

	if (getuid() || chown(path, 12345, getgid())) {
		free(path);
		skip();
	}
	assert_int_equal(chmod(path, 04755), 0);
	assert_int_equal(recoat_program_check(path, &error), -ENOTSUP);
	assert_says(&error, "set-user-id");
	assert_int_equal(chown(path, getuid(), 12345), 0);
	assert_int_equal(chmod(path, 02755), 0);
	assert_int_equal(recoat_program_check(path, &error), -ENOTSUP);
	assert_says(&error, "set-group-id");
	free(path);
}

static void test_follows_scripts(void **state)
{
	struct elf elf = make_elf(PT_NULL, "");
	char *program = add_program(*state, "static", &elf, sizeof(elf)), *line = NULL;

	assert_check(*state, "#!/bin/sh\n", 10, 0, "");
	assert_check(*state, "echo plain\n", 11, 0, "");
	assert_check(*state, "#! /nonexistent x\n", 18, -ENOEXEC, "interpreter /nonexistent");
	assert_true(asprintf(&line, "#!%s -x\n", program) > 0);
	assert_check(*state, line, strlen(line), -ENOTSUP, "/static: statically linked");
	free(line);
	assert_true(asprintf(&line, "#!%s/program\n", (char *)*state) > 0);
	assert_check(*state, line, strlen(line), -ENOEXEC, "too many nested scripts");
	free(line);
	free(program);
}

static void test_finds_programs_as_a_shell_does(void **state)
{
	char *first = fixture_directory(*state, "first"),
	     *second = fixture_directory(*state, "second");
	char *path = NULL, *found, *expected = fixture_path(second, "tool");
	struct recoat_error error;
	int status = 0;

	assert_true(asprintf(&path, "%s:%s", first, second) > 0);
	fixture_write(first, "tool", "", 0);
	fixture_write(first, "data", "", 0);
	free(add_program(second, "tool", "", 0));
	found = recoat_program_find("tool", path, &status, &error);
	assert_string_equal(found, expected);
	free(found);
	assert_null(recoat_program_find("none", path, &status, &error));
	assert_int_equal(status, RECOAT_EXIT_NOT_FOUND);
	assert_says(&error, "none: program not found in PATH");
	assert_null(recoat_program_find("data", path, &status, &error));
	assert_int_equal(status, RECOAT_EXIT_CANNOT_RUN);
	assert_null(recoat_program_find("/nonexistent/x", path, &status, &error));
	assert_int_equal(status, RECOAT_EXIT_NOT_FOUND);
	assert_null(recoat_program_find(first, path, &status, &error));
	assert_int_equal(status, RECOAT_EXIT_CANNOT_RUN);
	assert_null(recoat_program_find("", path, &status, &error));
	free(expected);
	free(path);
	free(first);
	free(second);
}

static void assert_place(const char *directory, const char *name, int result, const char *text)
{
	char *path = fixture_path(directory, name);
	struct recoat_error error = {""};

	assert_int_equal(recoat_place_check(path, &error), result);
	assert_says(&error, text);
	free(path);
}

static void test_looks_at_the_place_of_the_recording(void **state)
{
	char *full, *recording, *link, *trace;

	assert_place(*state, "new", 0, "");
	assert_place(*state, "new/", 0, "");
	assert_place(*state, "none/new", -ENOENT, "cannot be created");
	free(fixture_directory(*state, "empty"));
	assert_place(*state, "empty", 0, "");
	full = fixture_directory(*state, "full");
	fixture_write(full, "file", "", 0);
	assert_place(*state, "full", -ENOTEMPTY, "holds other files");
	assert_place(*state, "full/file", -ENOTDIR, "not a directory");
	assert_place(*state, "full/file/new", -ENOTDIR, "not a directory");
	recording = fixture_directory(*state, "recording");
	trace = fixture_directory(recording, "a-1-1");
	fixture_metadata(trace);
	assert_place(*state, "recording", -EEXIST, "holds a recording already");
	link = fixture_path(*state, "link");
	assert_int_equal(symlink(full, link), 0);
	assert_place(*state, "link", -ELOOP, "symbolic link");
	free(full);
	free(recording);
	free(trace);
	free(link);
}

static void test_makes_the_place(void **state)
{
	char *path = fixture_path(*state, "new"), *made;
	struct recoat_error error;
	struct stat about;

	made = recoat_place_make(path, "program", 1, &error);
	assert_non_null(made);
	assert_int_equal(made[0], '/');
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0700);
	recoat_place_remove(path, "program", 1);
	assert_int_equal(access(path, F_OK), -1);
	free(made);
	made = recoat_place_name(NULL, "program", 42);
	assert_string_equal(made, "./recoat-program-42");
	free(made);
	free(path);
}

/* The value of a variable in an environment, NULL if it is not there. */
static const char *value_of(char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (; *environment; environment++)
		if (!strncmp(*environment, name, length) && (*environment)[length] == '=')
			return *environment + length + 1;
	return NULL;
}

static void test_tells_the_runtime(void **state)
{
	const struct recoat_runtime_settings settings = {
		.library = "/lib/librecoat.so", .output = "/tmp/100%", .heap = "off"};
	static char **environment; /* Never freed, as it is for a process that ends with it. */

	(void)state;
	setenv("LD_PRELOAD", "/lib/other.so", 1);
	setenv("RECOAT_KERNELS", "a*", 1);
	setenv("RECOAT_KERNEL_PATH", "proc/self/../:/nonexistent", 1);
	assert_int_equal(chdir("/"), 0);
	environment = recoat_runtime_environment(&settings);
	assert_string_equal(value_of(environment, "LD_PRELOAD"), "/lib/librecoat.so:/lib/other.so");
	assert_string_equal(value_of(environment, "RECOAT_OUTPUT"), "/tmp/100%%");
	assert_string_equal(value_of(environment, "RECOAT_HEAP"), "off");
	assert_string_equal(value_of(environment, "RECOAT_KERNELS"), "a*");
	assert_string_equal(value_of(environment, "RECOAT_KERNEL_PATH"), "/proc:/nonexistent");
	assert_null(value_of(environment, "RECOAT_PLUGIN_PATH"));
	assert_string_equal(value_of(environment, "PATH"), getenv("PATH"));
	unsetenv("RECOAT_KERNEL_PATH");
	unsetenv("LD_PRELOAD");
	unsetenv("RECOAT_KERNELS");
}

static void assert_settings(const char *kernels, const char *heap, const char *text)
{
	struct recoat_error error = {""};

	assert_int_equal(!!recoat_runtime_check(kernels, heap, NULL, NULL, &error), !!*text);
	assert_says(&error, text);
}

static void test_checks_what_the_runtime_is_told(void **state)
{
	static const char good[] = "[one.kernel]\nabi = c\nsymbol = one\n";
	static const char bad[] = "[one.kernel]\nabi = c\nsymbol = one\nsize = arg9\n";
	struct recoat_error error = {""};

	setenv("RECOAT_KERNEL_PATH", *state, 1);
	fixture_write(*state, "a.kernels", good, strlen(good));
	assert_settings(NULL, NULL, "");
	assert_settings("one.*", "profile", "");
	assert_settings("two*", NULL, "found \"two*\", expected a glob that matches one of: one.k");
	assert_settings("one*,two", NULL, "found \"two\"");
	assert_settings("", NULL, "found \"\"");
	assert_settings(",", NULL, "found \",\"");
	assert_settings(NULL, "full",
			"heap: found \"full\", expected profile, trace, sample:BYTES or off");
	assert_true(recoat_runtime_check(NULL, NULL, "10001", NULL, &error) < 0);
	assert_says(&error, "cpu: found \"10001\", expected samples a second from 0");
	assert_int_equal(recoat_runtime_check(NULL, NULL, "0", NULL, &error), 0);
	fixture_write(*state, "b.kernels", bad, strlen(bad));
	assert_settings(NULL, NULL, "/b.kernels:4: ");
	setenv("RECOAT_KERNEL_PATH", "/proc/self:/nonexistent/dir", 1);
	assert_settings(NULL, NULL, "found \"/nonexistent/dir\", expected a directory");
	setenv("RECOAT_KERNEL_PATH", "/proc/self/maps", 1);
	assert_settings(NULL, NULL, "found \"/proc/self/maps\", expected a directory");
	unsetenv("RECOAT_KERNEL_PATH");
}

static void test_finds_the_runtime(void **state)
{
	char *spaced = fixture_directory(*state, "a b"), *path = fixture_path(spaced, "l.so");
	struct recoat_error error;
	char *library;

	setenv("RECOAT_LIBRARY", "/nonexistent/l.so", 1);
	assert_true(recoat_runtime_find(&library, &error) < 0);
	assert_says(&error, "/nonexistent/l.so: the runtime is not there");
	setenv("RECOAT_LIBRARY", path, 1);
	fixture_write(spaced, "l.so", "", 0);
	assert_true(recoat_runtime_find(&library, &error) < 0);
	assert_says(&error, "blank or colon");
	setenv("RECOAT_LIBRARY", "/bin/sh", 1);
	assert_int_equal(recoat_runtime_find(&library, &error), 0);
	free(library);
	unsetenv("RECOAT_LIBRARY");
	free(spaced);
	free(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_tells_programs_that_cannot_be_preloaded_into),
		TEST(test_tells_programs_with_more_rights),
		TEST(test_follows_scripts),
		TEST(test_finds_programs_as_a_shell_does),
		TEST(test_looks_at_the_place_of_the_recording),
		TEST(test_makes_the_place),
		TEST(test_tells_the_runtime),
		TEST(test_checks_what_the_runtime_is_told),
		TEST(test_finds_the_runtime),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
