/* SPDX-License-Identifier: Apache-2.0 */
/* What the page says of plugins. */
#include "analyzer/report_html.h"

#include <string.h>

#include "analyzer/model.h"
#include "analyzer/report_json.h"

#define PLUGINS_MAX 16
#define LIST_MAX 24 /* Counters, mismatches, texts of a plugin. */
#define KEY_MAX 100

static json_t *trimmed(struct recoat_page *page, json_t *from);

static json_t *trimmed_text(json_t *from)
{
	char *copy = recoat_page_cut(json_string_value(from));
	json_t *json = text(copy);

	free(copy);
	return json;
}

static json_t *trimmed_array(struct recoat_page *page, json_t *from)
{
	size_t count = json_array_size(from);
	json_t *array = json_array();

	for (size_t i = 0; i < count && i < LIST_MAX; i++)
		json_array_append_new(array, trimmed(page, json_array_get(from, i)));
	if (count > LIST_MAX)
		recoat_page_leave_out(page, "%zu of %zu things that a plugin has said or found",
				      count - LIST_MAX, count);
	return array;
}

static json_t *trimmed_object(struct recoat_page *page, json_t *from)
{
	json_t *object = json_object(), *value;
	const char *key;

	json_object_foreach(from, key, value) {
		if (json_object_size(object) < LIST_MAX && strlen(key) <= KEY_MAX)
			set(object, key, trimmed(page, value));
	}
	if (json_object_size(object) < json_object_size(from))
		recoat_page_leave_out(page, "%zu of %zu counters of a plugin",
				      json_object_size(from) - json_object_size(object),
				      json_object_size(from));
	return object;
}

/* A copy with texts cut and lists that end. Depth is that of a plugin's object, four at most. */
static json_t *trimmed(struct recoat_page *page, json_t *from)
{
	if (json_is_string(from))
		return trimmed_text(from);
	if (json_is_array(from))
		return trimmed_array(page, from);
	if (json_is_object(from))
		return trimmed_object(page, from);
	return json_incref(from);
}

void recoat_page_put_plugins(struct recoat_page *page)
{
	const struct recoat_plugins *plugins = &page->report->model->plugins;
	size_t shown = plugins->count < PLUGINS_MAX ? plugins->count : PLUGINS_MAX;

	begin_list(page->file, "plugins");
	for (size_t i = 0; i < shown; i++) {
		json_t *whole = recoat_report_json_plugin(page->report, &plugins->row[i]);

		put_element(page->file, i, trimmed(page, whole));
		json_decref(whole);
	}
	end_list(page->file);
	if (shown < plugins->count)
		recoat_page_leave_out(page, "%zu of %zu plugins, those seen last",
				      plugins->count - shown, plugins->count);
}
