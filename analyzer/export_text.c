/* SPDX-License-Identifier: Apache-2.0 */
/* Call paths as lines of text: folded stacks, CSV, JSON. */
#include "analyzer/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/profile.h"
#include "analyzer/report_json.h"

/* The nodes from the root to `node`, both included; `way` has room for all nodes. */
static size_t way_to(const struct recoat_profile *profile, uint32_t node, uint32_t *way)
{
	size_t count = 0;

	for (uint32_t at = node; at; at = profile->node[at].parent)
		way[count++] = at;
	way[count++] = 0;
	for (size_t i = 0; i < count / 2; i++) {
		uint32_t swap = way[i];

		way[i] = way[count - 1 - i];
		way[count - 1 - i] = swap;
	}
	return count;
}

static const char *function_of(const struct recoat_profile *profile, uint32_t node)
{
	return profile->frame[profile->node[node].frame].function;
}

/* Print a text; each character of `bad`, and those that control terminals, as `instead`. */
static void put_clean(FILE *file, const char *text, const char *bad, char instead)
{
	for (; *text; text++) {
		bool is_bad = strchr(bad, *text) || (unsigned char)*text < ' ' || *text == 0x7f;

		putc(is_bad ? instead : *text, file);
	}
}

/* `program;main;function VALUE`, a line a path, as flamegraph.pl takes them. */
int recoat_export_folded(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_profile *profile = from->profile;
	uint32_t *way = recoat_calloc(profile->nodes + 1, sizeof(*way));

	(void)error;
	for (uint32_t i = 0; i < profile->nodes; i++) {
		int64_t value = profile->node[i].self[profile->chosen];
		size_t count;

		from->left_out += value < 0;
		if (value <= 0)
			continue;
		count = way_to(profile, i, way);
		for (size_t j = 0; j < count; j++) {
			if (j)
				putc(';', file);
			put_clean(file, function_of(profile, way[j]), ";", ':');
		}
		fprintf(file, " %" PRId64 "\n", value);
	}
	free(way);
	return 0;
}

/* A field in quotes, as RFC 4180 has it. */
static void put_quoted(FILE *file, const char *text)
{
	putc('"', file);
	for (; text && *text; text++) {
		if (*text == '"')
			putc('"', file);
		putc((unsigned char)*text < ' ' ? '?' : *text, file);
	}
	putc('"', file);
}

/* All totals, a column each; for the caller to free. */
static int64_t **all_totals(const struct recoat_profile *profile)
{
	int64_t **total = recoat_calloc(profile->kind->columns, sizeof(*total));

	for (unsigned c = 0; c < profile->kind->columns; c++)
		total[c] = recoat_profile_totals(profile, c);
	return total;
}

static void free_totals(const struct recoat_profile *profile, int64_t **total)
{
	for (unsigned c = 0; c < profile->kind->columns; c++)
		free(total[c]);
	free(total);
}

/* A row a call path: its number and its parent's, where it is, its own figures and all below. */
int recoat_export_csv(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_profile *profile = from->profile;
	const struct recoat_profile_kind *kind = profile->kind;
	int64_t **total = all_totals(profile);

	(void)error;
	fputs("path,caller,function,file,module", file);
	for (unsigned c = 0; c < kind->columns; c++)
		fprintf(file, ",self_%s,total_%s", kind->column[c].name, kind->column[c].name);
	fputs("\r\n", file);
	for (uint32_t i = 0; i < profile->nodes; i++) {
		const struct recoat_profile_node *node = &profile->node[i];
		const struct recoat_profile_frame *frame = &profile->frame[node->frame];

		fprintf(file, "%" PRIu32 ",", i);
		if (i)
			fprintf(file, "%" PRIu32, node->parent);
		putc(',', file);
		put_quoted(file, frame->function);
		putc(',', file);
		put_quoted(file, frame->file);
		putc(',', file);
		put_quoted(file, frame->module);
		for (unsigned c = 0; c < kind->columns; c++)
			fprintf(file, ",%" PRId64 ",%" PRId64, node->self[c], total[c][i]);
		fputs("\r\n", file);
	}
	free_totals(profile, total);
	return 0;
}

static json_t *columns_json(const struct recoat_profile_kind *kind)
{
	json_t *array = json_array();

	for (unsigned c = 0; c < kind->columns; c++) {
		json_t *column = json_object();

		set(column, "name", text(kind->column[c].name));
		set(column, "unit", text(kind->column[c].unit));
		json_array_append_new(array, column);
	}
	return array;
}

static json_t *path_json(const struct recoat_profile *profile, uint32_t node, int64_t **total)
{
	json_t *object = json_object(), *own = json_array(), *all = json_array();

	set(object, "caller", node ? number(profile->node[node].parent) : json_null());
	set(object, "function", number(profile->node[node].frame));
	for (unsigned c = 0; c < profile->kind->columns; c++) {
		json_array_append_new(own, signed_number(profile->node[node].self[c]));
		json_array_append_new(all, signed_number(total[c][node]));
	}
	set(object, "self", own);
	set(object, "total", all);
	return object;
}

static json_t *function_json(const struct recoat_profile_frame *frame)
{
	json_t *object = json_object();

	set(object, "function", text(frame->function));
	set(object, "file", text_or_null(frame->file));
	set(object, "module", text_or_null(frame->module));
	return object;
}

/* The same as one JSON object; recoat-export(1) has its members. */
int recoat_export_json(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_profile *profile = from->profile;
	int64_t **total = all_totals(profile);

	(void)error;
	fprintf(file, "{\"schema\": \"recoat-export-1\",\n\"columns\": ");
	put(file, columns_json(profile->kind));
	begin_list(file, "functions");
	for (size_t i = 0; i < profile->frames; i++)
		put_element(file, i, function_json(&profile->frame[i]));
	end_list(file);
	begin_list(file, "call_paths");
	for (uint32_t i = 0; i < profile->nodes; i++)
		put_element(file, i, path_json(profile, i, total));
	end_list(file);
	fputs("\n}\n", file);
	free_totals(profile, total);
	return 0;
}
