/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of a page, each once and none too long, so that pages stay small. */
#ifndef RECOAT_PAGE_NAMES_H
#define RECOAT_PAGE_NAMES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "analyzer/map.h"

/* Start with all zero. */
struct recoat_page_names {
	const char **text; /* Borrowed. */
	size_t count, room;
	struct recoat_map index; /* (address of the text, 0) to `text`. */
	size_t bytes, budget;    /* As JSON: written so far, and at most. */
};

void recoat_page_names_fini(struct recoat_page_names *names);

/*
 * The number of a text that is interned and outlives `names`, added if it is new; NULL is as
 * "". RECOAT_NONE if that would pass the budget.
 */
uint32_t recoat_page_names_add(struct recoat_page_names *names, const char *text);

/* All of them as an array of JSON. */
void recoat_page_names_put(const struct recoat_page_names *names, FILE *file);

/*
 * A copy of `text` that takes some 300 bytes as JSON at most, cut with an ellipsis, where '<' is
 * six of them; for the caller to free.
 */
char *recoat_page_cut(const char *text);

#endif
