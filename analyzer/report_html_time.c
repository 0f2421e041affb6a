/* SPDX-License-Identifier: Apache-2.0 */
/* What the page shows over time: processes with their heaps, threads with their spans. */
#include "analyzer/report_html.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/report_json.h"

#define PIECE_BYTES 64  /* Of a lane, on the page, */
#define SUM_BYTES 200   /* and of what was summed up. */
#define POINTS_MAX 8192 /* Of all heaps together. */

static int64_t begin_of_run(const struct recoat_model *model)
{
	int64_t begin = INT64_MAX;

	for (size_t i = 0; i < model->processes; i++)
		if (model->process[i].first < begin)
			begin = model->process[i].first;
	return begin;
}

static json_t *cut(char *own)
{
	char *copy = recoat_page_cut(own);
	json_t *json = text(copy);

	free(copy);
	free(own);
	return json;
}

/* The largest point of each `step` of them, and the last one; at most one more than asked for. */
static void set_heap_points(json_t *object, const struct recoat_process *process, size_t most)
{
	size_t step = (process->samples + most - 1) / most;
	json_t *time = json_array(), *live = json_array();

	for (size_t i = 0; i < process->samples; i += step) {
		const struct recoat_heap_point *highest = &process->sample[i];

		for (size_t j = i; j < i + step && j < process->samples; j++)
			if (process->sample[j].live > highest->live)
				highest = &process->sample[j];
		json_array_append_new(time, number(highest->time));
		json_array_append_new(live, number(highest->live));
	}
	if (process->samples) {
		json_array_append_new(time, number(process->sample[process->samples - 1].time));
		json_array_append_new(live, number(process->sample[process->samples - 1].live));
	}
	set(object, "heap_points_ns", time);
	set(object, "heap_points_bytes", live);
}

static json_t *process_json(const struct recoat_process *process, int64_t origin, size_t points)
{
	json_t *object = json_object();

	set(object, "pid", number(process->pid));
	set(object, "forked", json_boolean(process->forked));
	set(object, "ended", text(recoat_report_ending(process)));
	set(object, "ended_cleanly", json_boolean(process->ended));
	set(object, "command", cut(recoat_report_command(process)));
	set(object, "host", cut(recoat_strdup(process->host)));
	set(object, "kernel", cut(recoat_strdup(process->kernel)));
	set(object, "machine", cut(recoat_strdup(process->machine)));
	set(object, "processors", number(process->processors));
	set(object, "start_ns", signed_number(process->start_real));
	set(object, "begin_ns", signed_number(process->first - origin));
	set(object, "wall_ns", number(recoat_process_duration(process)));
	set(object, "user_ns", number(process->user_time));
	set(object, "system_ns", number(process->system_time));
	set(object, "max_resident_bytes", number(process->max_resident));
	set(object, "heap_recorded", json_boolean(process->has_heap));
	set(object, "heap_peak_bytes", signed_number(process->heap_peak));
	set(object, "heap_peak_ns", number(process->heap_peak_time));
	set(object, "mapped_peak_bytes", number(process->mapped_peak));
	set_heap_points(object, process, points);
	return object;
}

/* The sums stand for all processes, also those that are not shown. */
static void put_sums(struct recoat_page *page)
{
	const struct recoat_model *model = page->report->model;
	const struct recoat_process *largest = NULL;
	uint64_t user = 0, system = 0, resident = 0;

	for (size_t i = 0; i < model->processes; i++) {
		const struct recoat_process *process = &model->process[i];

		user += process->user_time;
		system += process->system_time;
		if (process->max_resident > resident)
			resident = process->max_resident;
		if (process->has_heap && (!largest || process->heap_peak > largest->heap_peak))
			largest = process;
	}
	fputs(",\n\"process_count\": ", page->file);
	put(page->file, number(model->processes));
	fputs(",\n\"user_ns\": ", page->file);
	put(page->file, number(user));
	fputs(",\n\"system_ns\": ", page->file);
	put(page->file, number(system));
	fputs(",\n\"max_resident_bytes\": ", page->file);
	put(page->file, number(resident));
	fputs(",\n\"heap_peak_bytes\": ", page->file);
	put(page->file, largest ? signed_number(largest->heap_peak) : json_null());
}

void recoat_page_put_processes(struct recoat_page *page)
{
	const struct recoat_model *model = page->report->model;
	size_t shown =
		model->processes < RECOAT_PAGE_PROCESSES ? model->processes : RECOAT_PAGE_PROCESSES;

	put_sums(page);
	begin_list(page->file, "processes");
	for (size_t i = 0; i < shown; i++)
		put_element(
			page->file, i,
			process_json(&model->process[i], begin_of_run(model), POINTS_MAX / shown));
	end_list(page->file);
	if (shown < model->processes)
		recoat_page_leave_out(page, "%zu of %zu processes, those that started last",
				      model->processes - shown, model->processes);
}

/* ---- Threads. ---- */

/* One piece of a lane and how deep it lies. */
struct piece {
	const struct recoat_lane_piece *at;
	unsigned depth;
};

/* Columns of pieces; times as differences, which are short. */
enum column {
	AFTER, /* From the piece's begin before, the first from the begin of the run. */
	LENGTH,
	BUSY,
	COUNT,
	SAMPLED, /* Of these, and of what is busy: */
	SAMPLED_BUSY,
	KERNEL,
	DEPTH,
	COLUMNS,
};

