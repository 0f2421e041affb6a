/* SPDX-License-Identifier: Apache-2.0 */
/* Options of plugins. */
#include "plugins/check/options.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/check/list.h"

static const char *const type_names[] = {
	[RECOAT_OPTION_BOOL] = "bool",     [RECOAT_OPTION_INTEGER] = "integer",
	[RECOAT_OPTION_SIZE] = "size",     [RECOAT_OPTION_REAL] = "real",
	[RECOAT_OPTION_CHOICE] = "choice", [RECOAT_OPTION_STRING] = "string",
};

const char *recoat_plugin_option_type(uint32_t type)
{
	return type < sizeof type_names / sizeof type_names[0] ? type_names[type] : NULL;
}

/* ---- One value. ---- */

static bool read_boolean(struct recoat_plugin_value *value, const char *text)
{
	static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};

	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (!strcmp(text, words[i])) {
			value->boolean = i % 2;
			return true;
		}
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_integer(struct recoat_plugin_value *value, const char *text)
{
	char *end;

	if (!is_digit(text[*text == '-' || *text == '+']))
		return false;
	errno = 0;
	value->integer = strtoll(text, &end, 10);
	return !*end && !errno;
}

static bool read_size(struct recoat_plugin_value *value, const char *text)
{
	static const char suffixes[] = "KMG";
	const char *suffix;
	unsigned shift = 0;
	char *end;

	if (!is_digit(*text))
		return false;
	errno = 0;
	value->size = strtoull(text, &end, 10);
	suffix = *end ? strchr(suffixes, *end) : NULL;
	if (suffix) {
		shift = 10 * (unsigned)(suffix - suffixes + 1);
		end++;
	}
	if (*end || errno || value->size > UINT64_MAX >> shift)
		return false;
	value->size <<= shift;
	return true;
}

/* The target may have set a locale; that of "C" is a constant of libc's, so nothing is freed. */
static bool read_real(struct recoat_plugin_value *value, const char *text)
{
	char *end;

	if (!strpbrk(text, "0123456789"))
		return false;
	value->real = strtod_l(text, &end, newlocale(LC_ALL_MASK, "C", (locale_t)0));
	return !*end && value->real - value->real == 0;
}

static bool read_choice(struct recoat_plugin_value *value, const char *choices, const char *text)
{
	size_t length = strlen(text);

	for (value->choice = 0; *choices; value->choice++) {
		size_t word = strcspn(choices, ",");

		if (word == length && !memcmp(choices, text, length))
			return true;
		choices += word + (choices[word] == ',');
	}
	return false;
}

static bool within(const struct recoat_plugin_option *option, double number)
{
	return option->minimum >= option->maximum ||
	       (number >= option->minimum && number <= option->maximum);
}

static bool read_value(struct recoat_plugin_value *value, const struct recoat_plugin_option *option,
		       const char *text)
{
	switch (option->type) {
	case RECOAT_OPTION_BOOL:
		return read_boolean(value, text);
	case RECOAT_OPTION_INTEGER:
		return read_integer(value, text) && within(option, (double)value->integer);
	case RECOAT_OPTION_SIZE:
		return read_size(value, text) && within(option, (double)value->size);
	case RECOAT_OPTION_REAL:
		return read_real(value, text) && within(option, value->real);
	case RECOAT_OPTION_CHOICE:
		return read_choice(value, option->choices, text);
	default:
		return true;
	}
}

/* What a value may be, in words: "an integer from 1 to 64". Cut at `size`. */
static void put_expected(const struct recoat_plugin_option *option, char *to, size_t size)
{
	static const char *const words[] = {
		[RECOAT_OPTION_BOOL] = "yes or no",         [RECOAT_OPTION_INTEGER] = "an integer",
		[RECOAT_OPTION_SIZE] = "bytes, as in 512M", [RECOAT_OPTION_REAL] = "a number",
		[RECOAT_OPTION_CHOICE] = "one of ",         [RECOAT_OPTION_STRING] = "a text",
	};
	int used = snprintf(to, size, "%s%s", words[option->type],
			    option->type == RECOAT_OPTION_CHOICE ? option->choices : "");

	if (option->minimum < option->maximum && option->type >= RECOAT_OPTION_INTEGER &&
	    option->type <= RECOAT_OPTION_REAL && (size_t)used < size)
		snprintf(to + used, size - (size_t)used, " from %.15g to %.15g", option->minimum,
			 option->maximum);
}

