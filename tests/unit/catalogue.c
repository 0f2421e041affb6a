/* SPDX-License-Identifier: Apache-2.0 */
/* Catalogues: parsing, searching, matching, and refusal by file and line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "kernels/catalogue.h"

static struct recoat_catalogue catalogue;
static struct recoat_catalogue_error error;

static int begin(void **state)
{
	(void)state;
	memset(&catalogue, 0, sizeof(catalogue));
	memset(&error, 0, sizeof(error));
	return 0;
}

/* From memory without a byte to spare, so that a sanitizer sees reads past the end. */
static int parse(const char *text)
{
	size_t length = strlen(text);
	char *exact = malloc(length ? length : 1);
	int status;

	assert_non_null(exact);
	memcpy(exact, text, length);
	status = recoat_catalogue_parse(&catalogue, exact, length, "test.kernels", &error);
	free(exact);
	return status;
}

static void expect_parsed(const char *text)
{
	if (parse(text))
		fail_msg("%s:%d: %s", error.file, error.line, error.message);
}

static void expect_refused(const char *text, int line, const char *words)
{
	uint32_t count = catalogue.count;

	assert_int_equal(parse(text), -EINVAL);
	assert_string_equal(error.file, "test.kernels");
	if (error.line != line || !strstr(error.message, words))
		fail_msg("found %d: '%s', expected %d: '%s'", error.line, error.message, line,
			 words);
	assert_int_equal(catalogue.count, count);
}

#define KERNEL "[k]\nabi=c\nsymbol=s\n"

static void every_key_is_taken(void **state)
{
	const struct recoat_kernel *kernel = &catalogue.kernel[0];

	(void)state;
	expect_parsed("; comment\n# comment\n\n[signal_mapping.idw] ; comment\n"
		      "operation   = signal mapping\n  abi = amqadf-c ; comment\n"
		      "symbol = amqadf_map_idw\nsymbol = _ZN*IDWMapper3mapE*\n"
		      "size = arg0->u64[0] * 2\nstack_words = 0\nall = yes\nneeds = *v10_0*\n");
	assert_int_equal(catalogue.count, 1);
	assert_string_equal(kernel->name, "signal_mapping.idw");
	assert_string_equal(kernel->operation, "signal mapping");
	assert_string_equal(kernel->abi, "amqadf-c");
	assert_int_equal(kernel->symbols, 2);
	assert_string_equal(kernel->symbol[0], "amqadf_map_idw");
	assert_string_equal(kernel->symbol[1], "_ZN*IDWMapper3mapE*");
	assert_string_equal(kernel->size_text, "arg0->u64[0] * 2");
	assert_true(kernel->size.loads);
	assert_int_equal(kernel->stack_words, 0);
	assert_true(kernel->all);
	assert_string_equal(kernel->needs, "*v10_0*");
}

static void what_is_left_out_has_defaults(void **state)
{
	const struct recoat_kernel *kernel = &catalogue.kernel[0];

	(void)state;
	expect_parsed(KERNEL);
	assert_string_equal(kernel->operation, "other");
	assert_int_equal(kernel->stack_words, 8);
	assert_int_equal(kernel->size.steps, 0);
	assert_false(kernel->all);
	assert_string_equal(kernel->needs, "");
}

static void several_sections_and_texts_are_appended(void **state)
{
	(void)state;
	expect_parsed("\xef\xbb\xbf[a]\r\nabi=c\r\nsymbol=x\r\n\r\n[b]\r\nsymbol=y\r\nabi=c");
	expect_parsed(KERNEL);
	assert_int_equal(catalogue.count, 3);
	assert_string_equal(catalogue.kernel[0].symbol[0], "x");
	assert_string_equal(catalogue.kernel[1].name, "b");
	assert_string_equal(catalogue.kernel[1].abi, "c");
	assert_string_equal(catalogue.kernel[2].name, "k");
}

static void nothing_is_a_catalogue_too(void **state)
{
	(void)state;
	expect_parsed("");
	expect_parsed("\n; only a comment");
	assert_int_equal(catalogue.count, 0);
}

