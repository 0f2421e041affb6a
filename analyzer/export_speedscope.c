/* SPDX-License-Identifier: Apache-2.0 */
/* For speedscope: its file format, one "sampled" profile a column. */
#include "analyzer/export.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/profile.h"
#include "analyzer/report_json.h"

static const char *unit_of(const struct recoat_profile_column *column)
{
	return !strcmp(column->unit, "count") ? "none" : column->unit;
}

static json_t *frame_json(const struct recoat_profile_frame *frame)
{
	json_t *object = json_object();

	set(object, "name", text(frame->function));
	if (frame->file)
		set(object, "file", text(frame->file));
	return object;
}

/* The frames of a call path, outermost first. */
static json_t *stack_json(const struct recoat_profile *profile, uint32_t node)
{
	json_t *array = json_array();
	size_t depth = 0, at;
	uint32_t *frame;

	for (uint32_t n = node; n; n = profile->node[n].parent)
		depth++;
	frame = recoat_calloc(depth + 1, sizeof(*frame));
	at = depth;
	for (uint32_t n = node; n; n = profile->node[n].parent)
		frame[at--] = profile->node[n].frame;
	for (size_t i = 0; i <= depth; i++)
		json_array_append_new(array, number(frame[i]));
	free(frame);
	return array;
}

/* Stacks first, then as many weights: two passes over what is there. */
static void put_profile(struct recoat_export *from, unsigned c, FILE *file)
{
	const struct recoat_profile *profile = from->profile;
	const struct recoat_profile_column *column = &profile->kind->column[c];
	int64_t sum = 0;
	size_t count = 0;

	fputs("{\"type\": \"sampled\", \"name\": ", file);
	put(file, text(column->title));
	fprintf(file, ", \"unit\": \"%s\", \"samples\": [", unit_of(column));
	for (uint32_t i = 0; i < profile->nodes; i++) {
		from->left_out += profile->node[i].self[c] < 0;
		if (profile->node[i].self[c] > 0)
			put_element(file, count++, stack_json(profile, i));
	}
	fputs("], \"weights\": [", file);
	count = 0;
	for (uint32_t i = 0; i < profile->nodes; i++) {
		int64_t value = profile->node[i].self[c];

		if (value <= 0)
			continue;
		fprintf(file, "%s%" PRId64, count++ ? "," : "", value);
		sum = recoat_add(sum, value);
	}
	fprintf(file, "], \"startValue\": 0, \"endValue\": %" PRId64 "}", sum);

}

int recoat_export_speedscope(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	const struct recoat_profile *profile = from->profile;

	(void)error;
	fputs("{\"$schema\": \"https://www.speedscope.app/file-format-schema.json\",\n"
	      "\"exporter\": \"recoat " RECOAT_VERSION "\",\n\"name\": ",
	      file);
	put(file, text(profile->frame[0].function));
	fprintf(file, ",\n\"activeProfileIndex\": %u,\n\"shared\": {\"frames\": [", profile->chosen);
	for (size_t i = 0; i < profile->frames; i++)
		put_element(file, i, frame_json(&profile->frame[i]));
	fputs("]},\n\"profiles\": [", file);
	for (unsigned c = 0; c < profile->kind->columns; c++) {
		fputs(c ? ",\n" : "\n", file);
		put_profile(from, c, file);
	}
	fputs("\n]}\n", file);
	return 0;
}
