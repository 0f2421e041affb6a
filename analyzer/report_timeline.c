/* SPDX-License-Identifier: Apache-2.0 */
/* The run over time: live memory, and which kernels ran. */
#include "analyzer/report.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/format.h"
#include "analyzer/memory.h"
#include "analyzer/model.h"
#include "analyzer/table.h"

#define ROWS 24
#define BAR 30
#define KERNELS_A_ROW 3
#define SHARE_SHOWN 0.01 /* Of a row's time. */

/* The process's highest live heap in [begin, end), or what it had last before. */
static uint64_t live_in(const struct recoat_process *process, int64_t begin, int64_t end)
{
	uint64_t live = 0;
	bool inside = false;

	if (end <= process->first || begin > process->last)
		return 0;
	for (size_t i = 0; i < process->samples; i++) {
		const struct recoat_heap_point *point = &process->sample[i];
		int64_t time = recoat_add(process->first, (int64_t)point->time);

		if (time >= end)
			break;
		if (time < begin || !inside || point->live > live)
			live = point->live;
		inside |= time >= begin;
	}
	return live;
}

static uint64_t live_of_all(const struct recoat_model *model, int64_t begin, int64_t end)
{
	uint64_t live = 0;

	for (size_t i = 0; i < model->processes; i++)
		live += live_in(&model->process[i], begin, end);
	return live;
}

/* The kernel that ran longest in a row and was not told yet, or RECOAT_NONE. */
static uint32_t next_kernel(const struct recoat_model *model, int64_t begin, int64_t end,
			    const bool *told)
{
	double most = SHARE_SHOWN * (double)((uint64_t)end - (uint64_t)begin);
	uint32_t found = RECOAT_NONE;

	for (uint32_t i = 0; i < model->kernels; i++) {
		double busy = told[i] ? 0 : recoat_timeline_busy(&model->timeline, i, begin, end);

		if (busy > most) {
			most = busy;
			found = i;
		}
	}
	return found;
}

/* "signal_mapping.idw 83.1%  signal_mapping.kde 9.7%" */
static char *kernels_in(const struct recoat_model *model, int64_t begin, int64_t end)
{
	bool *told = recoat_calloc(model->kernels + 1, sizeof(*told));
	char *text = recoat_strdup("");

	for (int i = 0; i < KERNELS_A_ROW; i++) {
		uint32_t kernel = next_kernel(model, begin, end, told);
		char *longer;

		if (kernel == RECOAT_NONE)
			break;
		told[kernel] = true;
		longer = recoat_asprintf(
			"%s%s%s %s", text, i ? "  " : "", model->kernel[kernel].kernel,
			recoat_format_share(
				recoat_timeline_busy(&model->timeline, kernel, begin, end),
				(double)((uint64_t)end - (uint64_t)begin))
				.text);
		free(text);
		text = longer;
	}
	free(told);
	return text;
}

static void bounds(const struct recoat_model *model, int64_t *first, int64_t *last)
{
	const struct recoat_filter *filter = model->filter;

	*first = INT64_MAX;
	*last = INT64_MIN;
	for (size_t i = 0; i < model->processes; i++) {
		if (model->process[i].first < *first)
			*first = model->process[i].first;
		if (model->process[i].last > *last)
			*last = model->process[i].last;
	}
	if (filter && filter->begin > *first)
		*first = filter->begin;
	if (filter && filter->end < *last)
		*last = filter->end;
}

static void put_row(struct recoat_table *table, const struct recoat_report *report, int64_t origin,
		    int64_t begin, int64_t end, uint64_t most)
{
	const struct recoat_model *model = report->model;
	static const char bar[BAR + 1] = "##############################";
	uint64_t live = live_of_all(model, begin, end);
	int length = most ? (int)((double)live / (double)most * BAR + 0.5) : 0;
	char *kernels = kernels_in(model, begin, end);

	recoat_table_cell(table, "%s", recoat_format_time((uint64_t)begin - (uint64_t)origin).text);
	if (recoat_report_has_heap(report))
		recoat_table_bytes(table, (int64_t)live);
	else
		recoat_table_cell(table, "-");
	recoat_table_cell(table, "%.*s", length, bar);
	recoat_table_cell(table, "%s", kernels);
	free(kernels);
}

