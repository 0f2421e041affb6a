/* SPDX-License-Identifier: Apache-2.0 */
/* Interned strings. */
#include "analyzer/strings.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"

/* FNV-1a. */
static size_t hash(const char *text)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001B3u;
	return (size_t)(h ^ h >> 32);
}

void recoat_strings_fini(struct recoat_strings *strings)
{
	for (size_t i = 0; i < strings->room; i++)
		free(strings->text[i]);
	free(strings->text);
	*strings = (struct recoat_strings){0};
}

static char **slot(const struct recoat_strings *strings, const char *text)
{
	size_t at = hash(text) & (strings->room - 1);

	while (strings->text[at] && strcmp(strings->text[at], text) != 0)
		at = (at + 1) & (strings->room - 1);
	return &strings->text[at];
}

static void widen(struct recoat_strings *strings)
{
	struct recoat_strings wider = {.room = strings->room ? strings->room * 2 : 64,
				       .count = strings->count};

	wider.text = recoat_calloc(wider.room, sizeof(*wider.text));
	for (size_t i = 0; i < strings->room; i++)
		if (strings->text[i])
			*slot(&wider, strings->text[i]) = strings->text[i];
	free(strings->text);
	*strings = wider;
}

const char *recoat_strings_intern(struct recoat_strings *strings, const char *text)
{
	char **at;

	if (!text)
		text = "";
	if (strings->count * 2 >= strings->room)
		widen(strings);
	at = slot(strings, text);
	if (!*at) {
		*at = recoat_strdup(text);
		strings->count++;
	}
	return *at;
}
