/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of a catalogue's section, and what their values may be. */
#include <stdlib.h>
#include <string.h>

#include "kernels/catalogue_parser.h"

static bool copy_text(struct recoat_parser *parser, char *to, size_t room, const char *key,
		      const char *value)
{
	size_t length = strlen(value);

	if (length == 0)
		return recoat_parser_fail(parser, parser->line,
					  "found nothing behind '%s', expected a value", key);
	if (length >= room)
		return recoat_parser_fail(parser, parser->line,
					  "found %zu bytes behind '%s', expected at most %zu",
					  length, key, room - 1);
	memcpy(to, value, length + 1);
	return true;
}

static bool take_operation(struct recoat_parser *parser, const char *value)
{
	return copy_text(parser, parser->kernel.operation, sizeof(parser->kernel.operation),
			 "operation", value);
}

static bool take_abi(struct recoat_parser *parser, const char *value)
{
	return copy_text(parser, parser->kernel.abi, sizeof(parser->kernel.abi), "abi", value);
}

static bool take_symbol(struct recoat_parser *parser, const char *value)
{
	uint32_t *count = &parser->kernel.symbols;

	if (*count == RECOAT_KERNEL_SYMBOLS_MAX)
		return recoat_parser_fail(parser, parser->line,
					  "found one more 'symbol', expected at most %d",
					  RECOAT_KERNEL_SYMBOLS_MAX);
	return copy_text(parser, parser->kernel.symbol[(*count)++], RECOAT_SYMBOL_MAX, "symbol",
			 value);
}

static bool take_module(struct recoat_parser *parser, const char *value)
{
	if (strchr(value, '/'))
		return recoat_parser_fail(
			parser, parser->line,
			"found module '%.80s', expected a file's name without its directory",
			value);
	return copy_text(parser, parser->kernel.module, sizeof(parser->kernel.module), "module",
			 value);
}

static bool take_needs(struct recoat_parser *parser, const char *value)
{
	return copy_text(parser, parser->kernel.needs, sizeof(parser->kernel.needs), "needs",
			 value);
}

/* The characters of mangled names; a whole symbol's prefix is a likely mistake. */
static bool take_rtti(struct recoat_parser *parser, const char *value)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.$";

	if (value[0] == '_' || strspn(value, allowed) != strlen(value))
		return recoat_parser_fail(
			parser, parser->line,
			"found rtti '%.80s', expected a mangled type name like N3foo3BarE", value);
	return copy_text(parser, parser->kernel.rtti, sizeof(parser->kernel.rtti), "rtti", value);
}

static bool take_slot(struct recoat_parser *parser, const char *value)
{
	uint64_t slot = 0;
	const char *at = value;

	while (*at >= '0' && *at <= '9' && slot <= RECOAT_SLOT_MAX)
		slot = slot * 10 + (uint64_t)(*at++ - '0');
	if (at == value || *at || slot > RECOAT_SLOT_MAX)
		return recoat_parser_fail(parser, parser->line,
					  "found slot '%.40s', expected a number from 0 to %d",
					  value, RECOAT_SLOT_MAX);
	parser->kernel.slot = (uint32_t)slot;
	parser->has_slot = true;
	return true;
}

static bool take_pybind(struct recoat_parser *parser, const char *value)
{
	const char *dot = strrchr(value, '.');

	if (!dot || dot == value || !dot[1] || strpbrk(value, " \t*?/"))
		return recoat_parser_fail(
			parser, parser->line,
			"found pybind '%.80s', expected CLASS.METHOD or MODULE.FUNCTION", value);
	return copy_text(parser, parser->kernel.pybind, sizeof(parser->kernel.pybind), "pybind",
			 value);
}

static int digit_of(char character)
{
	if (character >= '0' && character <= '9')
		return character - '0';
	if (character >= 'a' && character <= 'f')
		return character - 'a' + 10;
	return -1;
}