/* The points of a process's heap that a part has; false: none of them. */
static bool points_in(const struct recoat_process *process, const struct recoat_filter *filter,
		      size_t *begin, size_t *end)
{
	*begin = 0;
	*end = process->samples;
	for (size_t i = 0; filter && i < process->samples; i++) {
		int64_t time = recoat_add(process->first, (int64_t)process->sample[i].time);

		*begin += time < filter->begin;
		*end -= time >= filter->end;
	}
	return *begin < *end;
}

/* The process's live heap over time: each point holds until the next. */
static void print_live(const struct recoat_process *process, const struct recoat_filter *filter,
		       FILE *file)
{
	uint64_t low = UINT64_MAX, high = 0, from = 0, to = 0;
	size_t begin, end;
	double sum = 0;

	if (!points_in(process, filter, &begin, &end))
		return;
	for (size_t i = begin; i < end; i++) {
		const struct recoat_heap_point *point = &process->sample[i];

		low = point->live < low ? point->live : low;
		high = point->live > high ? point->live : high;
		if (i > begin && point->time > to)
			sum += (double)(point->time - to) * (double)process->sample[i - 1].live;
		to = point->time;
		from = i > begin ? from : to;
	}
	/* The highest of all may have been between two points. */
	if (!filter)
		high = (uint64_t)process->heap_peak;
	if (to <= from)
		return;
	sum /= (double)(to - from);
	/* Points of a damaged recording may be of any height. */
	fprintf(file, "process %u: live heap lowest %s, on average %s, highest %s\n", process->pid,
		recoat_format_bytes((int64_t)low).text,
		recoat_format_bytes(sum < (double)INT64_MAX ? (int64_t)sum : INT64_MAX).text,
		recoat_format_bytes((int64_t)high).text);
}

/* When row `i` of `rows` begins; spans of time may be any in a damaged recording. */
static int64_t row_begin(int64_t first, int64_t last, uint64_t i, uint64_t rows)
{
	uint64_t length = (uint64_t)last - (uint64_t)first;

	return (int64_t)((uint64_t)first + (uint64_t)((unsigned __int128)length * i / rows));
}

void recoat_report_timeline(const struct recoat_report *report, FILE *file)
{
	static const struct recoat_column columns[] = {{"from", RECOAT_RIGHT},
						       {"live", RECOAT_RIGHT},
						       {"", RECOAT_LEFT},
						       {"kernels", RECOAT_LEFT}};
	const struct recoat_model *model = report->model;
	struct recoat_table *table = recoat_table_create(columns, 4);
	uint64_t rows = report->limit ? report->limit : ROWS;
	uint64_t most = 0;
	int64_t origin = recoat_model_origin(model), first, last;

	bounds(model, &first, &last);
	if (last <= first)
		rows = 1;
	else if ((uint64_t)last - (uint64_t)first < rows)
		rows = (uint64_t)last - (uint64_t)first;
	for (uint64_t i = 0; i < rows; i++) {
		uint64_t live = live_of_all(model, row_begin(first, last, i, rows),
					    row_begin(first, last, i + 1, rows));

		if (live > most)
			most = live;
	}
	for (uint64_t i = 0; i < rows; i++)
		put_row(table, report, origin, row_begin(first, last, i, rows),
			row_begin(first, last, i + 1, rows), most);
	fputs("\nTIMELINE: most bytes live, and the share of the time that kernels ran; several "
	      "threads may pass 100%\n",
	      file);
	recoat_table_print(table, file, report->width);
	for (size_t i = 0; i < model->processes; i++)
		if (recoat_report_has_heap(report))
			print_live(&model->process[i], model->filter, file);
	recoat_table_destroy(table);
}
