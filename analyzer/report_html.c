/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one page for a browser, with all that it needs in it. */
#include "analyzer/report_html.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/error.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_json.h"

#define SCHEMA "recoat-page-1"
#define MARKER "@DATA@"
#define NOTES_MAX 200
#define PAGE_MAX (5u << 20)
#define FOR_NOTES (128u << 10)
#define NOTE_COLUMN 12 /* Where the text of a footer's line begins. */

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

/* ---- What the figures rest on, as the text report says it. ---- */

/* A line of the footer: a name in the first columns, then text. */
static json_t *note(const char *line)
{
	json_t *object = json_object();
	char name[NOTE_COLUMN + 1];
	size_t length = (size_t)snprintf(name, sizeof(name), "%s", line);
	char *cut = recoat_page_cut(length > NOTE_COLUMN ? line + NOTE_COLUMN : "");

	for (char *end = name + strlen(name); end > name && end[-1] == ' ';)
		*--end = '\0';
	set(object, "name", text(name));
	set(object, "text", text(cut));
	free(cut);
	return object;
}

static void put_notes(struct recoat_page *page)
{
	struct recoat_report whole = *page->report;
	size_t size, count = 0;
	char *lines = NULL, *rest;
	FILE *memory = open_memstream(&lines, &size);

	if (!memory)
		return;
	whole.width = 0;
	whole.limit = NOTES_MAX;
	recoat_report_footer(&whole, memory);
	fclose(memory);
	begin_list(page->file, "notes");
	for (char *line = strtok_r(lines, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (count++ < NOTES_MAX)
			put_element(page->file, count - 1, note(line));
	end_list(page->file);
	if (count > NOTES_MAX)
		recoat_page_leave_out(page, "%zu notes on the recording", count - NOTES_MAX);
	free(lines);
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

static void put_data(struct recoat_page *page)
{
	char *path = recoat_page_cut(page->report->path);

	fprintf(page->file, "{\"schema\": \"" SCHEMA "\",\n\"version\": \"" RECOAT_VERSION
			    "\",\n\"recording\": ");
	put(page->file, text(path));
	free(path);
	recoat_report_json_totals(page->report, page->file);
	recoat_page_put_processes(page);
	recoat_page_put_tables(page);
	recoat_page_put_plugins(page);
	recoat_page_put_trees(page);
	recoat_page_put_threads(page);
	fputs(",\n\"names\": ", page->file);
	recoat_page_names_put(&page->names, page->file);
	recoat_page_put_snapshots(page);
	put_notes(page);
	put_left_out(page);
	fputs("\n}", page->file);
}

/* ---- The page around it. ---- */

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

static int put_page(const struct recoat_report *report, FILE *file)
{
	const char *marker = strstr(recoat_page_template, MARKER);
	struct recoat_page page = {
		.report = report, .out = file, .written = strlen(recoat_page_template)};
	int result;

	page.file = fopencookie(&page, "w", (cookie_io_functions_t){.write = write_escaped});
	if (!page.file)
		return -errno;
	fwrite(recoat_page_template, 1, (size_t)(marker - recoat_page_template), file);
	put_data(&page);
	recoat_page_names_fini(&page.names);
	free(page.above);
	free(page.place);
	result = ferror(page.file) ? -EIO : 0;
	if (fclose(page.file))
		result = -errno;
	fputs(marker + strlen(MARKER), file);
	return result;
}

int recoat_report_html(const struct recoat_report *report, const char *path,
		       struct recoat_error *error)
{
	char *draft = recoat_asprintf("%s.part", path);
	FILE *file = fopen(draft, "we");
	int result;

	if (!file) {
		result = recoat_error_set(error, -errno, "%s: cannot be created: %s", draft,
					  strerror(errno));
		free(draft);
		return result;
	}
	result = put_page(report, file);
	if (!result && ferror(file))
		result = -EIO;
	if (fclose(file) && !result)
		result = -errno;
	if (!result && rename(draft, path))
		result = -errno;
	if (result) {
		recoat_error_set(error, result, "%s: cannot be written: %s", path,
				 strerror(-result));
		unlink(draft);
	}
	free(draft);
	return result;
}