static int64_t value(const struct piece *piece, enum column column, int64_t before)
{
	switch (column) {
	case AFTER:
		return piece->at->begin - before;
	case LENGTH:
		return piece->at->end - piece->at->begin;
	case BUSY:
		return (int64_t)piece->at->busy;
	case COUNT:
		return piece->at->count;
	case SAMPLED:
		return piece->at->sampled;
	case SAMPLED_BUSY:
		return (int64_t)piece->at->sampled_busy;
	case KERNEL:
		return piece->at->kernel == RECOAT_NONE ? -1 : (int64_t)piece->at->kernel;
	default:
		return piece->depth;
	}
}

static int by_begin(const void *left, const void *right)
{
	const struct piece *a = left, *b = right;

	if (a->at->begin != b->at->begin)
		return a->at->begin < b->at->begin ? -1 : 1;
	return a->depth < b->depth ? -1 : a->depth > b->depth;
}

static size_t list_pieces(const struct recoat_lane *lane, struct piece **pieces)
{
	size_t count = 0, room = 0;

	*pieces = NULL;
	for (unsigned row = 0; row < RECOAT_LANE_ROWS; row++)
		for (size_t i = 0; i < lane->row[row].count; i++) {
			*pieces = recoat_grow(*pieces, count, &room, sizeof(**pieces));
			(*pieces)[count++] = (struct piece){&lane->row[row].piece[i], row};
		}
	if (count)
		qsort(*pieces, count, sizeof(**pieces), by_begin);
	return count;
}

/* The number of the process of a trace, which is there. */
static size_t process_of(const struct recoat_model *model, const char *trace)
{
	size_t i = 0;

	while (model->process[i].trace != trace)
		i++;
	return i;
}

static json_t *kernel_json(uint32_t kernel)
{
	return kernel == RECOAT_NONE ? json_null() : number(kernel);
}

/* What was summed up, from its first call to its last. */
static json_t *sum_json(const struct recoat_lane_sum *sum, int64_t origin)
{
	json_t *object = json_object();

	set(object, "begin_ns", signed_number((int64_t)((uint64_t)sum->begin - (uint64_t)origin)));
	set(object, "length_ns", number((uint64_t)sum->end - (uint64_t)sum->begin));
	set(object, "calls", number(sum->calls));
	set(object, "time_ns", number(sum->time));
	set(object, "contexts", number(sum->contexts));
	set(object, "kernel", kernel_json(sum->kernel));
	set(object, "outer", kernel_json(sum->outer));
	set(object, "depth", number(sum->depth));
	set(object, "handed_on", json_boolean(sum->handed_on));
	return object;
}

static void put_lane(struct recoat_page *page, const struct recoat_lane *lane, int64_t origin)
{
	static const char *const name[COLUMNS] = {"after",   "length",       "busy",   "count",
						  "sampled", "sampled_busy", "kernel", "depth"};
	struct piece *piece;
	size_t count = list_pieces(lane, &piece);
	size_t process = process_of(page->report->model, lane->trace);

	fprintf(page->file, "{\"process\": %zu, \"pid\": %u, \"tid\": %u", process,
		page->report->model->process[process].pid, lane->tid);
	for (enum column column = 0; column < COLUMNS; column++) {
		fputs(",\n  ", page->file);
		recoat_page_begin_numbers(page, name[column]);
		for (size_t i = 0; i < count; i++)
			recoat_page_put_number(
				page, i,
				value(&piece[i], column, i ? piece[i - 1].at->begin : origin));
		recoat_page_end_numbers(page);
	}
	begin_list(page->file, "sums");
	for (size_t i = 0; i < lane->sums; i++)
		put_element(page->file, i, sum_json(&lane->sum[i], origin));
	end_list(page->file);
	putc('}', page->file);
	free(piece);
}

/* The names, which are yet to be written, need some of the room; snapshots take what is left. */
static size_t room_for_pieces(struct recoat_page *page)
{
	size_t room = recoat_page_room(page);
	size_t taken = page->names.bytes + page->report->model->lanes.sums * SUM_BYTES;

	return room > taken ? (room - taken) / PIECE_BYTES : 0;
}

void recoat_page_put_threads(struct recoat_page *page)
{
	struct recoat_model *model = page->report->model;
	struct recoat_lanes *lanes = &model->lanes;

	recoat_lanes_sort(lanes);
	recoat_lanes_coarsen(lanes, room_for_pieces(page));
	fprintf(page->file, ",\n\"span_quantum_ns\": %llu", (unsigned long long)lanes->quantum);
	begin_list(page->file, "threads");
	for (size_t i = 0; i < lanes->count; i++) {
		fputs(i ? ",\n" : "\n", page->file);
		put_lane(page, &lanes->lane[i], begin_of_run(model));
	}
	end_list(page->file);
	if (lanes->left_out)
		recoat_page_leave_out(page,
				      "%llu spans over time, of more than %d threads or deeper "
				      "than %d spans",
				      (unsigned long long)lanes->left_out, RECOAT_LANES,
				      RECOAT_LANE_ROWS);
	if (lanes->left_out_sums)
		recoat_page_leave_out(page,
				      "when %llu calls ran that were summed up, of more than %d "
				      "threads or %d kernels on them",
				      (unsigned long long)lanes->left_out_sums, RECOAT_LANES,
				      RECOAT_LANES_SUMS);
}
