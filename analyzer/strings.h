/* SPDX-License-Identifier: Apache-2.0 */
/* Interned strings: equal texts have one address. */
#ifndef RECOAT_STRINGS_H
#define RECOAT_STRINGS_H

#include <stddef.h>
#include <stdint.h>

/* Start with all zero. */
struct recoat_strings {
	char **text; /* Open addressing by content, at most half full. */
	size_t room;
	size_t count;
};

/* Frees every string that was interned. */
void recoat_strings_fini(struct recoat_strings *strings);

/* The one copy of `text`, which lives until fini; NULL gives the copy of "". */
const char *recoat_strings_intern(struct recoat_strings *strings, const char *text);

#endif
