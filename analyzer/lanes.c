/* SPDX-License-Identifier: Apache-2.0 */
/* Spans by thread and depth, coarser as they grow more. */
#include "analyzer/lanes.h"

#include <stdbool.h>
#include <stdlib.h>

#include "analyzer/memory.h"

#define FIRST_QUANTUM 1024 /* Nanoseconds. */

void recoat_lanes_fini(struct recoat_lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++) {
		for (size_t row = 0; row < RECOAT_LANE_ROWS; row++)
			free(lanes->lane[i].row[row].piece);
		free(lanes->lane[i].sum);
	}
	free(lanes->lane);
	recoat_map_fini(&lanes->index);
}

uint32_t recoat_lanes_find(struct recoat_lanes *lanes, const char *trace, uint32_t tid)
{
	uint32_t found = recoat_map_get(&lanes->index, (uintptr_t)trace, tid);

	if (found != RECOAT_NONE || lanes->count == RECOAT_LANES)
		return found;
	lanes->lane = recoat_grow(lanes->lane, lanes->count, &lanes->room, sizeof(*lanes->lane));
	lanes->lane[lanes->count] = (struct recoat_lane){.trace = trace, .tid = tid};
	recoat_map_put(&lanes->index, (uintptr_t)trace, tid, (uint32_t)lanes->count);
	return (uint32_t)lanes->count++;
}

/* Make `next` part of `piece`, if it follows and both fit into the quantum. */
static inline bool join(struct recoat_lane_piece *piece, const struct recoat_lane_piece *next,
			uint64_t quantum)
{
	if (next->begin < piece->end || (uint64_t)next->end - (uint64_t)piece->begin >= quantum)
		return false;
	piece->end = next->end;
	piece->busy += next->busy;
	piece->count += next->count;
	piece->sampled += next->sampled;
	piece->sampled_busy += next->sampled_busy;
	if (piece->kernel != next->kernel)
		piece->kernel = RECOAT_NONE;
	return true;
}

static int by_begin(const void *left, const void *right)
{
	const struct recoat_lane_piece *a = left, *b = right;

	if (a->begin != b->begin)
		return a->begin < b->begin ? -1 : 1;
	return a->end < b->end ? -1 : a->end > b->end;
}

/* Only spans of different streams with one thread number come out of order. */
static void sort_row(struct recoat_lane_row *row)
{
	size_t i = 1;

	while (i < row->count && row->piece[i - 1].begin <= row->piece[i].begin)
		i++;
	if (i < row->count)
		qsort(row->piece, row->count, sizeof(*row->piece), by_begin);
}

static void join_row(struct recoat_lanes *lanes, struct recoat_lane_row *row)
{
	size_t kept = 0;

	if (!row->count)
		return;
	sort_row(row);
	for (size_t i = 1; i < row->count; i++)
		if (!join(&row->piece[kept], &row->piece[i], lanes->quantum))
			row->piece[++kept] = row->piece[i];
	lanes->pieces -= row->count - (kept + 1);
	row->count = kept + 1;
}

void recoat_lanes_sort(struct recoat_lanes *lanes)
{
	for (size_t i = 0; i < lanes->count; i++)
		for (size_t row = 0; row < RECOAT_LANE_ROWS; row++)
			join_row(lanes, &lanes->lane[i].row[row]);
}

/* Pieces that overlap, which only damage brings, never join: then there may be no room. */
void recoat_lanes_coarsen(struct recoat_lanes *lanes, size_t most)
{
	while (lanes->pieces > most && lanes->quantum <= INT64_MAX) {
		lanes->quantum = lanes->quantum ? 2 * lanes->quantum : FIRST_QUANTUM;
		recoat_lanes_sort(lanes);
	}
}

void recoat_lanes_add(struct recoat_lanes *lanes, uint32_t lane, unsigned depth,
		      const struct recoat_lane_piece *span)
{
	struct recoat_lane_row *row;

	if (lane == RECOAT_NONE || depth >= RECOAT_LANE_ROWS || span->end < span->begin) {
		lanes->left_out++;
		return;
	}
	row = &lanes->lane[lane].row[depth];
	if (row->count && join(&row->piece[row->count - 1], span, lanes->quantum))
		return;
	if (lanes->pieces == RECOAT_LANES_PIECES)
		recoat_lanes_coarsen(lanes, RECOAT_LANES_PIECES / 2);
	if (lanes->pieces == RECOAT_LANES_PIECES) {
		lanes->left_out++;
		return;
	}
	row->piece = recoat_grow(row->piece, row->count, &row->room, sizeof(*row->piece));
	row->piece[row->count++] = *span;
	lanes->pieces++;
}

/* The sum to which another one belongs, NULL if there is none. */
static struct recoat_lane_sum *find_sum(struct recoat_lane *lane, const struct recoat_lane_sum *sum)
{
	for (size_t i = 0; i < lane->sums; i++) {
		struct recoat_lane_sum *at = &lane->sum[i];

		if (at->kernel == sum->kernel && at->outer == sum->outer && at->depth == sum->depth)
			return at;
	}
	return NULL;
}

void recoat_lanes_add_sum(struct recoat_lanes *lanes, uint32_t number,
			  const struct recoat_lane_sum *sum)
{
	struct recoat_lane *lane = number == RECOAT_NONE ? NULL : &lanes->lane[number];
	struct recoat_lane_sum *found;

	if (!lane || sum->end < sum->begin) {
		lanes->left_out_sums += sum->calls;
		return;
	}
	found = find_sum(lane, sum);
	if (found) {
		found->begin = sum->begin < found->begin ? sum->begin : found->begin;
		found->end = sum->end > found->end ? sum->end : found->end;
		found->calls += sum->calls;
		found->time += sum->time;
		found->contexts += sum->contexts;
		found->handed_on |= sum->handed_on;
		return;
	}
	if (lanes->sums == RECOAT_LANES_SUMS) {
		lanes->left_out_sums += sum->calls;
		return;
	}
	lane->sum = recoat_grow(lane->sum, lane->sums, &lane->sum_room, sizeof(*lane->sum));
	lane->sum[lane->sums++] = *sum;
	lanes->sums++;
}
