/* SPDX-License-Identifier: Apache-2.0 */
/* What was live at some moments, on the page's tree of memory. */
#include "analyzer/report_html.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_json.h"

#define SNAPSHOTS_MAX 256
#define NODES_MAX 30000 /* Of all snapshots together. */
#define NODE_BYTES 26   /* What one takes on the page at most. */
#define HEAD_BYTES 200

/* What the nodes of the page's tree held at one moment. */
struct holding {
	struct recoat_page *page;
	uint64_t *bytes;     /* By node, without those below; */
	uint64_t *inclusive; /* with them. */
	uint32_t *node;      /* All nodes, those with most first. */
	size_t most;         /* That may be shown. */
	uint64_t folded;     /* Nodes that could not be. */
};

static size_t shown_of(const struct recoat_process *process, size_t most)
{
	return process->snapshots.count < most ? process->snapshots.count : most;
}

/* The processes on the page, whose snapshots are looked at. */
static size_t processes(const struct recoat_page *page)
{
	size_t count = page->report->model->processes;

	return count < RECOAT_PAGE_PROCESSES ? count : RECOAT_PAGE_PROCESSES;
}

/* How many snapshots a process may show, so that all have some. */
static size_t fair_share(const struct recoat_page *page)
{
	size_t with = 0;

	for (size_t i = 0; i < processes(page); i++)
		with += page->report->model->process[i].snapshots.count > 0;
	return with ? SNAPSHOTS_MAX / with : 0;
}

static int by_inclusive(const void *left, const void *right, void *context)
{
	const uint64_t *bytes = context;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	if (bytes[a] != bytes[b])
		return bytes[a] > bytes[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

static void add_up(struct holding *holding, const struct recoat_snapshot *snapshot)
{
	const struct recoat_page *page = holding->page;

	memset(holding->bytes, 0, page->places * sizeof(*holding->bytes));
	for (size_t i = 0; i < snapshot->count; i++)
		holding->bytes[page->place[snapshot->held[i].node]] += snapshot->held[i].bytes;
	memcpy(holding->inclusive, holding->bytes, page->places * sizeof(*holding->bytes));
	for (size_t i = page->places; i-- > 1;)
		holding->inclusive[page->above[i]] += holding->inclusive[i];
}

/*
 * What the smallest branches held is given to their callers, as far as there are too many. A
 * caller has no less than its callees and a smaller number, so it is never given away before them.
 */
static void fold(struct holding *holding)
{
	size_t places = holding->page->places;

	if (places <= holding->most)
		return;
	for (uint32_t i = 0; i < places; i++)
		holding->node[i] = i;
	qsort_r(holding->node, places, sizeof(*holding->node), by_inclusive, holding->inclusive);
	for (size_t i = places; i-- > holding->most;) {
		uint64_t *bytes = &holding->bytes[holding->node[i]];

		if (!holding->node[i]) /* The root, by damage. */
			continue;
		holding->folded += *bytes > 0;
		holding->bytes[holding->page->above[holding->node[i]]] += *bytes;
		*bytes = 0;
	}
}

/* Numbers of nodes that held something, or what they held; the root is not among them. */
static void put_held(const struct holding *holding, const char *name, bool numbers)
{
	size_t index = 0;

	recoat_page_begin_numbers(holding->page, name);
	for (size_t i = 1; i < holding->page->places; i++)
		if (holding->bytes[i])
			recoat_page_put_number(holding->page, index++,
					       numbers ? (int64_t)i : (int64_t)holding->bytes[i]);
	recoat_page_end_numbers(holding->page);
}

static void put_snapshot(struct holding *holding, size_t process,
			 const struct recoat_snapshot *snapshot)
{
	struct recoat_page *page = holding->page;

	add_up(holding, snapshot);
	fold(holding);
	fprintf(page->file,
		"{\"process\": %zu, \"ns\": %" PRIu64 ", \"live_bytes\": %" PRIu64
		", \"live_blocks\": %" PRIu64 ", ",
		process, snapshot->time, snapshot->live, snapshot->blocks);
	put_held(holding, "node", true);
	fputs(", ", page->file);
	put_held(holding, "bytes", false);
	putc('}', page->file);
}

/* Evenly over time, with the first and the last. */
static size_t put_process(struct holding *holding, size_t number, size_t shown, size_t index)
{
	const struct recoat_snapshots *snapshots =
		&holding->page->report->model->process[number].snapshots;

	for (size_t i = 0; i < shown; i++) {
		size_t at = shown > 1 ? i * (snapshots->count - 1) / (shown - 1) : 0;

		fputs(index++ ? ",\n  " : "\n  ", holding->page->file);
		put_snapshot(holding, number, &snapshots->at[at]);
	}
	return index;
}

void recoat_page_put_snapshots(struct recoat_page *page)
{
	const struct recoat_process *process = page->report->model->process;
	size_t each = fair_share(page), shown = 0, all = 0, index = 0;
	size_t room = recoat_page_room(page);
	struct holding holding = {.page = page};

	for (size_t i = 0; i < processes(page); i++) {
		all += process[i].snapshots.count;
		shown += shown_of(&process[i], each);
	}
	room = room > shown * HEAD_BYTES ? (room - shown * HEAD_BYTES) / NODE_BYTES : 0;
	holding.most = (room < NODES_MAX ? room : NODES_MAX) / (shown ? shown : 1);
	holding.bytes = recoat_calloc(page->places, sizeof(*holding.bytes));
	holding.inclusive = recoat_calloc(page->places, sizeof(*holding.inclusive));
	holding.node = recoat_calloc(page->places, sizeof(*holding.node));
	begin_list(page->file, "snapshots");
	for (size_t i = 0; i < processes(page); i++)
		index = put_process(&holding, i, shown_of(&process[i], each), index);
	end_list(page->file);
	if (shown < all)
		recoat_page_leave_out(page, "%zu of %zu snapshots of the heap", all - shown, all);
	if (holding.folded)
		recoat_page_leave_out(
			page,
			"the smallest branches of snapshots, of which %zu nodes each are "
			"shown; they count in their callers",
			holding.most);
	free(holding.node);
	free(holding.inclusive);
	free(holding.bytes);
}