static void the_first_of_a_name_and_abi_wins(void **state)
{
	(void)state;
	expect_parsed(KERNEL "[k]\nabi=other\nsymbol=t\n");
	expect_parsed("[k]\nabi=c\nsymbol=u\n");
	assert_int_equal(catalogue.count, 2);
	assert_string_equal(catalogue.kernel[0].symbol[0], "s");
	assert_string_equal(catalogue.kernel[1].symbol[0], "t");
}

static void keys_of_one_section_do_not_reach_the_next(void **state)
{
	(void)state;
	expect_refused("[a]\nabi=c\nsymbol=x\nsize=1\n[b]\nsymbol=y\n", 5, "no 'abi' in [b]");
	expect_parsed("[a]\nabi=c\nsymbol=x\nsize=1\nall=yes\n[b]\nsymbol=y\nabi=c\n");
	assert_int_equal(catalogue.kernel[1].size.steps, 0);
	assert_int_equal(catalogue.kernel[1].symbols, 1);
	assert_false(catalogue.kernel[1].all);
}

static void long_names_are_kept_whole(void **state)
{
	char text[256], name[64];

	(void)state;
	memset(name, 'n', 63);
	name[63] = '\0';
	snprintf(text, sizeof(text), "[%s]\nabi=c\nsymbol=s\n", name);
	expect_parsed(text);
	assert_string_equal(catalogue.kernel[0].name, name);
	snprintf(text, sizeof(text), "[%sn]\nabi=c\nsymbol=s\n", name);
	expect_refused(text, 1, "found a name of 64 bytes, expected 1 to 63");
}

static void missing_parts_are_refused(void **state)
{
	(void)state;
	expect_refused("[]\nabi=c\n", 1, "found a name of 0 bytes");
	expect_refused("\n[k]\nabi=c\n", 2, "no 'symbol' in [k]");
	expect_refused("[k]\nsymbol=s\n" KERNEL, 1, "no 'abi' in [k]");
	expect_refused("[k]\nabi=\n", 2, "found nothing behind 'abi'");
	expect_refused("[k]\nneeds=\n", 2, "found nothing behind 'needs'");
	expect_refused("abi=c\n", 1, "found 'abi' before any section");
}

static void repeated_and_unknown_keys_are_refused(void **state)
{
	(void)state;
	expect_refused("[k]\nabi=c\nabi=d\n", 3, "found 'abi' again");
	expect_refused("[k]\nsize=1\nabi=c\nsize=1\n", 4, "found 'size' again");
	expect_refused(KERNEL "\n" KERNEL, 5, "found [k] with abi 'c' again, expected it once");
	expect_refused("[k]\nneeds=a\nneeds=b\n", 3, "found 'needs' again");
	expect_refused("[k]\nsymbols=s\n", 2,
		       "found unknown key 'symbols', expected one of operation, abi, symbol, "
		       "size, stack_words, all, module, rtti, slot, pybind, offset, hook, "
		       "needs");
}

static void too_many_symbols_are_refused(void **state)
{
	(void)state;
	expect_parsed("[k]\nabi=c\nsymbol=1\nsymbol=2\nsymbol=3\nsymbol=4\n");
	expect_refused("[l]\nabi=c\nsymbol=1\nsymbol=2\nsymbol=3\nsymbol=4\nsymbol=5\n", 7,
		       "at most 4");
}

static void bad_values_are_refused(void **state)
{
	(void)state;
	expect_refused("[k]\nstack_words=65\n", 2, "found stack_words '65', expected a number");
	expect_refused("[k]\nstack_words=-1\n", 2, "'-1'");
	expect_refused("[k]\nstack_words=064\n", 2, "'064'");
	expect_refused("[k]\nall=maybe\n", 2, "found all 'maybe', expected yes or no");
	expect_refused("[k]\nabi=c\nsize=arg0 +* 2\n", 3,
		       "size, column 7: found '* 2', expected a number");
}

static void long_values_and_lines_are_refused(void **state)
{
	char text[2048], value[1400];

	(void)state;
	memset(value, 'v', sizeof(value));
	snprintf(text, sizeof(text), "[k]\nabi=%.64s\n", value);
	expect_refused(text, 2, "found 64 bytes behind 'abi', expected at most 63");
	snprintf(text, sizeof(text), "[k]\nabi=c\nsymbol=%.1023s\n", value);
	expect_parsed(text);
	assert_int_equal(strlen(catalogue.kernel[0].symbol[0]), 1023);
	snprintf(text, sizeof(text), "[l]\nsymbol=%.1024s\n", value);
	expect_refused(text, 2, "found 1024 bytes behind 'symbol', expected at most 1023");
	snprintf(text, sizeof(text), "[l]\n;%.1300s\n", value);
	expect_refused(text, 2, "found a line of 1301 bytes, expected at most 1279");
}

