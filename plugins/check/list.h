/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of plugins as users write them: NAME:KEY=VALUE:KEY=VALUE,NAME,... */
#ifndef RECOAT_PLUGINS_LIST_H
#define RECOAT_PLUGINS_LIST_H

/*
 * Runtime and command line both read such lists, so this and the rest of plugins/check/ is
 * linked into both. Nothing here allocates, prints or exits.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECOAT_PLUGINS_MAX 16
#define RECOAT_PLUGIN_NAME_MAX 64
#define RECOAT_PLUGIN_TEXT_MAX 4096

/* One plugin of the list; both strings lie in recoat_plugin_list.text. */
struct recoat_plugin_request {
	const char *name;
	const char *options; /* KEY=VALUE:KEY=VALUE, or empty. */
};

struct recoat_plugin_list {
	char text[RECOAT_PLUGIN_TEXT_MAX];
	uint32_t count;
	struct recoat_plugin_request request[RECOAT_PLUGINS_MAX];
};

/*
 * Read a list, outermost plugin first; an empty one has none. False with what was found and
 * expected in `problem`. Names are letters, digits and _, each at most once.
 */
bool recoat_plugin_list_parse(struct recoat_plugin_list *list, const char *text, char *problem,
			      size_t problem_size);

/* The index of the plugin whose name is the `length` bytes at `name`, or -1. */
int recoat_plugin_list_find(const struct recoat_plugin_list *list, const char *name, size_t length);

/* Is it a name that a plugin, an option or a counter may have? */
bool recoat_plugin_is_name(const char *name, size_t length);

#endif
