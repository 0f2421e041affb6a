/* SPDX-License-Identifier: Apache-2.0 */
/* Names and patterns: which symbols a kernel's entry means. */
#include "kernels/catalogue.h"

#include <string.h>

/* Behind a function's name these mark what a compiler split off from it. */
static const char *const clone_marks[] = {".cold", ".isra.", ".constprop.", ".part."};

/*
 * Match a pattern of `length` bytes. On a mismatch, the last * takes one more byte; earlier
 * ones need not be tried again, so there is no recursion.
 */
static bool glob_match(const char *pattern, size_t length, const char *text)
{
	const char *end = pattern + length;
	const char *star = NULL, *retry = NULL;

	while (*text) {
		if (pattern < end && *pattern == '*') {
			star = pattern++;
			retry = text;
		} else if (pattern < end && (*pattern == '?' || *pattern == *text)) {
			pattern++;
			text++;
		} else if (star) {
			pattern = star + 1;
			text = ++retry;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

bool recoat_glob_match(const char *pattern, const char *text)
{
	return glob_match(pattern, strlen(pattern), text);
}

bool recoat_glob_list_match(const char *list, const char *name)
{
	if (!list)
		return true;
	for (;;) {
		size_t length = strcspn(list, ",");
		size_t first = strspn(list, " \t");
		size_t last = length;

		while (last > first && (list[last - 1] == ' ' || list[last - 1] == '\t'))
			last--;
		if (last > first && glob_match(list + first, last - first, name))
			return true;
		if (!list[length])
			return false;
		list += length + 1;
	}
}

bool recoat_symbol_is_clone(const char *symbol)
{
	for (size_t n = 0; n < sizeof(clone_marks) / sizeof(clone_marks[0]); n++) {
		const char *mark = clone_marks[n];
		const char *found = strstr(symbol, mark);
		char behind = found ? found[strlen(mark)] : '\0';

		/* ".cold" ends a name or stands before another mark; the others take a number. */
		if (found && found != symbol &&
		    (n == 0 ? behind == '\0' || behind == '.' : behind >= '0' && behind <= '9'))
			return true;
	}
	return false;
}
