/* SPDX-License-Identifier: Apache-2.0 */
/* For pprof: profile.proto, compressed with gzip. */
#include "analyzer/export.h"

/*
 * The message and its field numbers are those of pprof's proto/profile.proto. A location is a line
 * of a function; addresses are left out, as all is symbolised already. Its protocol buffers are a
 * row of fields: a number with a type in its lowest 3 bits, then a varint (type 0), or
 * a length and as many bytes (type 2).
 */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "analyzer/error.h"
#include "analyzer/map.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/profile.h"

enum { /* Fields of the messages, by their names in profile.proto. */
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_MAPPING = 3,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING_TABLE = 6,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS = 10,
	PROFILE_PERIOD_TYPE = 11,
	PROFILE_PERIOD = 12,
	PROFILE_DEFAULT_SAMPLE_TYPE = 14,
	VALUE_TYPE_TYPE = 1,
	VALUE_TYPE_UNIT = 2,
	SAMPLE_LOCATION_ID = 1,
	SAMPLE_VALUE = 2,
	MAPPING_ID = 1,
	MAPPING_FILENAME = 5,
	MAPPING_HAS_FUNCTIONS = 7,
	LOCATION_ID = 1,
	LOCATION_MAPPING_ID = 2,
	LOCATION_LINE = 4,
	LINE_FUNCTION_ID = 1,
	LINE_LINE = 2,
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
	FUNCTION_SYSTEM_NAME = 3,
	FUNCTION_FILENAME = 4,
};

/* A message that is being put together; starts with all zero. */
struct message {
	unsigned char *bytes;
	size_t length, room;
};

static void put_byte(struct message *message, unsigned char byte)
{
	message->bytes = recoat_grow(message->bytes, message->length, &message->room, 1);
	message->bytes[message->length++] = byte;
}

static void put_varint(struct message *message, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		put_byte(message, (unsigned char)(value | 0x80));
	put_byte(message, (unsigned char)value);
}

static void put_number(struct message *message, unsigned field, uint64_t value)
{
	put_varint(message, field << 3);
	put_varint(message, value);
}

static void put_bytes(struct message *message, unsigned field, const void *bytes, size_t length)
{
	put_varint(message, field << 3 | 2);
	put_varint(message, length);
	for (size_t i = 0; i < length; i++)
		put_byte(message, ((const unsigned char *)bytes)[i]);
}

/* Put `inner` into `message` and empty it. */
static void put_message(struct message *message, unsigned field, struct message *inner)
{
	put_bytes(message, field, inner->bytes, inner->length);
	inner->length = 0;
}

/* What is being written, and the numbers given so far; strings are told apart by address. */
struct pprof {
	const struct recoat_profile *profile;
	struct recoat_model *model;
	gzFile file;
	bool failed;
	struct message field, inner;
	struct recoat_map strings, mappings, functions; /* Numbers from 1 on. */
};

static void flush(struct pprof *pprof)
{
	int length = (int)pprof->field.length;

	if (length && gzwrite(pprof->file, pprof->field.bytes, (unsigned)length) != length)
		pprof->failed = true;
	pprof->field.length = 0;
}

/* Strings go out as they are met: those of one kind of field may stand anywhere. */
static uint64_t string(struct pprof *pprof, const char *text)
{
	struct message field = {0};
	uint32_t found;

	if (!text || !*text)
		return 0;
	text = recoat_strings_intern(&pprof->model->strings, text);
	found = recoat_map_get(&pprof->strings, (uintptr_t)text, 0);
	if (found != RECOAT_NONE)
		return found;
	put_bytes(&field, PROFILE_STRING_TABLE, text, strlen(text));
	if (gzwrite(pprof->file, field.bytes, (unsigned)field.length) != (int)field.length)
		pprof->failed = true;
	free(field.bytes);
	found = (uint32_t)pprof->strings.count + 1;
	recoat_map_put(&pprof->strings, (uintptr_t)text, 0, found);
	return found;
}

static void put_type(struct pprof *pprof, unsigned field,
		     const struct recoat_profile_column *column)
{
	put_number(&pprof->inner, VALUE_TYPE_TYPE, string(pprof, column->name));
	put_number(&pprof->inner, VALUE_TYPE_UNIT, string(pprof, column->unit));
	put_message(&pprof->field, field, &pprof->inner);
	flush(pprof);
}

static uint64_t mapping(struct pprof *pprof, const char *module)
{
	uint32_t found = recoat_map_get(&pprof->mappings, (uintptr_t)module, 0);

	if (!*module)
		return 0;
	if (found != RECOAT_NONE)
		return found;
	found = (uint32_t)pprof->mappings.count + 1;
	recoat_map_put(&pprof->mappings, (uintptr_t)module, 0, found);
	put_number(&pprof->inner, MAPPING_ID, found);
	put_number(&pprof->inner, MAPPING_FILENAME, string(pprof, module));
	put_number(&pprof->inner, MAPPING_HAS_FUNCTIONS, 1);
	put_message(&pprof->field, PROFILE_MAPPING, &pprof->inner);
	flush(pprof);
	return found;
}