bool recoat_plugin_value_parse(struct recoat_plugin_value *value,
			       const struct recoat_plugin_option *option, const char *text,
			       char *problem, size_t problem_size)
{
	char expected[256];

	value->text = text;
	if (read_value(value, option, text))
		return true;
	put_expected(option, expected, sizeof expected);
	snprintf(problem, problem_size, "option %s: found '%s', expected %s", option->name, text,
		 expected);
	return false;
}

/* ---- All of them. ---- */

static bool has_name(const struct recoat_plugin_option *option, const char *name, size_t length)
{
	return strlen(option->name) == length && !memcmp(option->name, name, length);
}

static uint32_t find(const struct recoat_plugin *plugin, const char *name, size_t length)
{
	uint32_t at = 0;

	while (at < plugin->option_count && !has_name(&plugin->options[at], name, length))
		at++;
	return at;
}

/* Keep `length` bytes as a string of its own; the caller has checked that there is room. */
static const char *keep(struct recoat_plugin_values *values, const char *text, size_t length)
{
	char *to = values->text + values->used;

	memcpy(to, text, length);
	to[length] = '\0';
	values->used += length + 1;
	return to;
}

static bool refuse_unknown(const struct recoat_plugin *plugin, const char *item, int length,
			   char *problem, size_t size)
{
	int used = snprintf(problem, size, "found the option '%.*s', expected ", length, item);

	for (uint32_t i = 0; i < plugin->option_count && used > 0 && (size_t)used < size; i++)
		used += snprintf(problem + used, size - (size_t)used, "%s%s", i ? ", " : "",
				 plugin->options[i].name);
	if (!plugin->option_count && used > 0 && (size_t)used < size)
		snprintf(problem + used, size - (size_t)used, "none");
	return false;
}

/* One KEY=VALUE of `length` bytes; a name alone is the value "yes". */
static bool take(struct recoat_plugin_values *values, const struct recoat_plugin *plugin,
		 const char *item, size_t length, bool only_known, char *problem, size_t size)
{
	const char *equals = memchr(item, '=', length);
	size_t name = equals ? (size_t)(equals - item) : length;
	uint32_t at = find(plugin, item, name);
	const char *text;

	if (at == plugin->option_count)
		return only_known || refuse_unknown(plugin, item, (int)name, problem, size);
	if (values->value[at].given) {
		snprintf(problem, size, "found the option '%.*s' twice", (int)name, item);
		return false;
	}
	text = equals ? keep(values, equals + 1, length - name - 1) : "yes";
	values->value[at].given = 1;
	return recoat_plugin_value_parse(&values->value[at], &plugin->options[at], text, problem,
					 size);
}

bool recoat_plugin_options_parse(struct recoat_plugin_values *values,
				 const struct recoat_plugin *plugin, const char *options,
				 bool only_known, char *problem, size_t problem_size)
{
	*values = (struct recoat_plugin_values){0};
	if (strlen(options) >= sizeof values->text) {
		snprintf(problem, problem_size, "found options of more than %u bytes",
			 (unsigned)sizeof values->text - 1);
		return false;
	}
	while (*options) {
		size_t length = strcspn(options, ":");

		if (!take(values, plugin, options, length, only_known, problem, problem_size))
			return false;
		options += length + (options[length] == ':');
	}
	for (uint32_t i = 0; i < plugin->option_count; i++) {
		const char *standard = plugin->options[i].standard;

		if (!values->value[i].given &&
		    !recoat_plugin_value_parse(&values->value[i], &plugin->options[i],
					       standard ? standard : "", problem, problem_size))
			return false;
	}
	return true;
}
