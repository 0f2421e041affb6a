/* SPDX-License-Identifier: Apache-2.0 */
/* The options of commands that can look at a part of a recording. */
#ifndef RECOAT_FILTER_OPTION_H
#define RECOAT_FILTER_OPTION_H

#include <getopt.h>
#include <stdbool.h>

struct recoat_command;
struct recoat_filter;

/* For the list that getopt_long() takes; the last member is what it returns. */
#define RECOAT_FILTER_OPTIONS                                                                      \
	{"thread", required_argument, NULL, 'T'}, {"since", required_argument, NULL, 'S'},         \
	{                                                                                          \
		"until", required_argument, NULL, 'U'                                              \
	}

/* For the text of help, behind the command's own options. */
#define RECOAT_FILTER_HELP                                                                         \
	"  --thread TID|NAME   only this thread; may be given again for further ones\n"            \
	"  --since TIME        only what happened from then on, such as 1.5s, 200ms or 2min\n"     \
	"                      after the first event, or -200ms: before the last\n"                \
	"  --until TIME        only what happened before\n"

/* Is this what getopt_long() returns for one of them? */
bool recoat_filter_is_option(int found);

/* Take its value: 0, or the exit status after a message. */
int recoat_filter_take_option(const struct recoat_command *command, int found, const char *value,
			      struct recoat_filter *filter);

#endif
