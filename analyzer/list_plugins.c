/* SPDX-License-Identifier: Apache-2.0 */
/* recoat list plugins: what could be put before kernels. */
#include "analyzer/list_plugins.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/command.h"
#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/plugin_probe.h"
#include "analyzer/table.h"

struct listing {
	json_t *plugins; /* As recoat_plugin_probe() describes them. */
	bool failed;
};

static const char *member(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static json_t *find(const struct listing *listing, const char *name)
{
	json_t *plugin;
	size_t i;

	json_array_foreach(listing->plugins, i,
			   plugin) if (!strcmp(member(plugin, "name"), name)) return plugin;
	return NULL;
}

/* The object for one ABI adds its kernels and its file to the plugin's. */
static void add_abi_object(json_t *plugin, json_t *object)
{
	json_array_extend(json_object_get(plugin, "kernels"), json_object_get(object, "kernels"));
	json_array_append(json_object_get(plugin, "abi_files"), json_object_get(object, "file"));
}

/* The first file of a name counts, as for the runtime. */
static void take(void *user, const char *file, const char *name, const char *abi)
{
	struct listing *listing = user;
	json_t *plugin = find(listing, name), *object;
	struct recoat_error error;

	if (!abi == !!plugin)
		return;
	object = recoat_plugin_probe(file, name, abi, NULL, &error);
	if (!object) {
		fprintf(stderr, "recoat: %s\n", error.text);
		listing->failed = true;
		return;
	}
	if (abi) {
		add_abi_object(plugin, object);
		json_decref(object);
	} else {
		json_object_set_new(object, "abi_files", json_array());
		json_array_append_new(listing->plugins, object);
	}
}

/* Files come in order of name, in which NAME-ABI.so stands before NAME.so. */
static void take_main(void *user, const char *file, const char *name, const char *abi)
{
	if (!abi)
		take(user, file, name, abi);
}

static void take_others(void *user, const char *file, const char *name, const char *abi)
{
	if (abi)
		take(user, file, name, abi);
}

/* What the value may be: "0 to 1", "report,original", or nothing. For the caller to free. */
static char *range_text(const json_t *option)
{
	const json_t *minimum = json_object_get(option, "minimum");
	const json_t *maximum = json_object_get(option, "maximum");

	if (json_is_number(minimum))
		return recoat_asprintf("%.15g to %.15g", json_number_value(minimum),
				       json_number_value(maximum));
	return recoat_strdup(member(option, "choices"));
}

static void print_options(const json_t *options)
{
	static const struct recoat_column column[] = {
		{"  option", RECOAT_LEFT}, {"type", RECOAT_LEFT}, {"default", RECOAT_LEFT},
		{"range", RECOAT_LEFT},    {"", RECOAT_LEFT},
	};
	struct recoat_table *table = recoat_table_create(column, sizeof(column) / sizeof(*column));
	json_t *option;
	size_t i;

	json_array_foreach(options, i, option)
	{
		char *range = range_text(option);

		recoat_table_cell(table, "  %s", member(option, "name"));
		recoat_table_cell(table, "%s", member(option, "type"));
		recoat_table_cell(table, "%s",
				  *member(option, "default") ? member(option, "default") : "-");
		recoat_table_cell(table, "%s", *range ? range : "-");
		recoat_table_cell(table, "%s", member(option, "summary"));
		free(range);
	}
	if (json_array_size(options))
		recoat_table_print(table, stdout, 0);
	recoat_table_destroy(table);
}

/* The kernels in lines of one ABI tag each. */
static void print_kernels(const json_t *kernels)
{
	const char *abi = "";
	json_t *kernel;
	size_t i;

	json_array_foreach(kernels, i, kernel)
	{
		if (strcmp(abi, member(kernel, "abi")) != 0)
			printf("%s  %s:", i ? "\n" : "", member(kernel, "abi"));
		abi = member(kernel, "abi");
		printf(" %s", member(kernel, "kernel"));
	}
	if (json_array_size(kernels))
		putchar('\n');
}

static void print_plugin(const json_t *plugin)
{
	json_t *file;
	size_t i;

	printf("%s %s: %s\n  %s\n", member(plugin, "name"), member(plugin, "version"),
	       member(plugin, "summary"), member(plugin, "file"));
	json_array_foreach(json_object_get(plugin, "abi_files"), i, file)
		printf("  %s\n", json_string_value(file));
	print_kernels(json_object_get(plugin, "kernels"));
	print_options(json_object_get(plugin, "options"));
}

static void print_all(const struct listing *listing)
{
	char *path = recoat_plugins_path();
	json_t *plugin;
	size_t i;

	json_array_foreach(listing->plugins, i, plugin)
	{
		if (i)
			putchar('\n');
		print_plugin(plugin);
	}
	if (!json_array_size(listing->plugins))
		printf("no plugins in %s\n", path);
	free(path);
}

int recoat_list_plugins(bool json)
{
	struct listing listing = {.plugins = json_array()};
	int status;

	recoat_plugins_each(take_main, &listing);
	recoat_plugins_each(take_others, &listing);
	if (json) {
		json_dumpf(listing.plugins, stdout, JSON_INDENT(2));
		putchar('\n');
	} else {
		print_all(&listing);
	}
	json_decref(listing.plugins);
	status = recoat_finish();
	return listing.failed ? RECOAT_EXIT_FAILURE : status;
}
