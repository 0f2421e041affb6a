/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing catalogues: inih splits lines into keys and values; catalogue_keys.c reads values. */
#include "kernels/catalogue.h"

#include <errno.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "kernels/catalogue_parser.h"

#define LINE_BYTES_MAX 1280 /* On the stack, in inih. */

/*
 * inih as Debian builds it tells a handler neither the line number nor where a section
 * begins, and cuts section names at 49 bytes. It does ask for every line, so next_line()
 * keeps count and takes sections down itself.
 */

bool recoat_parser_fail(struct recoat_parser *parser, int line, const char *format, ...)
{
	va_list list;

	if (parser->failed)
		return false;
	parser->failed = true;
	snprintf(parser->error->file, sizeof(parser->error->file), "%.*s",
		 (int)sizeof(parser->error->file) - 1, parser->file);
	parser->error->line = line;
	va_start(list, format);
	vsnprintf(parser->error->message, sizeof(parser->error->message), format, list);
	va_end(list);
	return false;
}

/* inih's handler: not 0 to go on. The section it names may be cut short and is not used. */
static int on_key(void *user, const char *section, const char *key, const char *value)
{
	struct recoat_parser *parser = user;

	(void)section;
	if (!parser->in_section)
		return recoat_parser_fail(parser, parser->line,
					  "found '%.40s' before any section, expected [KERNEL]",
					  key);
	return recoat_parser_key(parser, key, value);
}

/* The number of the kernel with this name and ABI tag, or of kernels if there is none. */
static uint32_t find_known(const struct recoat_catalogue *catalogue,
			   const struct recoat_kernel *kernel)
{
	uint32_t n = 0;

	while (n < catalogue->count && (strcmp(catalogue->kernel[n].name, kernel->name) != 0 ||
					strcmp(catalogue->kernel[n].abi, kernel->abi) != 0))
		n++;
	return n;
}

/* A section is complete when the next begins or the text ends. */
static bool end_section(struct recoat_parser *parser)
{
	struct recoat_catalogue *catalogue = parser->catalogue;
	const struct recoat_kernel *kernel = &parser->kernel;
	uint32_t known;

	if (!parser->in_section)
		return true;
	if (!kernel->abi[0])
		return recoat_parser_fail(parser, parser->section_line,
					  "found no 'abi' in [%s], expected one", kernel->name);
	if (!kernel->symbols && !kernel->rtti[0] && !kernel->pybind[0] && !kernel->build_id[0])
		return recoat_parser_fail(
			parser, parser->section_line,
			"found no 'symbol' in [%s], expected one, or 'rtti', 'pybind' or "
			"'offset'",
			kernel->name);
	if (kernel->rtti[0] && !parser->has_slot)
		return recoat_parser_fail(parser, parser->section_line,
					  "found 'rtti' without 'slot' in [%s], expected both",
					  kernel->name);
	if (!kernel->rtti[0] && parser->has_slot)
		return recoat_parser_fail(parser, parser->section_line,
					  "found 'slot' without 'rtti' in [%s], expected both",
					  kernel->name);
	known = find_known(catalogue, kernel);
	if (known < parser->others)
		return true;
	if (known < catalogue->count)
		return recoat_parser_fail(parser, parser->section_line,
					  "found [%s] with abi '%.40s' again, expected it once",
					  kernel->name, kernel->abi);
	if (catalogue->count == RECOAT_KERNELS_MAX)
		return recoat_parser_fail(
			parser, parser->section_line,
			"found one more kernel, expected at most %d in all catalogues",
			RECOAT_KERNELS_MAX);
	catalogue->kernel[catalogue->count++] = *kernel;
	return true;
}

static bool name_valid(const char *name, size_t length)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-:+";

	return strspn(name, allowed) == length;
}

