/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of `recoat compare`. */
#ifndef RECOAT_COMPARE_OPTIONS_H
#define RECOAT_COMPARE_OPTIONS_H

#include <stdbool.h>

#include "analyzer/difference.h"

struct recoat_command;

enum { RECOAT_COMPARE_UNLIMITED = -1 };

struct recoat_compare_options {
	enum recoat_tree tree; /* RECOAT_TREES: none. */
	const char *html;      /* The page's file, or NULL. */
	bool folded, methods, json, help;
	double slower, larger; /* Percent; RECOAT_COMPARE_UNLIMITED if not given. */
	long limit;
	char **before, **after; /* Of the command line; sets of --methods are before. */
	int befores, afters;
};

/* 0, or the exit status after a message. Words of argv change places. */
int recoat_compare_parse(const struct recoat_command *command, int argc, char **argv,
			 struct recoat_compare_options *options);

#endif
