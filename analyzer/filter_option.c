/* SPDX-License-Identifier: Apache-2.0 */
/* --thread, --since and --until. */
#include "analyzer/filter_option.h"

#include "analyzer/command.h"
#include "analyzer/filter.h"

bool recoat_filter_is_option(int found)
{
	return found == 'T' || found == 'S' || found == 'U';
}

static int take_moment(const struct recoat_command *command, const char *option, const char *value,
		       struct recoat_moment *moment)
{
	if (recoat_moment_parse(value, moment))
		return 0;
	return recoat_usage_error(
		command,
		"%s: found \"%s\", expected a time such as 1.5s, 200ms, 30us, 2min "
		"or -1s",
		option, value);
}

int recoat_filter_take_option(const struct recoat_command *command, int found, const char *value,
			      struct recoat_filter *filter)
{
	if (found == 'S')
		return take_moment(command, "--since", value, &filter->since);
	if (found == 'U')
		return take_moment(command, "--until", value, &filter->until);
	if (!*value)
		return recoat_usage_error(
			command, "--thread: found \"\", expected a thread's number or name");
	recoat_filter_add_thread(filter, value);
	return 0;
}