static uint64_t function(struct pprof *pprof, const struct recoat_profile_frame *frame)
{
	uint64_t name = (uintptr_t)frame->function;
	uint32_t found = recoat_map_get(&pprof->functions, name, (uintptr_t)frame->module);

	if (found != RECOAT_NONE)
		return found;
	found = (uint32_t)pprof->functions.count + 1;
	recoat_map_put(&pprof->functions, name, (uintptr_t)frame->module, found);
	put_number(&pprof->inner, FUNCTION_ID, found);
	put_number(&pprof->inner, FUNCTION_NAME, string(pprof, frame->function));
	put_number(&pprof->inner, FUNCTION_SYSTEM_NAME, string(pprof, frame->function));
	put_number(&pprof->inner, FUNCTION_FILENAME, string(pprof, frame->file));
	put_message(&pprof->field, PROFILE_FUNCTION, &pprof->inner);
	flush(pprof);
	return found;
}

/* A location a frame, numbered from 1 on. */
static void put_location(struct pprof *pprof, uint32_t number)
{
	const struct recoat_profile_frame *frame = &pprof->profile->frame[number];
	uint64_t in = mapping(pprof, frame->module), of = function(pprof, frame);
	struct message line = {0};

	put_number(&line, LINE_FUNCTION_ID, of);
	if (frame->line)
		put_number(&line, LINE_LINE, (uint64_t)frame->line);
	put_number(&pprof->inner, LOCATION_ID, number + 1);
	if (in)
		put_number(&pprof->inner, LOCATION_MAPPING_ID, in);
	put_message(&pprof->inner, LOCATION_LINE, &line);
	put_message(&pprof->field, PROFILE_LOCATION, &pprof->inner);
	flush(pprof);
	free(line.bytes);
}

/* Locations from the innermost to the root, and all values. */
static void put_sample(struct pprof *pprof, uint32_t node)
{
	const struct recoat_profile *profile = pprof->profile;
	struct message packed = {0};
	bool any = false;

	for (unsigned c = 0; c < profile->kind->columns; c++)
		any |= profile->node[node].self[c] != 0;
	if (!any)
		return;
	for (uint32_t at = node;; at = profile->node[at].parent) {
		put_varint(&packed, profile->node[at].frame + 1);
		if (!at)
			break;
	}
	put_message(&pprof->inner, SAMPLE_LOCATION_ID, &packed);
	for (unsigned c = 0; c < profile->kind->columns; c++)
		put_varint(&packed, (uint64_t)profile->node[node].self[c]);
	put_message(&pprof->inner, SAMPLE_VALUE, &packed);
	put_message(&pprof->field, PROFILE_SAMPLE, &pprof->inner);
	flush(pprof);
	free(packed.bytes);
}

static void put_facts(struct pprof *pprof)
{
	const struct recoat_profile *profile = pprof->profile;
	const struct recoat_profile_kind *kind = profile->kind;
	const struct recoat_process *first = pprof->model->process;

	put_bytes(&pprof->field, PROFILE_STRING_TABLE, "", 0); /* Number 0 is the empty one. */
	flush(pprof);
	for (unsigned c = 0; c < kind->columns; c++)
		put_type(pprof, PROFILE_SAMPLE_TYPE, &kind->column[c]);
	if (pprof->model->processes) {
		put_number(&pprof->field, PROFILE_TIME_NANOS, (uint64_t)first->start_real);
		if (!strcmp(kind->column[0].name, "cpu"))
			put_number(&pprof->field, PROFILE_PERIOD, first->cpu_period);
	}
	put_number(&pprof->field, PROFILE_DURATION_NANOS, recoat_model_duration(pprof->model));
	put_number(&pprof->field, PROFILE_DEFAULT_SAMPLE_TYPE,
		   string(pprof, kind->column[profile->chosen].name));
	flush(pprof);
	put_type(pprof, PROFILE_PERIOD_TYPE, &kind->column[0]);
}

static void put_all(struct pprof *pprof)
{
	put_facts(pprof);
	for (uint32_t i = 0; i < pprof->profile->frames; i++)
		put_location(pprof, i);
	for (uint32_t i = 0; i < pprof->profile->nodes; i++)
		put_sample(pprof, i);
}

int recoat_export_pprof(struct recoat_export *from, FILE *file, struct recoat_error *error)
{
	struct pprof pprof = {.profile = from->profile, .model = from->model};
	int fd = fflush(file) ? -1 : dup(fileno(file));

	pprof.file = fd < 0 ? NULL : gzdopen(fd, "wb");
	if (!pprof.file) {
		if (fd >= 0)
			close(fd);
		return recoat_error_set(error, -EIO, "pprof: cannot begin to compress");
	}
	put_all(&pprof);
	if (gzclose(pprof.file) != Z_OK)
		pprof.failed = true;
	free(pprof.field.bytes);
	free(pprof.inner.bytes);
	recoat_map_fini(&pprof.strings);
	recoat_map_fini(&pprof.mappings);
	recoat_map_fini(&pprof.functions);
	return pprof.failed ? recoat_error_set(error, -EIO, "pprof: cannot be written: %s",
					       strerror(errno ? errno : EIO))
			    : 0;
}
