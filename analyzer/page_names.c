/* SPDX-License-Identifier: Apache-2.0 */
/* Texts by number, within a budget. */
#include "analyzer/page_names.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/report_json.h"

#define TEXT_MAX 300
#define ELLIPSIS "\xE2\x80\xA6"

void recoat_page_names_fini(struct recoat_page_names *names)
{
	free(names->text);
	recoat_map_fini(&names->index);
}

/* Bytes of a character as JSON in a page, which writes '<' as \u003c. */
static size_t cost(unsigned char c)
{
	return c == '<' || c < ' ' ? 6 : c == '"' || c == '\\' ? 2 : 1;
}

/* How many bytes of the text are kept; `*bytes` is what they take. */
static size_t kept(const char *text, size_t *bytes)
{
	size_t length = 0;

	*bytes = 0;
	for (; text[length]; length++) {
		if (*bytes >= TEXT_MAX && ((unsigned char)text[length] & 0xC0) != 0x80)
			break;
		*bytes += cost((unsigned char)text[length]);
	}
	return length;
}

char *recoat_page_cut(const char *text)
{
	size_t bytes, length = kept(text, &bytes);

	return recoat_asprintf("%.*s%s", (int)length, text, text[length] ? ELLIPSIS : "");
}

uint32_t recoat_page_names_add(struct recoat_page_names *names, const char *text)
{
	uint32_t found;
	size_t bytes;

	if (!text)
		text = "";
	found = recoat_map_get(&names->index, (uintptr_t)text, 0);
	if (found != RECOAT_NONE)
		return found;
	kept(text, &bytes);
	bytes += sizeof("\"\",\n") + sizeof(ELLIPSIS);
	if (names->bytes + bytes > names->budget)
		return RECOAT_NONE;
	names->bytes += bytes;
	names->text = recoat_grow(names->text, names->count, &names->room, sizeof(*names->text));
	names->text[names->count] = text;
	recoat_map_put(&names->index, (uintptr_t)text, 0, (uint32_t)names->count);
	return (uint32_t)names->count++;
}

void recoat_page_names_put(const struct recoat_page_names *names, FILE *file)
{
	putc('[', file);
	for (size_t i = 0; i < names->count; i++) {
		char *cut = recoat_page_cut(names->text[i]);

		put_element(file, i, text(cut));
		free(cut);
	}
	fputs("\n]", file);
}
