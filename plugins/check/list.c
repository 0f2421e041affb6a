/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of plugins. */
#include "plugins/check/list.h"

#include <stdio.h>
#include <string.h>

/* Not isalnum(), which asks the locale. */
static bool is_name_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

bool recoat_plugin_is_name(const char *name, size_t length)
{
	if (!length || length >= RECOAT_PLUGIN_NAME_MAX)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!is_name_byte(name[i]))
			return false;
	}
	return true;
}

int recoat_plugin_list_find(const struct recoat_plugin_list *list, const char *name, size_t length)
{
	for (uint32_t i = 0; i < list->count; i++) {
		if (strlen(list->request[i].name) == length &&
		    !memcmp(list->request[i].name, name, length))
			return (int)i;
	}
	return -1;
}

/* The plugin that `item`, a part of the list's own text, describes. */
static bool add(struct recoat_plugin_list *list, char *item, char *problem, size_t problem_size)
{
	char *colon = strchr(item, ':');
	size_t length = colon ? (size_t)(colon - item) : strlen(item);

	if (!recoat_plugin_is_name(item, length))
		snprintf(problem, problem_size,
			 "found '%s', expected a plugin's name, maybe with :KEY=VALUE behind",
			 item);
	else if (recoat_plugin_list_find(list, item, length) >= 0)
		snprintf(problem, problem_size, "found '%.*s' twice, expected each plugin once",
			 (int)length, item);
	else if (list->count == RECOAT_PLUGINS_MAX)
		snprintf(problem, problem_size, "found more than %d plugins", RECOAT_PLUGINS_MAX);
	else {
		item[length] = '\0';
		list->request[list->count++] = (struct recoat_plugin_request){
			.name = item,
			.options = colon ? colon + 1 : item + length,
		};
		return true;
	}
	return false;
}

bool recoat_plugin_list_parse(struct recoat_plugin_list *list, const char *text, char *problem,
			      size_t problem_size)
{
	char *comma;

	list->count = 0;
	if (strlen(text) >= sizeof list->text) {
		snprintf(problem, problem_size, "longer than %u bytes", RECOAT_PLUGIN_TEXT_MAX - 1);
		return false;
	}
	strcpy(list->text, text);
	for (char *item = list->text; *item || list->count; item = comma + 1) {
		comma = strchr(item, ',');
		if (comma)
			*comma = '\0';
		if (!add(list, item, problem, problem_size))
			return false;
		if (!comma)
			break;
	}
	return true;
}
