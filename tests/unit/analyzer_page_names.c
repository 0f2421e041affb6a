/* SPDX-License-Identifier: Apache-2.0 */
/* Names of a page: each once, none too long, and never more than the budget. */
#include "tests/unit/cmocka_all.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/page_names.h"

static void equal_texts_have_one_number(void **state)
{
	static const char a[] = "a", b[] = "b";
	struct recoat_page_names names = {.budget = 1000};

	(void)state;
	assert_int_equal(recoat_page_names_add(&names, a), 0);
	assert_int_equal(recoat_page_names_add(&names, b), 1);
	assert_int_equal(recoat_page_names_add(&names, a), 0);
	assert_int_equal(names.count, 2);
	recoat_page_names_fini(&names);
}

static void long_texts_are_cut_between_characters(void **state)
{
	char text[2001];
	json_t *json;
	char *cut;

	(void)state;
	for (size_t i = 0; i < 2000; i += 2)
		memcpy(text + i, "\xC3\xA9", 2);
	for (size_t shift = 0; shift < 2; shift++) {
		text[2000] = '\0';
		text[0] = shift ? 'x' : '\xC3';
		text[1] = shift ? 'y' : '\xA9';
		cut = recoat_page_cut(text);
		json = json_string(cut);
		assert_non_null(json);
		assert_true(strlen(cut) < 310);
		json_decref(json);
		free(cut);
	}
	cut = recoat_page_cut("short");
	assert_string_equal(cut, "short");
	free(cut);
}

/* What is written may not pass the budget, whatever the texts are made of. */
static void the_budget_holds(void **state)
{
	static char text[5000][40];
	struct recoat_page_names names = {.budget = 20000};
	char *written = NULL;
	size_t size, escaped = 0, refused = 0;
	FILE *file = open_memstream(&written, &size);

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(text[i], sizeof(text[i]), "std::a<b<c<%d>>>\"\\\n\x01", i);
		refused += recoat_page_names_add(&names, text[i]) == RECOAT_NONE;
	}
	recoat_page_names_put(&names, file);
	fclose(file);
	for (size_t i = 0; i < size; i++)
		escaped += written[i] == '<' ? 6 : 1;
	assert_true(escaped <= 20010);
	assert_true(escaped > 15000);
	assert_int_equal(refused, 5000 - names.count);
	free(written);
	recoat_page_names_fini(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_one_number),
		cmocka_unit_test(long_texts_are_cut_between_characters),
		cmocka_unit_test(the_budget_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