/* `line` begins with a bracket. What stands behind the closing one must be a comment. */
static bool begin_section(struct recoat_parser *parser, const char *line)
{
	const char *name = line + 1;
	size_t length = strcspn(name, "]");
	const char *behind = name + length + (name[length] == ']');

	if (!end_section(parser))
		return false;
	if (name[length] != ']')
		return recoat_parser_fail(parser, parser->line,
					  "found '%.80s', expected ] behind the name", line);
	if (length == 0 || length >= RECOAT_KERNEL_NAME_MAX)
		return recoat_parser_fail(parser, parser->line,
					  "found a name of %zu bytes, expected 1 to %d", length,
					  RECOAT_KERNEL_NAME_MAX - 1);
	if (!name_valid(name, length))
		return recoat_parser_fail(
			parser, parser->line,
			"found name '%.*s', expected letters, digits and . _ - : +", (int)length,
			name);
	behind += strspn(behind, " \t\r\n");
	if (*behind && *behind != ';' && *behind != '#')
		return recoat_parser_fail(parser, parser->line,
					  "found '%.40s' behind ], expected a new line", behind);
	parser->in_section = true;
	parser->section_line = parser->line;
	parser->seen = 0;
	parser->has_slot = false;
	memset(&parser->kernel, 0, sizeof(parser->kernel));
	memcpy(parser->kernel.name, name, length);
	strcpy(parser->kernel.operation, "other");
	parser->kernel.stack_words = RECOAT_STACK_WORDS_DEFAULT;
	return true;
}

/* Move a line into `line`; false if it does not fit or is no text. */
static bool copy_line(struct recoat_parser *parser, char *line, size_t room)
{
	const char *feed = memchr(parser->at, '\n', (size_t)(parser->end - parser->at));
	size_t length = (size_t)((feed ? feed : parser->end) - parser->at);

	parser->line++;
	if (length >= room)
		return recoat_parser_fail(parser, parser->line,
					  "found a line of %zu bytes, expected at most %zu", length,
					  room - 1);
	if (memchr(parser->at, '\0', length))
		return recoat_parser_fail(parser, parser->line, "found a NUL byte, expected text");
	memcpy(line, parser->at, length);
	line[length] = '\0';
	parser->at += length + (feed != NULL);
	return true;
}

/* inih's reader, in the manner of fgets(): NULL when there is no more or something failed. */
static char *next_line(char *line, int room, void *user)
{
	struct recoat_parser *parser = user;
	const char *first;

	if (parser->failed || parser->at == parser->end)
		return NULL;
	if (!copy_line(parser, line, (size_t)room))
		return NULL;
	first = line + strspn(line, " \t\r");
	if (*first == '[' && !begin_section(parser, first))
		return NULL;
	return line;
}

static void skip_byte_order_mark(struct recoat_parser *parser)
{
	if (parser->end - parser->at >= 3 && memcmp(parser->at, "\xef\xbb\xbf", 3) == 0)
		parser->at += 3;
}

/* Variables of inih's, of which every user of this file wants the same values. */
static void set_up_inih(void)
{
	ini_use_stack = true;
	ini_max_line = LINE_BYTES_MAX;
	ini_allow_multiline = false;
	ini_stop_on_first_error = true;
}

int recoat_catalogue_parse(struct recoat_catalogue *catalogue, const char *text, size_t length,
			   const char *file, struct recoat_catalogue_error *error)
{
	uint32_t count = catalogue->count;
	struct recoat_parser parser = {
		.at = text,
		.end = text + length,
		.catalogue = catalogue,
		.others = count,
		.file = file,
		.error = error,
	};

	skip_byte_order_mark(&parser);
	set_up_inih();
	if (ini_parse_stream(next_line, &parser, on_key, &parser) != 0)
		recoat_parser_fail(&parser, parser.line,
				   "found a line without =, expected KEY = VALUE");
	if (!parser.failed)
		end_section(&parser);
	if (!parser.failed)
		return 0;
	catalogue->count = count;
	return -EINVAL;
}
