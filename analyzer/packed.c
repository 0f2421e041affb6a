/* SPDX-License-Identifier: Apache-2.0 */
/* The file of names in a packed recording. */
#include "analyzer/packed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/regular.h"
#include "analyzer/sites.h"

#define FIRST_LINE "recoat-symbols-1"

void recoat_packed_fini(struct recoat_packed *packed)
{
	for (size_t i = 0; i < packed->count; i++)
		free((void *)packed->at[i].at);
	free(packed->at);
}

/* ---- Writing. ---- */

/* Behind a tab, so that a text may hold anything but control characters. */
static void put_text(FILE *file, const char *text)
{
	char *clean = recoat_format_clean(recoat_strdup(text ? text : ""));

	fprintf(file, "\t%s", clean);
	free(clean);
}

static void put_call(FILE *file, const struct recoat_call *call)
{
	fprintf(file, "call\t%c%c\t%d", call->known ? 'k' : '-', call->inlined ? 'i' : '-',
		call->line);
	put_text(file, call->function);
	put_text(file, call->file);
	putc('\n', file);
}

static void put_frame(struct recoat_model *model, struct recoat_symbols *symbols, uint32_t frame,
		      FILE *file)
{
	struct recoat_calls calls = recoat_frame_calls(model, symbols, frame);

	fprintf(file, "at\t%" PRIx64 "\n", model->cct.frame[frame].offset);
	for (size_t i = 0; i < calls.count; i++)
		put_call(file, &calls.at[i]);
}

void recoat_packed_write(struct recoat_model *model, struct recoat_symbols *symbols, FILE *file)
{
	const struct recoat_cct *cct = &model->cct;
	uint32_t module = RECOAT_NONE;

	fputs(FIRST_LINE "\n", file);
	for (uint32_t i = 0; i < cct->frames; i++) {
		/* Code without a file has no names. */
		if (!*cct->module[cct->frame[i].module].path)
			continue;
		if (cct->frame[i].module != module) {
			module = cct->frame[i].module;
			fputs("module", file);
			put_text(file, cct->module[module].build_id);
			put_text(file, cct->module[module].path);
			putc('\n', file);
		}
		put_frame(model, symbols, i, file);
	}
}

/* ---- Reading. ---- */

struct reader {
	struct recoat_model *model;
	struct recoat_error *error;
	const char *path;
	size_t line;
	uint32_t module, frame; /* RECOAT_NONE before the first, or if the frame is not used. */
	bool has_frame;
	struct recoat_call call[RECOAT_CALLS_MAX]; /* Of the frame, so far. */
	size_t calls;
};

static int refuse(const struct reader *reader, const char *found, const char *expected)
{
	return recoat_error_set(reader->error, -EINVAL, "%s: line %zu: found \"%.60s\", expected %s",
				reader->path, reader->line, found, expected);
}

/* Store the calls of the frame that is complete. */
static void end_frame(struct reader *reader)
{
	struct recoat_packed *packed = &reader->model->packed;
	struct recoat_call *calls;

	if (reader->frame < packed->count && reader->calls && !packed->at[reader->frame].count) {
		calls = recoat_calloc(reader->calls, sizeof(*calls));
		memcpy(calls, reader->call, reader->calls * sizeof(*calls));
		packed->at[reader->frame] =
			(struct recoat_calls){.at = calls, .count = reader->calls};
	}
	reader->frame = RECOAT_NONE;
	reader->has_frame = false;
	reader->calls = 0;
}

/* The next field of a line, which ends at a tab; NULL if there are no more. */
static char *next_field(char **rest)
{
	return strsep(rest, "\t");
}

static bool take_number(const char *text, int base, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = text && *text && *text != '-' ? strtoull(text, &end, base) : 0;
	return text && *text && *text != '-' && !errno && !*end;
}