static bool take_offset(struct recoat_parser *parser, const char *value)
{
	struct recoat_kernel *kernel = &parser->kernel;
	size_t digits = strspn(value, "0123456789abcdef");
	const char *at = value + digits + 3;
	size_t length = digits >= RECOAT_BUILD_ID_DIGITS_MIN && digits < RECOAT_BUILD_ID_MAX &&
					strncmp(value + digits, "+0x", 3) == 0
				? strlen(at)
				: 0;

	if (!length || length > 16 || strspn(at, "0123456789abcdef") != length)
		return recoat_parser_fail(
			parser, parser->line,
			"found offset '%.80s', expected BUILDID+0xADDRESS in small "
			"hexadecimal digits, at least %d of the build id",
			value, RECOAT_BUILD_ID_DIGITS_MIN);
	memcpy(kernel->build_id, value, digits);
	kernel->build_id[digits] = '\0';
	for (kernel->offset = 0; *at; at++)
		kernel->offset = kernel->offset << 4 | (uint64_t)digit_of(*at);
	return true;
}

static bool take_size(struct recoat_parser *parser, const char *value)
{
	char message[160];

	if (!copy_text(parser, parser->kernel.size_text, sizeof(parser->kernel.size_text), "size",
		       value))
		return false;
	if (recoat_size_parse(&parser->kernel.size, value, message, sizeof(message)))
		return recoat_parser_fail(parser, parser->line, "size, %s", message);
	return true;
}

static bool take_stack_words(struct recoat_parser *parser, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	unsigned long words = strtoul(value, NULL, 10);

	if (!digits || digits > 2 || value[digits] || words > RECOAT_STACK_WORDS_MAX)
		return recoat_parser_fail(parser, parser->line,
					  "found stack_words '%.40s', expected a number from 0 to "
					  "%d",
					  value, RECOAT_STACK_WORDS_MAX);
	parser->kernel.stack_words = (uint32_t)words;
	return true;
}

static bool take_all(struct recoat_parser *parser, const char *value)
{
	parser->kernel.all = strcmp(value, "yes") == 0;
	if (!parser->kernel.all && strcmp(value, "no") != 0)
		return recoat_parser_fail(parser, parser->line,
					  "found all '%.40s', expected yes or no", value);
	return true;
}

static bool take_hook(struct recoat_parser *parser, const char *value)
{
	static const char *const kind[] = {
		[RECOAT_HOOK_AUTO] = "auto",
		[RECOAT_HOOK_INLINE] = "inline",
		[RECOAT_HOOK_SLOT] = "slot",
	};

	for (unsigned n = 0; n < sizeof(kind) / sizeof(kind[0]); n++) {
		parser->kernel.hook = (enum recoat_hook_kind)n;
		if (strcmp(value, kind[n]) == 0)
			return true;
	}
	return recoat_parser_fail(parser, parser->line,
				  "found hook '%.40s', expected auto, inline or slot", value);
}

typedef bool key_function(struct recoat_parser *parser, const char *value);

static const struct {
	const char *name;
	key_function *take;
	bool repeatable;
} keys[] = {
	{"operation", take_operation, false},
	{"abi", take_abi, false},
	{"symbol", take_symbol, true},
	{"size", take_size, false},
	{"stack_words", take_stack_words, false},
	{"all", take_all, false},
	{"module", take_module, false},
	{"rtti", take_rtti, false},
	{"slot", take_slot, false},
	{"pybind", take_pybind, false},
	{"offset", take_offset, false},
	{"hook", take_hook, false},
	{"needs", take_needs, false},
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))
#define KEY_NAMES                                                                                  \
	"operation, abi, symbol, size, stack_words, all, module, rtti, slot, pybind, offset, "     \
	"hook, needs"

static bool take_key(struct recoat_parser *parser, size_t n, const char *value)
{
	if ((parser->seen >> n & 1) && !keys[n].repeatable)
		return recoat_parser_fail(parser, parser->line,
					  "found '%s' again, expected it once in [%s]",
					  keys[n].name, parser->kernel.name);
	parser->seen |= UINT32_C(1) << n;
	return keys[n].take(parser, value);
}

bool recoat_parser_key(struct recoat_parser *parser, const char *key, const char *value)
{
	for (size_t n = 0; n < KEYS; n++)
		if (strcmp(key, keys[n].name) == 0)
			return take_key(parser, n, value);
	return recoat_parser_fail(parser, parser->line,
				  "found unknown key '%.40s', expected one of %s", key, KEY_NAMES);
}
