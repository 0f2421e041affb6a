/* SPDX-License-Identifier: Apache-2.0 */
/* What was live at some moments, on the page's tree of memory. */
#include "analyzer/report_html.h"

#include <inttypes.h>
#include <stdlib.h>

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
	uint64_t *bytes; /* By node, without those below. */
	uint32_t *node;  /* Those that held something, but the root. */
	size_t count;
	size_t most;       /* That may be shown. */
	uint64_t left_out; /* Nodes that could not be. */
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

static int by_bytes(const void *left, const void *right, void *context)
{
	const uint64_t *bytes = context;
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	if (bytes[a] != bytes[b])
		return bytes[a] > bytes[b] ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int by_number(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return a < b ? -1 : a > b;
}

/* The largest nodes, in order of their numbers; the others are told in the whole alone. */
static void hold(struct holding *holding, const struct recoat_snapshot *snapshot)
{
	const struct recoat_page *page = holding->page;

	for (size_t i = 0; i < page->places; i++)
		holding->bytes[i] = 0;
	for (size_t i = 0; i < snapshot->count; i++)
		holding->bytes[page->place[snapshot->held[i].node]] += snapshot->held[i].bytes;
	holding->count = 0;
	for (uint32_t i = 1; i < page->places; i++)
		if (holding->bytes[i])
			holding->node[holding->count++] = i;
	if (holding->count > holding->most) {
		qsort_r(holding->node, holding->count, sizeof(*holding->node), by_bytes,
			holding->bytes);
		holding->left_out += holding->count - holding->most;
		holding->count = holding->most;
		qsort(holding->node, holding->count, sizeof(*holding->node), by_number);
	}
}

static void put_snapshot(struct holding *holding, size_t process,
			 const struct recoat_snapshot *snapshot)
{
	struct recoat_page *page = holding->page;

	hold(holding, snapshot);
	fprintf(page->file,
		"{\"process\": %zu, \"ns\": %" PRIu64 ", \"live_bytes\": %" PRIu64
		", \"live_blocks\": %" PRIu64 ", ",
		process, snapshot->time, snapshot->live, snapshot->blocks);
	recoat_page_begin_numbers(page, "node");
	for (size_t i = 0; i < holding->count; i++)
		recoat_page_put_number(page, i, holding->node[i]);
	recoat_page_end_numbers(page);
	fputs(", ", page->file);
	recoat_page_begin_numbers(page, "bytes");
	for (size_t i = 0; i < holding->count; i++)
		recoat_page_put_number(page, i, (int64_t)holding->bytes[holding->node[i]]);
	recoat_page_end_numbers(page);
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
	holding.node = recoat_calloc(page->places, sizeof(*holding.node));
	begin_list(page->file, "snapshots");
	for (size_t i = 0; i < processes(page); i++)
		index = put_process(&holding, i, shown_of(&process[i], each), index);
	end_list(page->file);
	if (shown < all)
		recoat_page_leave_out(page, "%zu of %zu snapshots of the heap", all - shown, all);
	if (holding.left_out)
		recoat_page_leave_out(page,
				      "the smallest holders of snapshots, %zu and fewer are shown "
				      "of each; the others count in the whole alone",
				      holding.most);
	free(holding.node);
	free(holding.bytes);
}