static int take_module(struct reader *reader, char *rest)
{
	struct recoat_strings *strings = &reader->model->strings;
	const struct recoat_cct *cct = &reader->model->cct;
	const char *build_id = next_field(&rest), *path = next_field(&rest);

	end_frame(reader);
	if (!build_id || !path || rest)
		return refuse(reader, "module", "a build id and a path behind it");
	build_id = recoat_strings_intern(strings, build_id);
	path = recoat_strings_intern(strings, path);
	reader->module = recoat_map_get(&cct->module_index, (uintptr_t)path, (uintptr_t)build_id);
	return 0;
}

/* Names of what the recording does not have are of no use, but do no harm. */
static int take_frame(struct reader *reader, char *rest)
{
	const struct recoat_cct *cct = &reader->model->cct;
	uint64_t address;

	end_frame(reader);
	if (!take_number(rest, 16, &address))
		return refuse(reader, rest ? rest : "", "an address in hexadecimal");
	reader->has_frame = true;
	if (reader->module != RECOAT_NONE)
		reader->frame = recoat_map_get(&cct->frame_index, reader->module, address);
	return 0;
}

static int take_call(struct reader *reader, char *rest)
{
	struct recoat_strings *strings = &reader->model->strings;
	const char *flags = next_field(&rest), *number = next_field(&rest);
	const char *function = next_field(&rest), *file = next_field(&rest);
	uint64_t line;

	if (!reader->has_frame)
		return refuse(reader, "call", "an address before it");
	if (!file || rest || strlen(flags) != 2)
		return refuse(reader, "call", "two flags, a line, a function and a file behind it");
	if (!take_number(number, 10, &line) || line > INT32_MAX)
		return refuse(reader, number, "the number of a line");
	if (reader->calls == RECOAT_CALLS_MAX)
		return refuse(reader, function, "fewer calls at one address");
	reader->call[reader->calls++] = (struct recoat_call){
		.function = recoat_strings_intern(strings, function),
		.file = *file ? recoat_strings_intern(strings, file) : NULL,
		.line = (int)line,
		.known = flags[0] == 'k',
		.inlined = flags[1] == 'i',
	};
	return 0;
}

static int take_line(struct reader *reader, char *line)
{
	const char *what = next_field(&line);

	if (reader->line == 1 && strcmp(what, FIRST_LINE) != 0)
		return refuse(reader, what, "\"" FIRST_LINE "\"");
	if (reader->line == 1)
		return 0;
	if (!strcmp(what, "module"))
		return take_module(reader, line);
	if (!strcmp(what, "at"))
		return take_frame(reader, line);
	if (!strcmp(what, "call"))
		return take_call(reader, line);
	return refuse(reader, what, "module, at or call");
}

static int read_lines(struct reader *reader, FILE *file)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int result = 0;

	while (!result && (length = getline(&line, &room, file)) > 0) {
		reader->line++;
		if (line[length - 1] != '\n' || strlen(line) != (size_t)length)
			result = refuse(reader, line, "whole lines of text");
		line[length - 1] = '\0';
		if (!result)
			result = take_line(reader, line);
	}
	if (!result && ferror(file))
		result = recoat_error_set(reader->error, -EIO, "%s: cannot be read", reader->path);
	if (!result && !reader->line)
		result = recoat_error_set(reader->error, -EINVAL,
					  "%s: an empty file, expected \"" FIRST_LINE "\"",
					  reader->path);
	end_frame(reader);
	free(line);
	return result;
}

int recoat_packed_load(struct recoat_model *model, const char *directory,
		       struct recoat_error *error)
{
	char *path = recoat_asprintf("%s/" RECOAT_PACKED_NAME, directory);
	struct reader reader = {.model = model,
				.error = error,
				.path = path,
				.module = RECOAT_NONE,
				.frame = RECOAT_NONE};
	int fd = recoat_regular_open(path, error), result = fd < 0 && fd != -ENOENT ? fd : 0;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file) {
		model->packed.count = model->cct.frames;
		model->packed.at = recoat_calloc(model->cct.frames, sizeof(*model->packed.at));
		result = read_lines(&reader, file);
		fclose(file);
	}
	free(path);
	return result;
}
