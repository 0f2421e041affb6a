/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one page for a browser, with all that it needs in it. */
#include "analyzer/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/report_json.h"

#define SCHEMA "recoat-page-1"
#define NOTES_MAX 200
#define NOTE_COLUMN 12 /* Where the text of a footer's line begins. */

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

static void put_data(struct recoat_page *page, const void *report)
{
	char *path;

	page->report = report;
	path = recoat_page_cut(page->report->path);
	fputs(",\n\"recording\": ", page->file);
	put(page->file, text(path));
	free(path);
	recoat_report_json_totals(page->report, page->file);
	recoat_page_put_processes(page);
	recoat_page_put_tables(page);
	recoat_page_put_plugins(page);
	recoat_page_put_trees(page);
	recoat_page_put_threads(page);
	put_notes(page);
	recoat_page_put_snapshots(page);
	free(page->above);
	free(page->place);
}

int recoat_report_html(const struct recoat_report *report, const char *path,
		       struct recoat_error *error)
{
	return recoat_page_write(path, SCHEMA, put_data, report, error);
}
