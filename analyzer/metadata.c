/* SPDX-License-Identifier: Apache-2.0 */
/* A scanner for the few blocks of TSDL that matter here. */
#include "analyzer/metadata.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"

#define FIRST_LINE "/* CTF 1.8 */"
#define METADATA_MAX (1u << 20)
#define NANO RECOAT_NANO

/* What one `NAME { key = value; ... };` block said; fields of both kinds of block. */
struct block {
	char name[256];
	struct recoat_clock clock;
	long format;
};

struct scan {
	const char *at;
	struct recoat_metadata *metadata;
	bool monotonic, span, format;
};

/* Pass over white space and comments. */
static void skip_space(struct scan *scan)
{
	for (;;) {
		const char *end;

		while (isspace((unsigned char)*scan->at))
			scan->at++;
		if (strncmp(scan->at, "/*", 2) != 0)
			return;
		end = strstr(scan->at + 2, "*/");
		scan->at = end ? end + 2 : scan->at + strlen(scan->at);
	}
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == '-' || c == '+';
}

/*
 * The next token: a word or number, a string without its quotes, or one other character.
 * Cut to `size`. False at the end.
 */
static bool next_token(struct scan *scan, char *token, size_t size)
{
	const char *from;
	size_t length;

	skip_space(scan);
	from = scan->at;
	if (!*from)
		return false;
	if (*from == '"') {
		from++;
		length = strcspn(from, "\"");
		scan->at = from + length + (from[length] == '"');
	} else {
		for (length = 0; is_word(from[length]); length++)
			;
		length += !length;
		scan->at = from + length;
	}
	if (length > size - 1)
		length = size - 1;
	memcpy(token, from, length);
	token[length] = '\0';
	return true;
}

static void assign(struct block *block, const char *key, const char *value)
{
	if (!strcmp(key, "name"))
		snprintf(block->name, sizeof(block->name), "%s", value);
	else if (!strcmp(key, "freq"))
		block->clock.freq = strtoull(value, NULL, 10);
	else if (!strcmp(key, "offset_s"))
		block->clock.offset_s = strtoll(value, NULL, 10);
	else if (!strcmp(key, "offset"))
		block->clock.offset = strtoll(value, NULL, 10);
	else if (!strcmp(key, "recoat_format"))
		block->format = strtol(value, NULL, 10);
}

/* Read `{ key = value; ... }`; the opening brace is the next token. */
static bool read_block(struct scan *scan, struct block *block)
{
	char key[64], token[256];

	*block = (struct block){.format = -1};
	if (!next_token(scan, token, sizeof(token)) || *token != '{')
		return false;
	while (next_token(scan, key, sizeof(key)) && *key != '}') {
		if (!next_token(scan, token, sizeof(token)) || *token != '=' ||
		    !next_token(scan, token, sizeof(token)))
			return false;
		assign(block, key, token);
		if (!next_token(scan, token, sizeof(token)) || *token != ';')
			return false;
	}
	return *key == '}';
}

static int take_clock(struct recoat_clock *to, const struct block *block, const char *path,
		      struct recoat_error *error)
{
	const struct recoat_clock *clock = &block->clock;

	if (clock->freq - 1 >= 1000000000000u)
		return recoat_error_set(error, -EINVAL,
					"%s: clock %s has freq %llu, expected 1 to 10^12", path,
					block->name, (unsigned long long)clock->freq);
	*to = *clock;
	to->start = (uint64_t)clock->offset_s * NANO +
		    (uint64_t)((__int128)clock->offset * NANO / (__int128)clock->freq);
	if (clock->freq > NANO)
		to->scale = (uint64_t)(((unsigned __int128)NANO << 64) / clock->freq);
	return 0;
}

/* Take over a clock or env block; others are passed over by the caller. */
static int take_block(struct scan *scan, const char *kind, const char *path,
		      struct recoat_error *error)
{
	struct block block;

	if (!read_block(scan, &block))
		return recoat_error_set(error, -EINVAL,
					"%s: a malformed %s block, expected { name = value; ... }",
					path, kind);
	if (!strcmp(kind, "env")) {
		scan->format = block.format >= 0;
		if (scan->format && block.format != RECOAT_FORMAT)
			return recoat_error_set(error, -ENOTSUP,
						"%s: recoat_format is %ld, this program reads %d",
						path, block.format, RECOAT_FORMAT);
		return 0;
	}
	if (!strcmp(block.name, "monotonic")) {
		scan->monotonic = true;
		return take_clock(&scan->metadata->monotonic, &block, path, error);
	}
	if (!strcmp(block.name, "tick"))
		return take_clock(&scan->metadata->tick, &block, path, error);
	if (!strcmp(block.name, "span")) {
		scan->span = true;
		return take_clock(&scan->metadata->span, &block, path, error);
	}
	return 0;
}

static int check_complete(const struct scan *scan, const char *path, struct recoat_error *error)
{
	const char *missing = !scan->format      ? "recoat_format in an env block"
			      : !scan->monotonic ? "clock named monotonic"
			      : !scan->span      ? "clock named span"
						 : NULL;

	if (!missing)
		return 0;
	return recoat_error_set(error, -EINVAL,
				"%s: no %s: cut short, or not a recording of recoat", path,
				missing);
}

/* Length of the first line, at most 40, for a message. */
static int line_length(const char *text)
{
	size_t length = strcspn(text, "\r\n");

	return length < 40 ? (int)length : 40;
}

int recoat_metadata_parse(const char *text, const char *path, struct recoat_metadata *metadata,
			  struct recoat_error *error)
{
	struct scan scan = {.at = text, .metadata = metadata};
	int depth = 0, result = 0;
	char token[64];

	*metadata = (struct recoat_metadata){0};

	if (strncmp(text, FIRST_LINE, strlen(FIRST_LINE)) != 0)
		return recoat_error_set(error, -EINVAL, "%s: starts with \"%.*s\", expected \"%s\"",
					path, line_length(text), text, FIRST_LINE);
	while (!result && next_token(&scan, token, sizeof(token))) {
		if (*token == '{')
			depth++;
		else if (*token == '}')
			depth--;
		else if (!depth && (!strcmp(token, "clock") || !strcmp(token, "env")))
			result = take_block(&scan, token, path, error);
	}
	if (!result && depth)
		result = recoat_error_set(error, -EINVAL,
					  "%s: offset %zu: ends in a block, expected its end: cut short",
					  path, strlen(text));
	return result ? result : check_complete(&scan, path, error);
}

/* The whole file as a string of its own. NULL with `error` filled if it cannot be had. */
static char *read_text(const char *path, struct recoat_error *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *text = NULL;
	ssize_t length;

	if (fd < 0 || fstat(fd, &status) < 0) {
		recoat_error_set(error, -errno, "%s: %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(status.st_mode) || status.st_size > METADATA_MAX) {
		recoat_error_set(error, -EINVAL, "%s: not a regular file of at most %u bytes", path,
				 METADATA_MAX);
		goto out;
	}
	text = recoat_calloc((size_t)status.st_size + 1, 1);
	length = read(fd, text, (size_t)status.st_size);
	if (length < 0) {
		recoat_error_set(error, -errno, "%s: %s", path, strerror(errno));
		free(text);
		text = NULL;
	}
out:
	if (fd >= 0)
		close(fd);
	return text;
}

int recoat_metadata_read(const char *path, struct recoat_metadata *metadata,
			 struct recoat_error *error)
{
	char *text = read_text(path, error);
	int result;

	if (!text)
		return -EIO;
	result = recoat_metadata_parse(text, path, metadata, error);
	free(text);
	return result;
}
