/* SPDX-License-Identifier: Apache-2.0 */
/* Finding, opening and checking plugins. */
#include "plugins/check/check.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "plugins/check/list.h"
#include "plugins/check/object.h"
#include "plugins/check/options.h"

/* A later host may know a longer struct; this much every plugin has. */
#define SIZE_OLDEST sizeof(struct recoat_plugin)

bool recoat_plugin_find(const char *path, const char *name, const char *abi, char file[PATH_MAX])
{
	while (*path) {
		size_t length = strcspn(path, ":");
		int used = snprintf(file, PATH_MAX, "%.*s/%s%s%s.so", (int)length, path, name,
				    abi ? "-" : "", abi ? abi : "");

		if (length && used < PATH_MAX && !access(file, R_OK))
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

/* Every check says what is wrong in its own words and returns false. */
#define REFUSE(...)                                                                                \
	do {                                                                                       \
		snprintf(problem, problem_size, __VA_ARGS__);                                      \
		return false;                                                                      \
	} while (0)

static bool check_head(const struct recoat_plugin *plugin, const char *name, char *problem,
		       size_t problem_size)
{
	if (plugin->struct_size < SIZE_OLDEST)
		REFUSE("found recoat_plugin.struct_size %u, expected %u or more",
		       plugin->struct_size, (unsigned)SIZE_OLDEST);
	if (plugin->abi < RECOAT_PLUGIN_ABI_OLDEST)
		REFUSE("found plugin ABI %u, expected %u or later", plugin->abi,
		       RECOAT_PLUGIN_ABI_OLDEST);
	if (plugin->abi_needed > RECOAT_PLUGIN_ABI || plugin->abi_needed > plugin->abi)
		REFUSE("found a plugin that needs ABI %u, expected at most %u", plugin->abi_needed,
		       plugin->abi < RECOAT_PLUGIN_ABI ? plugin->abi : RECOAT_PLUGIN_ABI);
	if (!plugin->name || strcmp(plugin->name, name) != 0)
		REFUSE("found a plugin named '%s', expected '%s'", plugin->name ? plugin->name : "",
		       name);
	if (!plugin->version || !plugin->summary)
		REFUSE("found no %s, expected a text", plugin->version ? "summary" : "version");
	return true;
}

static bool check_option(const struct recoat_plugin_option *option, uint32_t index, char *problem,
			 size_t problem_size)
{
	struct recoat_plugin_value value;

	if (!option->name || !recoat_plugin_is_name(option->name, strlen(option->name)))
		REFUSE("option %u has no name, expected letters, digits and _", index);
	if (!recoat_plugin_option_type(option->type) || !option->summary ||
	    (option->type == RECOAT_OPTION_CHOICE && !option->choices))
		REFUSE("option %s: found type %u%s, expected a type from %d to %d, a summary, and "
		       "the choices of a choice",
		       option->name, option->type, option->summary ? "" : " and no summary",
		       RECOAT_OPTION_BOOL, RECOAT_OPTION_STRING);
	return recoat_plugin_value_parse(&value, option, option->standard ? option->standard : "",
					 problem, problem_size);
}

static bool is_swapped_before(const struct recoat_plugin *plugin, uint32_t index)
{
	const struct recoat_plugin_swap *swap = &plugin->swaps[index];

	for (uint32_t i = 0; i < index; i++) {
		if (!strcmp(plugin->swaps[i].kernel, swap->kernel) &&
		    !strcmp(plugin->swaps[i].abi, swap->abi))
			return true;
	}
	return false;
}

static bool check_swap(const struct recoat_plugin *plugin, uint32_t index, char *problem,
		       size_t problem_size)
{
	const struct recoat_plugin_swap *swap = &plugin->swaps[index];

	if (!swap->kernel || !swap->abi || !swap->function)
		REFUSE("swap %u has no %s", index,
		       !swap->kernel ? "kernel"
		       : !swap->abi  ? "ABI tag"
				     : "function");
	if (is_swapped_before(plugin, index))
		REFUSE("found kernel %s of ABI %s twice, expected it once", swap->kernel,
		       swap->abi);
	return true;
}

bool recoat_plugin_check(const struct recoat_plugin *plugin, const char *name, char *problem,
			 size_t problem_size)
{
	if (!check_head(plugin, name, problem, problem_size))
		return false;
	if (plugin->option_count > RECOAT_PLUGIN_OPTIONS_MAX ||
	    plugin->swap_count > RECOAT_PLUGIN_SWAPS_MAX ||
	    (plugin->option_count && !plugin->options) || (plugin->swap_count && !plugin->swaps))
		REFUSE("found %u options and %u swaps, expected tables of at most %d and %d",
		       plugin->option_count, plugin->swap_count, RECOAT_PLUGIN_OPTIONS_MAX,
		       RECOAT_PLUGIN_SWAPS_MAX);
	for (uint32_t i = 0; i < plugin->option_count; i++) {
		if (!check_option(&plugin->options[i], i, problem, problem_size))
			return false;
	}
	for (uint32_t i = 0; i < plugin->swap_count; i++) {
		if (!check_swap(plugin, i, problem, problem_size))
			return false;
	}
	return true;
}

/* What dlerror() says without the file, which the caller names. */
static bool refuse_unopened(const char *file, char *problem, size_t problem_size)
{
	const char *text = dlerror();
	size_t length = strlen(file);

	if (!text)
		text = "it cannot be opened";
	if (!strncmp(text, file, length) && !strncmp(text + length, ": ", 2))
		text += length + 2;
	snprintf(problem, problem_size, "%s", text);
	return false;
}

const struct recoat_plugin *recoat_plugin_open(const char *file, const char *name, char *problem,
					       size_t problem_size)
{
	const struct recoat_plugin *plugin;
	bool good = false;
	void *handle;

	if (!recoat_object_check(file, problem, problem_size))
		return NULL;
	handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	plugin = handle ? dlsym(handle, "recoat_plugin") : NULL;
	if (!handle)
		refuse_unopened(file, problem, problem_size);
	else if (!plugin)
		snprintf(problem, problem_size,
			 "found no symbol recoat_plugin, expected a constant of that name");
	else
		good = recoat_plugin_check(plugin, name, problem, problem_size);
	/* The target may ask for the error of a dlsym of its own, which had none. */
	dlerror();
	/* None of it has run but constructors, which may have left what must not be unmapped. */
	return good ? plugin : NULL;
}