static void broken_lines_are_refused(void **state)
{
	(void)state;
	expect_refused("[k]\nabi=c\nsymbol\n", 3, "found a line without =");
	expect_refused("[k\nabi=c\n", 1, "expected ] behind the name");
	expect_refused(KERNEL "[k] junk\n", 4, "found 'junk");
	expect_refused("[k k]\n", 1, "found name 'k k'");
	expect_refused("[k]\n  continued\n", 2, "found a line without =");
	assert_int_equal(
		recoat_catalogue_parse(&catalogue, "[k]\na\0b=c\n", 10, "test.kernels", &error),
		-EINVAL);
	assert_int_equal(error.line, 2);
	assert_non_null(strstr(error.message, "NUL"));
}

static void the_first_mistake_is_reported(void **state)
{
	(void)state;
	expect_refused("[k]\nall=maybe\nbad=1\njunk\n", 2, "all");
	expect_refused("[k]\nbad=1\n[\n", 2, "bad");
}

static void a_long_file_name_is_cut(void **state)
{
	char name[400];

	(void)state;
	memset(name, 'f', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(recoat_catalogue_parse(&catalogue, "x", 1, name, &error), -EINVAL);
	assert_int_equal(strlen(error.file), sizeof(error.file) - 1);
}

static void too_many_kernels_are_refused(void **state)
{
	char text[64];

	(void)state;
	for (int n = 0; n < RECOAT_KERNELS_MAX; n++) {
		snprintf(text, sizeof(text), "[k%d]\nabi=c\nsymbol=s\n", n);
		expect_parsed(text);
	}
	expect_refused("[more]\nabi=c\nsymbol=s\n", 1, "at most 256");
	expect_parsed("[k7]\nabi=c\nsymbol=s\n"); /* Passed over, so there is room for it. */
	assert_int_equal(catalogue.count, RECOAT_KERNELS_MAX);
}

/* Files. */

static char directory[64];

static int make_directory(void **state)
{
	strcpy(directory, "/tmp/catalogue.XXXXXX");
	return mkdtemp(directory) ? begin(state) : -1;
}

static int remove_directory(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	return system(command);
}

static const char *in_directory(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_directory(name), "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void files_are_loaded_in_order_of_name(void **state)
{
	(void)state;
	put("b.kernels", "[two]\nabi=c\nsymbol=b\n[one]\nabi=c\nsymbol=b\n");
	put("a.kernels", "[one]\nabi=c\nsymbol=a\n");
	put("c.kernels", "");
	put("d.ini", "not a catalogue");
	put(".hidden.kernels", "nor this");
	put(".kernels", "nor this");
	assert_int_equal(recoat_catalogue_load(&catalogue, directory, &error), 0);
	assert_int_equal(catalogue.count, 2);
	assert_string_equal(catalogue.kernel[0].name, "one");
	assert_string_equal(catalogue.kernel[0].symbol[0], "a");
	assert_string_equal(catalogue.kernel[1].name, "two");
}

static void many_files_are_all_found(void **state)
{
	char name[64], text[64];

	(void)state;
	for (int n = 99; n >= 0; n--) {
		snprintf(name, sizeof(name), "a-long-name-to-fill-the-buffer-%02d.kernels", n);
		snprintf(text, sizeof(text), "[k%02d]\nabi=c\nsymbol=s\n", n);
		put(name, text);
	}
	assert_int_equal(recoat_catalogue_load(&catalogue, directory, &error), 0);
	assert_int_equal(catalogue.count, 100);
	for (int n = 0; n < 100; n++) {
		snprintf(name, sizeof(name), "k%02d", n);
		assert_string_equal(catalogue.kernel[n].name, name);
	}
}

static void directories_are_loaded_in_order_of_the_path(void **state)
{
	char path[512];

	(void)state;
	assert_int_equal(mkdir(in_directory("z"), 0700), 0);
	assert_int_equal(mkdir(in_directory("y"), 0700), 0);
	put("z/k.kernels", "[k]\nabi=c\nsymbol=z\n");
	put("y/k.kernels", "[k]\nabi=c\nsymbol=y\n[l]\nabi=c\nsymbol=y\n");
	snprintf(path, sizeof(path), ":%s/none::%s/z:%s/y:", directory, directory, directory);
	assert_int_equal(recoat_catalogue_load(&catalogue, path, &error), 0);
	assert_int_equal(catalogue.count, 2);
	assert_string_equal(catalogue.kernel[0].symbol[0], "z");
	assert_string_equal(catalogue.kernel[1].name, "l");
}

static void no_directories_are_no_error(void **state)
{
	(void)state;
	assert_int_equal(recoat_catalogue_load(&catalogue, "", &error), 0);
	assert_int_equal(recoat_catalogue_load(&catalogue, "/does/not/exist", &error), 0);
	assert_int_equal(recoat_catalogue_load(&catalogue, "/dev/null", &error), 0);
	assert_int_equal(catalogue.count, 0);
}

static void a_malformed_file_is_named_and_nothing_is_kept(void **state)
{
	(void)state;
	put("a.kernels", KERNEL);
	put("b.kernels", "[l]\nabi=c\nwhat=1\n");
	assert_int_equal(recoat_catalogue_load(&catalogue, directory, &error), -EINVAL);
	assert_string_equal(error.file, in_directory("b.kernels"));
	assert_int_equal(error.line, 3);
	assert_int_equal(catalogue.count, 0);
}

static void note_file(void *user, const char *where, const char *name)
{
	assert_string_equal(where, directory);
	strcat(user, name);
	strcat(user, catalogue.count == 1 ? " 1 " : " 2 ");
}

static void each_file_is_told(void **state)
{
	char told[64] = "";

	(void)state;
	put("b.kernels", "[l]\nabi=c\nsymbol=s\n");
	put("a.kernels", KERNEL);
	assert_int_equal(recoat_catalogue_load_each(&catalogue, directory, note_file, told, &error),
			 0);
	assert_string_equal(told, "a.kernels 1 b.kernels 2 ");
}

static void what_is_no_file_is_refused_without_waiting(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(in_directory("a.kernels"), 0600), 0);
	assert_int_equal(recoat_catalogue_load(&catalogue, directory, &error), -EINVAL);
	assert_string_equal(error.file, in_directory("a.kernels"));
	assert_non_null(strstr(error.message, "no regular file"));
	assert_int_equal(unlink(in_directory("a.kernels")), 0);
	assert_int_equal(symlink("/does/not/exist", in_directory("b.kernels")), 0);
	assert_int_equal(recoat_catalogue_load(&catalogue, directory, &error), -ENOENT);
	assert_int_equal(error.line, 0);
}

static void a_huge_file_is_refused(void **state)
{
	(void)state;
	put("a.kernels", KERNEL);
	assert_int_equal(truncate(in_directory("a.kernels"), 2 * 1024 * 1024), 0);
	assert_int_equal(recoat_catalogue_load(&catalogue, directory, &error), -EFBIG);
}

static void a_directory_with_a_long_name_is_refused(void **state)
{
	char path[2000];

	(void)state;
	memset(path, 'p', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_int_equal(recoat_catalogue_load(&catalogue, path, &error), -ENAMETOOLONG);
}

static const struct recoat_kernel *find(const char *name, const char *abi)
{
	for (uint32_t n = 0; n < catalogue.count; n++)
		if (strcmp(catalogue.kernel[n].name, name) == 0 &&
		    strcmp(catalogue.kernel[n].abi, abi) == 0)
			return &catalogue.kernel[n];
	fail_msg("no kernel %s of %s", name, abi);
	return NULL;
}

static void our_own_catalogues_are_well_formed(void **state)
{
	const struct recoat_kernel *fuse, *idw;

	(void)state;
	if (recoat_catalogue_load(&catalogue, CATALOGUES, &error))
		fail_msg("%s:%d: %s", error.file, error.line, error.message);
	fuse = find("voxel_fusion.fuse", "amqadf-c");
	assert_string_equal(fuse->operation, "voxel fusion");
	assert_string_equal(fuse->symbol[0], "amqadf_fuse");
	assert_true(find("signal_mapping.idw", "amqadf-c")->size.loads);
	assert_int_equal(find("io.read_points", "amqadf-c")->size.steps, 0);
	fuse = find("voxel_fusion.fuse", "am_qadf_native-openvdb10");
	assert_string_equal(fuse->pybind, "GridFusion.fuse");
	idw = find("signal_mapping.idw", "am_qadf_native-openvdb10");
	assert_string_equal(idw->rtti, "N14am_qadf_native14signal_mapping9IDWMapperE");
	assert_int_equal(idw->slot, 2);
}

static void globs_match(void **state)
{
	(void)state;
	assert_true(recoat_glob_match("abc", "abc"));
	assert_false(recoat_glob_match("abc", "abcd"));
	assert_false(recoat_glob_match("abcd", "abc"));
	assert_true(recoat_glob_match("a?c", "abc"));
	assert_false(recoat_glob_match("a?c", "ac"));
	assert_true(recoat_glob_match("*", ""));
	assert_true(recoat_glob_match("", ""));
	assert_false(recoat_glob_match("", "a"));
	assert_true(recoat_glob_match("a*c", "abcbc"));
	assert_false(recoat_glob_match("a*c", "abcb"));
	assert_true(recoat_glob_match("*map*E*", "_ZN3mapEv"));
	assert_true(recoat_glob_match("**a", "ba"));
	assert_true(recoat_glob_match("[a]", "[a]")); /* Only * and ? are special. */
	assert_false(recoat_glob_match("[a]", "a"));
	assert_false(recoat_glob_match("a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void lists_match_any_of_their_globs(void **state)
{
	(void)state;
	assert_true(recoat_glob_list_match(NULL, "a"));
	assert_false(recoat_glob_list_match("", "a"));
	assert_false(recoat_glob_list_match("", ""));
	assert_true(recoat_glob_list_match("x,a", "a"));
	assert_true(recoat_glob_list_match(" x* , a ", "xyz"));
	assert_true(recoat_glob_list_match("x, a", "a"));
	assert_false(recoat_glob_list_match("x,,y", "a"));
	assert_false(recoat_glob_list_match("ab,b", "a"));
}

static void clones_are_known(void **state)
{
	(void)state;
	assert_false(recoat_symbol_is_clone("work"));
	assert_false(recoat_symbol_is_clone("worker.lto_priv.0"));
	assert_false(recoat_symbol_is_clone("work.colder"));
	assert_false(recoat_symbol_is_clone(".cold"));
	assert_true(recoat_symbol_is_clone("work.cold"));
	assert_true(recoat_symbol_is_clone("work.cold.12"));
	assert_true(recoat_symbol_is_clone("work.isra.0"));
	assert_true(recoat_symbol_is_clone("work.constprop.3"));
	assert_true(recoat_symbol_is_clone("work.part.1.cold"));
}

static void other_ways_to_find_are_taken(void **state)
{
	const struct recoat_kernel *kernel = &catalogue.kernel[0];

	(void)state;
	expect_parsed("[k]\nabi=c\nrtti=N1a1bE\nslot=12\npybind=pkg.C.m\nmodule=lib*.so\n"
		      "offset=0123456789abcdef+0x1a40\nhook=inline\n");
	assert_int_equal(kernel->symbols, 0);
	assert_string_equal(kernel->rtti, "N1a1bE");
	assert_int_equal(kernel->slot, 12);
	assert_string_equal(kernel->pybind, "pkg.C.m");
	assert_string_equal(kernel->module, "lib*.so");
	assert_string_equal(kernel->build_id, "0123456789abcdef");
	assert_int_equal(kernel->offset, 0x1a40);
	assert_int_equal(kernel->hook, RECOAT_HOOK_INLINE);
	expect_parsed("[l]\nabi=c\npybind=C.m\n[m]\nabi=c\noffset=01234567+0x0\nhook=slot\n");
	assert_int_equal(catalogue.kernel[1].hook, RECOAT_HOOK_AUTO);
	assert_int_equal(catalogue.kernel[2].hook, RECOAT_HOOK_SLOT);
}

static void wrong_ways_to_find_are_refused(void **state)
{
	(void)state;
	expect_refused("[k]\nabi=c\nrtti=N1aE\n", 1, "found 'rtti' without 'slot' in [k]");
	expect_refused("[k]\nabi=c\nsymbol=s\nslot=1\n", 1, "found 'slot' without 'rtti' in [k]");
	expect_refused("[k]\nslot=\n", 2, "found slot '', expected a number from 0 to 4095");
	expect_refused("[k]\nslot=4096\n", 2, "found slot '4096'");
	expect_refused("[k]\nslot=18446744073709551617\n", 2, "found slot '1844674");
	expect_refused("[k]\nslot=0x2\n", 2, "found slot '0x2'");
	expect_refused("[k]\nrtti=_ZTS1a\n", 2, "found rtti '_ZTS1a', expected a mangled type");
	expect_refused("[k]\nrtti=a::b\n", 2, "found rtti 'a::b'");
	expect_refused("[k]\nrtti=\n", 2, "found nothing behind 'rtti'");
	expect_refused("[k]\npybind=fuse\n", 2, "expected CLASS.METHOD or MODULE.FUNCTION");
	expect_refused("[k]\npybind=.fuse\n", 2, "found pybind '.fuse'");
	expect_refused("[k]\npybind=C.\n", 2, "found pybind 'C.'");
	expect_refused("[k]\nmodule=/usr/lib/x.so\n", 2, "expected a file's name");
	expect_refused("[k]\noffset=0x10\n", 2, "found offset '0x10', expected BUILDID+0xADDRESS");
	expect_refused("[k]\noffset=0123456+0x10\n", 2, "at least 8 of the build id");
	expect_refused("[k]\noffset=01234567+0x\n", 2, "found offset");
	expect_refused("[k]\noffset=01234567+10\n", 2, "found offset");
	expect_refused("[k]\noffset=01234567\n", 2, "found offset");
	expect_refused("[k]\noffset=01234567+0x11112222333344445\n", 2, "found offset");
	expect_refused("[k]\nhook=maybe\n", 2, "found hook 'maybe', expected auto, inline or slot");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_key_is_taken, begin),
		cmocka_unit_test_setup(what_is_left_out_has_defaults, begin),
		cmocka_unit_test_setup(several_sections_and_texts_are_appended, begin),
		cmocka_unit_test_setup(nothing_is_a_catalogue_too, begin),
		cmocka_unit_test_setup(the_first_of_a_name_and_abi_wins, begin),
		cmocka_unit_test_setup(keys_of_one_section_do_not_reach_the_next, begin),
		cmocka_unit_test_setup(long_names_are_kept_whole, begin),
		cmocka_unit_test_setup(missing_parts_are_refused, begin),
		cmocka_unit_test_setup(repeated_and_unknown_keys_are_refused, begin),
		cmocka_unit_test_setup(too_many_symbols_are_refused, begin),
		cmocka_unit_test_setup(bad_values_are_refused, begin),
		cmocka_unit_test_setup(long_values_and_lines_are_refused, begin),
		cmocka_unit_test_setup(broken_lines_are_refused, begin),
		cmocka_unit_test_setup(the_first_mistake_is_reported, begin),
		cmocka_unit_test_setup(a_long_file_name_is_cut, begin),
		cmocka_unit_test_setup(too_many_kernels_are_refused, begin),
		cmocka_unit_test_setup_teardown(files_are_loaded_in_order_of_name, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(many_files_are_all_found, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(directories_are_loaded_in_order_of_the_path,
						make_directory, remove_directory),
		cmocka_unit_test_setup(no_directories_are_no_error, begin),
		cmocka_unit_test_setup_teardown(each_file_is_told, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(a_malformed_file_is_named_and_nothing_is_kept,
						make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_refused_without_waiting,
						make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(a_huge_file_is_refused, make_directory,
						remove_directory),
		cmocka_unit_test_setup(a_directory_with_a_long_name_is_refused, begin),
		cmocka_unit_test_setup(our_own_catalogues_are_well_formed, begin),
		cmocka_unit_test(globs_match),
		cmocka_unit_test(lists_match_any_of_their_globs),
		cmocka_unit_test(clones_are_known),
		cmocka_unit_test_setup(other_ways_to_find_are_taken, begin),
		cmocka_unit_test_setup(wrong_ways_to_find_are_refused, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
