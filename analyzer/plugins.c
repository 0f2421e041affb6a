/* SPDX-License-Identifier: Apache-2.0 */
/* Summing up what was recorded about plugins. */
#include "analyzer/plugins.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/strings.h"
#include "recoat/recording.h"

#define TEXTS_MAX 100 /* Kept a plugin and kind; a plugin may log without end. */

static struct recoat_plugin_row *row_of(struct recoat_plugins *plugins,
					struct recoat_strings *strings, const char *name)
{
	for (size_t i = 0; i < plugins->count; i++)
		if (!strcmp(plugins->row[i].name, name))
			return &plugins->row[i];
	plugins->row =
		recoat_grow(plugins->row, plugins->count, &plugins->room, sizeof(*plugins->row));
	plugins->row[plugins->count] = (struct recoat_plugin_row){
		.name = recoat_strings_intern(strings, name), .version = "", .options = ""};
	return &plugins->row[plugins->count++];
}

static void add_text(struct recoat_plugin_texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->count; i++)
		if (texts->at[i].text == text) {
			texts->at[i].count++;
			return;
		}
	if (texts->count == TEXTS_MAX)
		return;
	texts->at = recoat_grow(texts->at, texts->count, &texts->room, sizeof(*texts->at));
	texts->at[texts->count++] = (struct recoat_plugin_text){.text = text, .count = 1};
}

/* Kinds that are not known here are for others. */
void recoat_plugins_take_note(struct recoat_plugins *plugins, struct recoat_strings *strings,
			      const struct recoat_plugin_note *event)
{
	const char *text = recoat_strings_intern(strings, event->text);
	struct recoat_plugin_row *row;

	if (!*event->plugin)
		return;
	row = row_of(plugins, strings, event->plugin);
	if (!strcmp(event->kind, "version"))
		row->version = text;
	else if (!strcmp(event->kind, "options"))
		row->options = text;
	else if (!strcmp(event->kind, "refused"))
		add_text(&row->refused, text);
	else if (!strcmp(event->kind, "unswapped"))
		add_text(&row->unswapped, text);
	else if (!strcmp(event->kind, "log"))
		add_text(&row->log, text);
}

static int is_peak(const char *name)
{
	size_t length = strlen(name), suffix = strlen("_peak");

	return length > suffix && !strcmp(name + length - suffix, "_peak");
}

void recoat_plugins_take_counter(struct recoat_plugins *plugins, struct recoat_strings *strings,
				 const struct recoat_counter *event)
{
	struct recoat_plugin_row *row = row_of(plugins, strings, event->plugin);
	size_t i = 0;

	while (i < row->counters && strcmp(row->counter[i].name, event->name) != 0)
		i++;
	if (i == row->counters) {
		row->counter = recoat_grow(row->counter, row->counters, &row->counter_room,
					   sizeof(*row->counter));
		row->counter[row->counters++] = (struct recoat_plugin_sum){
			.name = recoat_strings_intern(strings, event->name)};
	}
	if (!is_peak(event->name))
		row->counter[i].value =
			(int64_t)((uint64_t)row->counter[i].value + (uint64_t)event->value);
	else if (event->value > row->counter[i].value)
		row->counter[i].value = event->value;
}

static struct recoat_plugin_mismatches *mismatches_of(struct recoat_plugin_row *row,
						      struct recoat_strings *strings,
						      const struct recoat_mismatch *event)
{
	for (size_t i = 0; i < row->mismatches; i++)
		if (!strcmp(row->mismatch[i].kernel, event->kernel) &&
		    !strcmp(row->mismatch[i].abi, event->abi))
			return &row->mismatch[i];
	row->mismatch = recoat_grow(row->mismatch, row->mismatches, &row->mismatch_room,
				    sizeof(*row->mismatch));
	row->mismatch[row->mismatches] = (struct recoat_plugin_mismatches){
		.kernel = recoat_strings_intern(strings, event->kernel),
		.abi = recoat_strings_intern(strings, event->abi),
		.size = event->size,
		.what = recoat_strings_intern(strings, event->what),
	};
	return &row->mismatch[row->mismatches++];
}

void recoat_plugins_take_mismatch(struct recoat_plugins *plugins, struct recoat_strings *strings,
				  const struct recoat_mismatch *event)
{
	struct recoat_plugin_row *row = row_of(plugins, strings, event->plugin);
	struct recoat_plugin_mismatches *sum = mismatches_of(row, strings, event);

	sum->calls++;
	sum->values += event->values;
	sum->differing += event->differing;
	if (event->max_absolute > sum->max_absolute)
		sum->max_absolute = event->max_absolute;
	if (event->max_relative > sum->max_relative)
		sum->max_relative = event->max_relative;
}

void recoat_plugins_fini(struct recoat_plugins *plugins)
{
	for (size_t i = 0; i < plugins->count; i++) {
		free(plugins->row[i].refused.at);
		free(plugins->row[i].unswapped.at);
		free(plugins->row[i].log.at);
		free(plugins->row[i].counter);
		free(plugins->row[i].mismatch);
	}
	free(plugins->row);
}
