/* SPDX-License-Identifier: Apache-2.0 */
/* Pages for a browser: the object in them, and the file around it. */
#include "analyzer/page_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/output.h"
#include "analyzer/report_json.h"

#define MARKER "@DATA@"
#define PAGE_MAX (5u << 20)
#define FOR_NOTES (128u << 10)

void recoat_page_leave_out(struct recoat_page *page, const char *format, ...)
{
	va_list arguments;
	char *sentence;

	va_start(arguments, format);
	if (vasprintf(&sentence, format, arguments) < 0)
		sentence = recoat_strdup(format);
	va_end(arguments);
	page->left_out = recoat_grow(page->left_out, page->left_outs, &page->left_out_room,
				     sizeof(*page->left_out));
	page->left_out[page->left_outs++] = sentence;
}

size_t recoat_page_room(struct recoat_page *page)
{
	size_t taken;

	fflush(page->file);
	taken = page->written + FOR_NOTES;
	return taken < PAGE_MAX ? PAGE_MAX - taken : 0;
}

static json_t *cut(const json_t *from)
{
	char *copy = recoat_page_cut(json_string_value(from));
	json_t *json = text(copy);

	free(copy);
	return json;
}

void recoat_page_cut_texts(json_t *from)
{
	const char *key;
	json_t *value;
	size_t index;
	void *next;

	json_object_foreach_safe(from, next, key, value) if (json_is_string(value))
		set(from, key, cut(value));
	json_array_foreach(from, index, value) if (json_is_string(value))
		json_array_set_new(from, index, cut(value));
}

void recoat_page_begin_numbers(struct recoat_page *page, const char *name)
{
	fprintf(page->file, "\"%s\": [", name);
}

void recoat_page_put_number(struct recoat_page *page, size_t index, int64_t number)
{
	fprintf(page->file, index ? ",%" PRId64 : "%" PRId64, number);
}

void recoat_page_end_numbers(struct recoat_page *page)
{
	putc(']', page->file);
}

static void put_left_out(struct recoat_page *page)
{
	begin_list(page->file, "left_out");
	for (size_t i = 0; i < page->left_outs; i++) {
		put_element(page->file, i, text(page->left_out[i]));
		free(page->left_out[i]);
	}
	end_list(page->file);
	free(page->left_out);
}

/* ---- The file around the object. ---- */

/* In JSON '<' stands in texts alone; as \u003c it cannot end the script element. */
static ssize_t write_escaped(void *cookie, const char *bytes, size_t length)
{
	struct recoat_page *page = cookie;
	size_t done = 0;

	while (done < length) {
		const char *found = memchr(bytes + done, '<', length - done);
		size_t plain = found ? (size_t)(found - bytes) - done : length - done;

		if (fwrite(bytes + done, 1, plain, page->out) != plain ||
		    (found && fputs("\\u003c", page->out) == EOF))
			return -1;
		page->written += plain + (found ? strlen("\\u003c") : 0);
		done += plain + !!found;
	}
	return (ssize_t)length;
}

/* What one call writes. */
struct content {
	const char *schema;
	void (*members)(struct recoat_page *page, const void *shown);
	const void *shown;
};

static void put_object(struct recoat_page *page, const struct content *content)
{
	fprintf(page->file, "{\"schema\": \"%s\",\n\"version\": \"" RECOAT_VERSION "\"",
		content->schema);
	content->members(page, content->shown);
	fputs(",\n\"names\": ", page->file);
	recoat_page_names_put(&page->names, page->file);
	put_left_out(page);
	fputs("\n}", page->file);
}

static int put_page(const struct content *content, FILE *file)
{
	const char *marker = strstr(recoat_page_template, MARKER);
	struct recoat_page page = {.out = file, .written = strlen(recoat_page_template)};
	int result;

	page.file = fopencookie(&page, "w", (cookie_io_functions_t){.write = write_escaped});
	if (!page.file)
		return -errno;
	errno = 0;
	fwrite(recoat_page_template, 1, (size_t)(marker - recoat_page_template), file);
	put_object(&page, content);
	recoat_page_names_fini(&page.names);
	result = ferror(page.file) ? -(errno ? errno : EIO) : 0;
	if (fclose(page.file) && !result)
		result = -errno;
	fputs(marker + strlen(MARKER), file);
	return result;
}

int recoat_page_write(const char *path, const char *schema,
		      void (*members)(struct recoat_page *page, const void *shown),
		      const void *shown, struct recoat_error *error)
{
	struct content content = {.schema = schema, .members = members, .shown = shown};
	struct recoat_output output;
	int result = recoat_output_open(&output, path, error);

	if (result)
		return result;
	result = put_page(&content, output.file);
	if (!result)
		return recoat_output_commit(&output, error);
	recoat_output_abandon(&output);
	return recoat_error_set(error, result, "%s: cannot be written: %s", path,
				strerror(-result));
}
